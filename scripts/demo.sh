#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The whole pipeline on a small model and real text: set-up, build, annotate, filter, fine-tune, generate; then a look
# at what happened. Run it again after an interruption: what is complete is not repeated.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  cat <<'TEXT'
Usage: scripts/demo.sh [options]

  --model NAME     smollm2 (default), gemma3-270m, or the path of a GGUF file or Hugging Face directory
  --input PATH     your own documents (JSON lines with a "text" each) instead of encyclopedia articles
  --documents N    how many documents are read (default: 40)
  --tools LIST     Calculator, Calendar, WikiSearch, separated by commas (default: Calculator,WikiSearch)
  --output DIR     where everything goes (default: out/demo/<model>)
  --restart        forget what an earlier run left there

TOOLFORMER_PROGRAMS names a folder with the built programs: then nothing is built.
TEXT
}

die() { printf 'demo: error: %s\n' "$1" >&2; exit "${2:-1}"; }

model=smollm2 input='' documents=40 tools=Calculator,WikiSearch output='' restart=no
while (($#)); do
  case $1 in
    --model | --input | --documents | --tools | --output)
      [[ $# -ge 2 ]] || die "$1 needs a value" 2
      printf -v "${1#--}" %s "$2"
      shift
      ;;
    --restart) restart=yes ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; die "unknown argument '$1'" 2 ;;
  esac
  shift
done
[[ $documents =~ ^[1-9][0-9]*$ ]] || die "--documents wants a number, got '$documents'" 2
[[ -z $input || $input == - || -e $input ]] || die "--input: $input does not exist" 3

cache=${TOOLFORMER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/toolformer}
venv=${TOOLFORMER_VENV:-$PWD/.venv}
case $model in
  smollm2) wanted=smollm2 name=smollm2 model=$cache/models/smollm2-135m-instruct.gguf ;;
  gemma3 | gemma3-270m) wanted=gemma3 name=gemma3-270m model=$cache/models/gemma3-270m.gguf ;;
  *) wanted=none name=$(basename "${model%.gguf}")
     [[ -e $model ]] || die "--model: $model does not exist; known names: smollm2, gemma3-270m" 2 ;;
esac
output=${output:-out/demo/$name}
programs=${TOOLFORMER_PROGRAMS:-$PWD/build/release/apps}
export OMP_WAIT_POLICY=PASSIVE

steps=0 total=$SECONDS
heading() { steps=$((steps + 1)); printf '\n=== %d. %s\n' "$steps" "$1"; }

# Runs a command, shown as it can be typed, and says how long it took.
show() {
  local start=$SECONDS
  printf '$'
  printf ' %q' "${@/#$programs\//}"
  printf '\n'
  "$@"
  printf '(%d s)\n' $((SECONDS - start))
}

heading 'Set-up: packages, libtorch, model, text'
show bash scripts/setup.sh --models "$wanted"

if [[ -z ${TOOLFORMER_PROGRAMS:-} ]]; then
  heading 'Build'
  configure=(cmake --preset release -DTOOLFORMER_VENV="$venv" --log-level=WARNING)
  # A tree that also builds the tests stays so.
  grep -qs 'TOOLFORMER_TESTS:BOOL=ON' build/release/CMakeCache.txt || configure+=(-DTOOLFORMER_TESTS=OFF)
  show "${configure[@]}"
  show cmake --build --preset release --parallel "$(nproc)"
fi

[[ $restart == yes ]] && rm -rf "$output"
mkdir -p "$output"

heading 'Documents'
articles=$cache/data/wiki_en.jsonl
pages=$articles
if [[ -z $input ]]; then
  # Encyclopedia articles for WikiSearch, which must not find the very article it is asked about, and, for Calculator,
  # short texts with sums: a few dozen documents show hardly any among articles.
  input=$output/documents.jsonl pages=$output/pages.jsonl
  sums=()
  if [[ ,$tools, == *,Calculator,* ]]; then sums=(data/arithmetic.jsonl); fi
  show python3 scripts/demo_documents.py "$articles" "$documents" "$input" "$pages" "${sums[@]}"
fi
common=(--limit "$documents" --model "$model" --tools "$tools")
search=()
if [[ ,$tools, == *,WikiSearch,* ]]; then
  show "$programs/tf-index" --input "$pages" --output "$output/wiki.index" --restart
  search=(--index "$output/wiki.index")
fi

heading 'tf-annotate: where would the model open a call, and with what input?'
show "$programs/tf-annotate" --input "$input" --output "$output/annotated" "${common[@]}" --preselect on --k 8 --m 4

heading 'tf-filter: run the calls; does the result make the next words likelier?'
show "$programs/tf-filter" --input "$output/annotated" --output "$output/filtered" --model "$model" --tools "$tools" \
  "${search[@]}" --gamma 0.5

heading 'tf-finetune: learn from the text with the kept calls in it'
# Few documents: a larger step than the default, and fewer of those without calls.
show "$programs/tf-finetune" --input "$output/filtered" --output "$output/model" --model "$model" --max-steps 30 \
  --lr 1e-4 --batch-tokens 512 --seq-len 512 --plain-weight 0.25 --keep-checkpoints 0

heading 'tf-generate: the fine-tuned model, its tools running'
show "$programs/tf-generate" --model "$output/model" --input data/prompts.jsonl --output "$output/generated.jsonl" \
  --tools "$tools" "${search[@]}" --max-new-tokens 40

heading 'What happened'
printf '\nThe kept calls that help most, in line, with the losses behind each:\n\n'
"$programs/tf-inspect" --input "$output/filtered" --kept --sort delta --limit 4
printf '\nFrom proposed to kept:\n\n'
"$programs/tf-inspect" --input "$output/filtered" --summary | sed '/^Counts of the run/,$d'
printf '\nTraining:\n\n'
"$programs/tf-inspect" --input "$output/model/metrics.jsonl" | sed '/^Last values/,$d'
printf '\nCalls made while generating:\n\n'
"$programs/tf-inspect" --input "$output/generated.jsonl"

cat <<TEXT

Everything lies in $output:
  annotated/, filtered/   the documents with their calls; look at them with tf-inspect
  model/                  the fine-tuned model, a Hugging Face directory
  generated.jsonl         what it wrote, with the calls it made
This took $((SECONDS - total)) s.
TEXT
