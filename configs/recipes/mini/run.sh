#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# All stages on 48 short texts with sums, in minutes on a laptop; then the model before and after, side by side:
#
#   configs/recipes/mini/run.sh [--from STAGE] [--to STAGE] [--output DIR] [--model PATH] [--shards N]
#
# Stages: annotate filter finetune evaluate. Run again after an interruption: what is complete is not repeated.
# On a cluster: LAUNCH=slurm configs/recipes/mini/run.sh --shards 8 (see configs/slurm/).
set -euo pipefail
recipe=mini stages=(annotate filter finetune evaluate)
. "$(dirname "${BASH_SOURCE[0]}")/../stages.sh"

from=annotate to=evaluate output=out/mini shards=1 input=$shipped/arithmetic.jsonl
model=$cache/models/smollm2-135m-instruct.gguf
launch=$configs/slurm/launch.sh
arguments "from to output model shards input" "$@"
choose "$from" "$to"
export LOGS=$output/logs

if wanted annotate; then
  "$launch" "$shards" "$programs/tf-annotate" --input "$input" --output "$output/annotated" --shard "{}/$shards" \
    --model "$model" --tools Calculator --k 8 --m 4
fi
if wanted filter; then
  "$launch" "$shards" "$programs/tf-filter" --input "$output/annotated" --output "$output/filtered" \
    --shard "{}/$shards" --model "$model" --tools Calculator --gamma 0.5 --losses needed
fi
if wanted finetune; then
  "$programs/tf-finetune" --input "$output/filtered" --output "$output/model" --model "$model" --max-steps 30 \
    --lr 1e-4 --batch-tokens 512 --seq-len 512
fi
if wanted evaluate; then
  "$programs/tf-eval" --models base="$model" tuned="$output/model" --without-tools base --call-top-k 0,1 \
    --tasks sums --data sums="$shipped/sums.jsonl" --tools Calculator --output "$output/eval"
fi
