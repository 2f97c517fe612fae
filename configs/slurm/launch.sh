#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs one program N times, once per share of the work, and waits for all of them:
#
#   launch.sh N program --shard '{}/N' ...      every {} becomes 0, 1, ... N-1
#
# LAUNCH=local (default): at most JOBS at a time on this machine (default 1: the programs are parallel themselves).
# LAUNCH=slurm: one job array, with the options of cluster.env; ends when the array has ended.
# The exit code is 0, or the largest of those that failed, or 75 when the others only stopped early on request. The
# output of each is kept in LOGS (default: ./logs).
set -euo pipefail

if (($# < 2)) || ! [[ $1 =~ ^[1-9][0-9]*$ ]]; then
  sed -n '3,10s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
count=$1
shift
name=$(basename "$1")
logs=$(realpath -m "${LOGS:-logs}")
mkdir -p "$logs"

run_local() {
  local index active=0 worst=0 stopped=0 code
  # Waits for one of the running shares; a share that failed does not stop the others.
  collect() {
    wait -n && code=0 || code=$?
    if ((code == 75)); then stopped=75; elif ((code > worst)); then worst=$code; fi
    active=$((active - 1))
  }
  for ((index = 0; index < count; index++)); do
    if ((active >= ${JOBS:-1})); then collect; fi
    "${@//'{}'/$index}" >"$logs/$name.$index.out" 2>"$logs/$name.$index.err" &
    active=$((active + 1))
  done
  while ((active > 0)); do collect; done
  return $((worst ? worst : stopped))
}

run_slurm() {
  local here script
  here=$(dirname "$(realpath "$0")")
  SBATCH_OPTIONS=()
  # shellcheck source=cluster.env
  source "${CLUSTER_ENV:-$here/cluster.env}"
  script=$(mktemp "$logs/$name.XXXXXX.sbatch")
  {
    printf '#!/usr/bin/env bash\nset -euo pipefail\ncd %q\narguments=(' "$PWD"
    printf ' %q' "$@"
    printf ' )\nexec srun "${arguments[@]//%q/$SLURM_ARRAY_TASK_ID}"\n' '{}'
  } >"$script"
  sbatch --wait --array="0-$((count - 1))" --job-name="$name" --output="$logs/$name.%a.out" \
    --error="$logs/$name.%a.err" --requeue "${SBATCH_OPTIONS[@]}" "$script"
}

status=0
case ${LAUNCH:-local} in
  local) run_local "$@" || status=$? ;;
  slurm) run_slurm "$@" || status=$? ;;
  *) printf "launch: error: LAUNCH is '%s'; local and slurm are known\n" "$LAUNCH" >&2; exit 2 ;;
esac
if ((status)); then
  printf 'launch: error: %s ended with exit code %d; see %s/%s.*.err\n' "$name" "$status" "$logs" "$name" >&2
fi
exit "$status"
