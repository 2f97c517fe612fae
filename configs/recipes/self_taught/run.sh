#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Teaches a model to calculate from calls that it proposed and kept itself, and measures it with tools and without:
#
#   configs/recipes/self_taught/run.sh --documents FILE --plain FILE --svamp FILE [--heldout FILE] [--model PATH]
#     [--output DIR] [--count N] [--from STAGE] [--to STAGE]
#
# --documents: text that holds results of sums, .jsonl[.gz|.zst]; the first N (default 800); calls in it are dropped
# --plain:     ordinary text, mixed in so that the model keeps its language
# --heldout:   ordinary text for the perplexity; default: the end of --plain, which training then leaves out
# --svamp:     word problems with `question` and `answer`
# Stages: prepare annotate filter finetune evaluate. Run again after an interruption: what is complete is not repeated.
set -euo pipefail
recipe=self_taught stages=(prepare annotate filter finetune evaluate)
. "$(dirname "${BASH_SOURCE[0]}")/../stages.sh"
. "$configs/recipes/word_problems.sh"

calls=(--model "$model" --tools Calculator)
if wanted prepare; then prepare '{id, text}'; fi
if wanted annotate; then
  "$programs/tf-annotate" --input "$data/documents.jsonl" --output "$output/annotated" "${calls[@]}" --k 4 --m 3
fi
# As in the paper, only documents with a kept call go into the training set.
if wanted filter; then
  "$programs/tf-filter" --input "$output/annotated" --output "$output/filtered" "${calls[@]}" --losses needed --kept-only
fi
if wanted finetune; then finetune "$output/filtered" "$data/plain.jsonl"; fi
if wanted evaluate; then evaluate svamp-worked,svamp; fi
