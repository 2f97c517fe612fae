#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs one program N times, once per share of the work, or as one run of N processes (MPI), and waits for all of them:
#
#   launch.sh N program --shard '{}/N' ...      every {} becomes 0, 1, ... N-1
#   launch.sh --ranks N tf-finetune ...
#
# LAUNCH=local (default): at most JOBS shares at a time on this machine (default 1: the programs are parallel
# themselves); processes that work together by MPIRUN (default: mpirun).
# LAUNCH=slurm: one job array, or one job, with the options of cluster.env; ends when that has ended.
# The exit code is 0, or the largest of those that failed, or 75 when the others only stopped early on request. The
# output of each is kept in LOGS (default: ./logs).
set -euo pipefail

together=no
if [[ ${1:-} == --ranks ]]; then together=yes; shift; fi
if (($# < 2)) || ! [[ $1 =~ ^[1-9][0-9]*$ ]]; then
  sed -n '3,12s/^# \{0,1\}//p' "$0" >&2
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

run_together() {
  local launcher
  read -ra launcher <<<"${MPIRUN:-mpirun}"
  "${launcher[@]}" -n "$count" "$@" >"$logs/$name.out" 2>"$logs/$name.err"
}

# Until it is ended: why this job waits, where that changes.
say_why_it_waits() {
  local said='' reason
  while sleep "${WAIT_SECONDS:-20}" >/dev/null 2>&1; do
    reason=$(squeue --noheader --me --name="$name" --states=PENDING --format=%r 2>/dev/null | sort -u | paste -sd ' ') || continue
    if [[ -n $reason && $reason != "$said" ]]; then
      printf 'launch: %s waits: %s; %s says what each job asks for, squeue and sinfo what there is\n' \
        "$name" "$reason" "$cluster" >&2
    fi
    said=$reason
  done
}

# Whether all have said that they succeeded; names those that have not.
missing_ones() {
  local index missing=()
  if [[ $together == yes ]]; then [[ -e $1.all.done ]]; return; fi
  for ((index = 0; index < count; index++)); do
    [[ -e $1.$index.done ]] || missing+=("$index")
  done
  ((${#missing[@]} == 0)) && return
  printf 'launch: %d of %d shares did not end as complete: %s; run the same command again, finished ones are not repeated\n' \
    "${#missing[@]}" "$count" "${missing[*]}" >&2
  return 1
}

run_slurm() {
  local here script jobs cluster watcher status=0
  here=$(dirname "$(realpath "$0")")
  SBATCH_OPTIONS=() RANK_OPTIONS=()
  cluster=${CLUSTER_ENV:-$here/cluster.env}
  # shellcheck source=cluster.env
  source "$cluster"
  script=$(mktemp "$logs/$name.XXXXXX.sbatch")
  {
    printf '#!/usr/bin/env bash\nset -euo pipefail\ncd %q\narguments=(' "$PWD"
    printf ' %q' "$@"
    if [[ $together == yes ]]; then
      printf ' )\nsrun%s "${arguments[@]}"\n' "${RANK_OPTIONS[*]/#/ }"
    else
      printf ' )\nsrun "${arguments[@]//%q/$SLURM_ARRAY_TASK_ID}"\n' '{}'
    fi
    # Slurm ends with 0 when tasks are cancelled while they wait: each that succeeded says so itself.
    printf ': >%q".${SLURM_ARRAY_TASK_ID:-all}.done"\n' "$script"
  } >"$script"
  if [[ $together == yes ]]; then
    jobs=(--ntasks="$count" --output="$logs/$name.out" --error="$logs/$name.err")
  else
    jobs=(--array="0-$((count - 1))" --output="$logs/$name.%a.out" --error="$logs/$name.%a.err")
  fi
  say_why_it_waits &
  watcher=$!
  sbatch --wait "${jobs[@]}" --job-name="$name" --requeue "${SBATCH_OPTIONS[@]}" "$script" || status=$?
  kill "$watcher" 2>/dev/null || true
  missing_ones "$script" || status=$((status ? status : 75))
  rm -f "$script".*.done
  return "$status"
}

status=0
case ${LAUNCH:-local} in
  local) if [[ $together == yes ]]; then run_together "$@"; else run_local "$@"; fi || status=$? ;;
  slurm) run_slurm "$@" || status=$? ;;
  *) printf "launch: error: LAUNCH is '%s'; local and slurm are known\n" "$LAUNCH" >&2; exit 2 ;;
esac
if ((status)); then
  printf 'launch: error: %s ended with exit code %d; see %s/%s.*err\n' "$name" "$status" "$logs" "$name" >&2
fi
exit "$status"
