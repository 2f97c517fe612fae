#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Teaches a model to calculate from calls that people wrote, and measures it with tools and without:
#
#   configs/recipes/gold_calls/run.sh --documents FILE --plain FILE --svamp FILE [--heldout FILE] [--model PATH]
#     [--output DIR] [--count N] [--from STAGE] [--to STAGE]
#
# --documents: records whose `calls` people wrote (tool, at, input, result), .jsonl[.gz|.zst]; the first N (default 800)
# --plain:     ordinary text, mixed in so that the model keeps its language
# --heldout:   ordinary text for the perplexity; default: the end of --plain, which training then leaves out
# --svamp:     word problems with `question` and `answer`
# Stages: prepare finetune evaluate. Run again after an interruption: what is complete is not repeated.
set -euo pipefail
recipe=gold_calls stages=(prepare finetune evaluate)
. "$(dirname "${BASH_SOURCE[0]}")/../stages.sh"

from=prepare to=evaluate output=out/gold_calls count=800 documents='' plain='' heldout='' svamp=''
model=$cache/models/gemma3-270m.gguf
arguments "from to output model count documents plain heldout svamp" "$@"
for needed in documents plain svamp; do
  [[ -n ${!needed} ]] || die "--$needed FILE is needed; --help says what it holds"
done
for file in "$documents" "$plain" "$svamp" ${heldout:+"$heldout"} "$model"; do
  [[ -e $file ]] || die "$file is not there"
done

choose "$from" "$to"

lines() {
  case $1 in
    *.gz) gzip -dc "$1" ;;
    *.zst) zstd -dcq "$1" ;;
    *) cat "$1" ;;
  esac
}

# rows FILE FILTER TARGET [FIRST [COUNT]]: jq over a range of lines, under the final name only when complete.
rows() {
  lines "$1" | awk -v first="${4:-1}" -v count="${5:-1000000000}" 'NR >= first && NR < first + count' |
    jq -c "$2" >"$3.tmp"
  mv "$3.tmp" "$3"
}

data=$output/data
if wanted prepare && [[ ! -e $data/complete ]]; then
  mkdir -p "$data"
  rows "$documents" '.calls |= map(. + {keep: true})' "$data/calls.jsonl" 1 "$count"
  # A quarter as many ordinary documents, cut so that none outweighs the others.
  rows "$plain" '{id, text: .text[:2000]}' "$data/plain.jsonl" 1 $((count / 4))
  if [[ -n $heldout ]]; then
    rows "$heldout" '{id, text: .text[:3000]}' "$data/heldout.jsonl" 1 100
  else
    total=$(lines "$plain" | wc -l) needed=$((count / 4 + 100))
    ((total >= needed)) || die "$plain has $total lines, $needed are needed: $((count / 4)) to mix in and 100 held out"
    rows "$plain" '{id, text: .text[:3000]}' "$data/heldout.jsonl" $((total - 99)) 100
  fi
  touch "$data/complete"
fi
# Frozen embeddings and text markers: half the arithmetic of a step, and the vocabulary stays the model's own.
# The paper's learning rate is 1e-5; at 1e-4 the perplexity of ordinary text rose by a sixth.
if wanted finetune; then
  "$programs/tf-finetune" --input "$data/calls.jsonl" "$data/plain.jsonl" --output "$output/model" --model "$model" \
    --markers text --freeze embeddings --epochs 1 --batch-tokens 2048 --seq-len 512 --lr 2e-5 --save-every 20 \
    --valid "$data/heldout.jsonl" --valid-limit 40
fi
if wanted evaluate; then
  "$programs/tf-eval" --config "$configs/recipes/gold_calls/eval.toml" --output "$output/eval" \
    --models base="$model" tuned="$output/model" --without-tools base --tasks svamp-worked,svamp \
    --data svamp="$svamp" --perplexity "$data/heldout.jsonl"
fi
