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
. "$configs/recipes/word_problems.sh"

if wanted prepare; then prepare '.calls |= map(. + {keep: true})'; fi
if wanted finetune; then finetune "$data/documents.jsonl" "$data/plain.jsonl"; fi
if wanted evaluate; then evaluate svamp-worked,svamp; fi
