#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Teaches a model five tools from raw text, with calls that it proposed and kept itself, and measures it against its
# controls: text in, tables out.
#
#   configs/recipes/five_tools/run.sh --data DIR [--model PATH] [--output DIR] [--seeds N] [--quick yes]
#     [--from STAGE] [--to STAGE]
#
# --data:   a folder with these files, .jsonl or .jsonl.gz (the first four, c4 and the two sets to measure by are needed):
#             problems   {id, text}            solved word problems (calls in them are dropped)      -> Calculator
#             dated      {id, text, meta.date} posts with their day                                  -> Calendar
#             leads      {id, text, meta.title} beginnings of encyclopedia articles: the search index, and English half of
#             questions  {text, answer: [...]} questions people ask; documents are `Question? Answer.` -> WikiSearch, QA
#             spanish    {id, text, meta.title} the same articles in Spanish: a sentence of it before the English lead is a
#                                              constructed document, not raw text                    -> MT
#             c4         {id, text}            web pages: mixed in, and held out for the perplexity
#             svamp, xquad                     what is measured (tf-eval's tasks svamp and xquad-open)
# --seeds:  fine-tunings of each mix (default 3; the first also without any calls, as the control)
# --quick:  Calculator and Calendar only, fewer documents and one seed: 20 minutes on two cores
# Stages: prepare annotate filter look finetune evaluate. Run again after an interruption: what is complete is not repeated.
set -euo pipefail
recipe=five_tools stages=(prepare annotate filter look finetune evaluate)
. "$(dirname "${BASH_SOURCE[0]}")/../stages.sh"

from=prepare to=evaluate output=out/$recipe data='' quick=no seeds=3
model=$cache/models/gemma3-270m.gguf
arguments "from to output data model quick seeds" "$@"
[[ -n $data ]] || die "--data DIR is needed; --help says what it holds"
[[ -e $model ]] || die "$model is not there"
choose "$from" "$to"
here=$configs/recipes/five_tools texts=$output/texts
if [[ $quick == yes ]]; then
  tools=(Calculator Calendar) seeds=1 problems=250 posts=250 pages=60 limit=200
else
  tools=(Calculator Calendar WikiSearch QA MT) problems=800 posts=1200 pages=300 limit=498
fi

# file NAME: that file of --data.
file() {
  local found
  for found in "$data/$1".jsonl{,.gz,.zst}; do
    if [[ -e $found ]]; then echo "$found"; return; fi
  done
  die "$data/$1.jsonl[.gz] is not there; --help says what it holds"
}
lines() {
  case $1 in
    *.gz) gzip -dc "$1" ;;
    *.zst) zstd -dcq "$1" ;;
    *) cat "$1" ;;
  esac
}
# made TARGET COMMAND...: its output, under the final name only when complete.
made() {
  local target=$1
  shift
  [[ -e $target ]] || { "$@" >"$target.tmp" && mv "$target.tmp" "$target"; }
}
has() { [[ " ${tools[*]} " == *" $1 "* ]]; }
first() { lines "$(file "$1")" | awk -v count="$2" 'NR <= count'; }

problems() { first problems "$problems" | jq -c '{id, text}'; }
posts() { first dated "$posts" | jq -c '{id, text: .text[:1200], meta}'; }
questions() {
  lines "$(file questions)" | jq -c '{id: "question-\(input_line_number)", text: "\(.text[:1] | ascii_upcase)\(.text[1:] |
    rtrimstr("?") | rtrimstr(" "))? \(.answer[0])."}'
}
# A Spanish lead's first sentence in quotes, then the English lead about the same title.
bilingual() {
  jq -cn --slurpfile es <(lines "$(file spanish)") --slurpfile en <(lines "$(file leads)") '
    ($en | map({key: .meta.title, value: .text}) | from_entries) as $english | $es[] | .meta.title as $title |
    select($title and $english[$title]) | (.text | split(". ")[0]) as $sentence | select(($sentence | length) < 200) |
    {id, text: "\"\($sentence).\" \($english[$title])", meta: {title: $title}}'
}
plain() { first c4 "$pages" | jq -c '{id, text: .text[:2000]}'; }
heldout() { lines "$(file c4)" | tail -n 100 | jq -c '{id, text: .text[:3000]}'; }
# The paragraphs of the questions that are measured join the index for the evaluation alone.
paragraphs() {
  lines "$(file xquad)" | jq -c '{text, title: (.title | gsub("_"; " "))}' | sort -u |
    jq -c '{id: "paragraph-\(input_line_number)", text, meta: {title}}'
}

if wanted prepare; then
  mkdir -p "$texts"
  file problems >/dev/null
  total=$(lines "$(file c4)" | wc -l)
  ((total >= pages + 100)) ||
    die "$(file c4) has $total lines, $((pages + 100)) are needed: $pages to mix in and 100 held out"
  made "$texts/Calculator.jsonl" problems
  made "$texts/Calendar.jsonl" posts
  made "$texts/plain.jsonl" plain
  made "$texts/heldout.jsonl" heldout
  if has WikiSearch; then
    made "$texts/WikiSearch.jsonl" questions
    ln -sf WikiSearch.jsonl "$texts/QA.jsonl"
    made "$texts/MT.jsonl" bilingual
    made "$texts/paragraphs.jsonl" paragraphs
    [[ -e $texts/leads.index ]] || "$programs/tf-index" --input "$(file leads)" --output "$texts/leads.index"
    if [[ ! -e $texts/evaluation.index ]]; then
      "$programs/tf-index" --input "$(file leads)" "$texts/paragraphs.jsonl" --output "$texts/evaluation.index"
    fi
  fi
fi

# What each tool's calls are sampled with: places, samples and the lowest p(open) that finds places on its text; and
# which documents are left out unread.
sampling() {
  case $1 in
    Calculator) echo --k 4 --m 3 ;;
    Calendar) echo --k 12 --tau-s 0 --preselect on ;;
    WikiSearch | QA)
      echo --k 3 --m 4 --tau-s 0.001 --max-call-tokens 24 --preselect on --preselect-index "$texts/leads.index" ;;
    MT) echo --k 5 --m 4 ;;
  esac
}
index() { if [[ -e $texts/leads.index ]]; then echo --index "$texts/leads.index"; fi; }
if wanted annotate; then
  for tool in "${tools[@]}"; do
    # shellcheck disable=SC2046
    "$programs/tf-annotate" --input "$texts/$tool.jsonl" --output "$output/annotated/$tool" --model "$model" \
      --tools "$tool" $(sampling "$tool")
  done
fi
if wanted filter; then
  for tool in "${tools[@]}"; do
    # shellcheck disable=SC2046
    "$programs/tf-filter" --input "$output/annotated/$tool" --output "$output/filtered/$tool" --model "$model" \
      --tools "$tool" $(index) --others 2 --losses needed --kept-only
  done
fi
if wanted look; then
  for tool in "${tools[@]}"; do
    "$programs/tf-inspect" --input "$output/filtered/$tool" --summary
  done
  python3 "$here/right_calls.py" "$output"/filtered/* --list 5 --json "$output/right_calls.json"
fi

# finetune NAME SEED INPUT...: frozen embeddings and text markers, as in the recipe self_taught.
finetune() {
  local name=$1 seed=$2
  shift 2
  "$programs/tf-finetune" --input "$@" "$texts/plain.jsonl" --output "$output/$name" --model "$model" --markers text \
    --freeze embeddings --batch-tokens 2048 --seq-len 512 --lr 2e-5 --save-every 20 --seed "$seed" \
    --valid "$texts/heldout.jsonl" --valid-limit 40
}
filtered=()
for tool in "${tools[@]}"; do filtered+=("$output/filtered/$tool"); done
if wanted finetune; then
  for ((seed = 1; seed <= seeds; ++seed)); do finetune "tools-$seed" "$seed" "${filtered[@]}"; done
  # The control: the same documents, none of their calls.
  made "$texts/without-calls.jsonl" jq -c '{id, text}' "$output"/filtered/*/*.jsonl
  finetune without-calls 1 "$texts/without-calls.jsonl"
fi

if wanted evaluate; then
  models=(base="$model" text="$output/without-calls") joined=''
  for ((seed = 1; seed <= seeds; ++seed)); do
    models+=("tools-$seed=$output/tools-$seed")
    joined+=${joined:+,}tools-$seed
  done
  if ((seeds > 1)); then join=(--join "tools=$joined"); else join=(); fi
  tasks=svamp,dateset sets=(svamp="$(file svamp)") search=()
  if has WikiSearch; then
    tasks+=,xquad-open sets+=(xquad-open="$(file xquad)") search=(--index "$texts/evaluation.index")
  fi
  "$programs/tf-eval" --output "$output/eval" --models "${models[@]}" --without-tools base,text "${join[@]}" \
    --tasks "$tasks" --data "${sets[@]}" "${search[@]}" --tools "$(IFS=,; echo "${tools[*]}")" --limit "$limit" \
    --call-top-k 0,1,10 --results real,shuffled,ideal --controls demonstrations --decontaminate "$texts/Calculator.jsonl" \
    --perplexity "$texts/heldout.jsonl" --batch 64
fi
