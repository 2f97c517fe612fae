#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# All stages on the sample in data/, in minutes on a laptop:
#
#   configs/recipes/mini/run.sh [--from STAGE] [--to STAGE] [--output DIR] [--model PATH] [--shards N]
#
# Stages: index annotate filter finetune generate. Run again after an interruption: what is complete is not repeated.
# On a cluster: LAUNCH=slurm configs/recipes/mini/run.sh --shards 8 (see configs/slurm/).
set -euo pipefail
configs=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")

stages=(index annotate filter finetune generate)
from=index to=generate output=out/mini shards=1
cache=${TOOLFORMER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/toolformer}
model=$cache/models/smollm2-135m-instruct.gguf
launch=$configs/slurm/launch.sh
# In the source tree and its build, or where `cmake --install` put them.
if [[ -d $configs/../build/release/apps ]]; then
  programs=$configs/../build/release/apps input=$configs/../data/sample
else
  programs=$configs/../../bin input=$configs/data/sample
fi

while (($#)); do
  case $1 in
    --from | --to | --output | --model | --shards | --input)
      [[ $# -ge 2 ]] || { printf 'mini: error: %s needs a value\n' "$1" >&2; exit 2; }
      printf -v "${1#--}" %s "$2"
      shift
      ;;
    -h | --help) sed -n '3,8s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) printf "mini: error: unknown argument '%s'\n" "$1" >&2; exit 2 ;;
  esac
  shift
done

position() {
  local index
  for index in "${!stages[@]}"; do
    if [[ ${stages[index]} == "$1" ]]; then echo "$index"; return; fi
  done
  printf "mini: error: no stage '%s'; there are: %s\n" "$1" "${stages[*]}" >&2
  exit 2
}
first=$(position "$from")
last=$(position "$to")
if ((first > last)); then
  printf 'mini: error: --from %s comes after --to %s\n' "$from" "$to" >&2
  exit 2
fi
export LOGS=$output/logs

wanted() { (($(position "$1") >= first && $(position "$1") <= last)); }

if wanted index; then
  "$programs/tf-index" --input "$cache/data/wiki_en.jsonl" --output "$output/wiki.index"
fi
if wanted annotate; then
  "$launch" "$shards" "$programs/tf-annotate" --input "$input" --output "$output/annotated" --shard "{}/$shards" \
    --model "$model" --tools Calculator,WikiSearch
fi
if wanted filter; then
  "$launch" "$shards" "$programs/tf-filter" --input "$output/annotated" --output "$output/filtered" \
    --shard "{}/$shards" --model "$model" --tools Calculator,WikiSearch --index "$output/wiki.index"
fi
if wanted finetune; then
  "$programs/tf-finetune" --input "$output/filtered" --output "$output/model" --model "$model" --epochs 2
fi
if wanted generate; then
  "$programs/tf-generate" --model "$output/model" --tools Calculator,WikiSearch --index "$output/wiki.index" \
    --call-top-k 10 --max-new-tokens 40 --prompt 'Each of the 12 boxes holds 30 pens, which makes'
fi
