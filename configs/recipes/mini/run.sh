#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# All stages on the sample in data/, in minutes on a laptop:
#
#   configs/recipes/mini/run.sh [--from STAGE] [--to STAGE] [--output DIR] [--model PATH] [--shards N]
#
# Stages: index annotate filter finetune generate. Run again after an interruption: what is complete is not repeated.
# On a cluster: LAUNCH=slurm configs/recipes/mini/run.sh --shards 8 (see configs/slurm/).
set -euo pipefail
recipe=mini stages=(index annotate filter finetune generate)
. "$(dirname "${BASH_SOURCE[0]}")/../stages.sh"

from=index to=generate output=out/mini shards=1 model=$cache/models/smollm2-135m-instruct.gguf
launch=$configs/slurm/launch.sh
arguments "from to output model shards input" "$@"
choose "$from" "$to"
export LOGS=$output/logs

if wanted index; then
  "$programs/tf-index" --input "$cache/data/wiki_en.jsonl" --output "$output/wiki.index" --restart
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
