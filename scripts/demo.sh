#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The whole pipeline on a small model and real text: set-up, build, annotate, filter, fine-tune; then the model before
# and after it, side by side. Run it again after an interruption: what is complete is not repeated.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  cat <<'TEXT'
Usage: scripts/demo.sh [options]

  --model NAME     smollm2 (default), gemma3-270m, or the path of a GGUF file or Hugging Face directory
  --input PATH     your own documents (JSON lines with a "text" each) instead of encyclopedia articles
  --documents N    how many documents are read (default: 64)
  --tools LIST     Calculator, Calendar, WikiSearch, separated by commas (default: Calculator,WikiSearch)
  --output DIR     where everything goes (default: out/demo/<model>)
  --restart        forget what an earlier run left there

TOOLFORMER_PROGRAMS names a folder with the built programs: then nothing is built.
TEXT
}

die() { printf 'demo: error: %s\n' "$1" >&2; exit "${2:-1}"; }

model=smollm2 input='' documents=64 tools=Calculator,WikiSearch output='' restart=no
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

steps=0 started=$SECONDS times=()
heading() {
  steps=$((steps + 1)) part=${1%%:*} part_started=$SECONDS
  printf '\n=== %d. %s\n' "$steps" "$1"
}
# Behind every part: how long it took.
done_with_part() { times+=("$((SECONDS - part_started)) s  $part"); }

# Runs a command, shown as it can be typed.
show() {
  printf '$'
  printf ' %q' "${@/#$programs\//}"
  printf '\n'
  "$@"
}

# Builds with one line that moves; all that the compiler says goes to build/demo.log.
build() {
  mkdir -p build
  "$@" >build/demo.log 2>&1 &
  local job=$! line=''
  while kill -0 "$job" 2>/dev/null; do
    line=$(tail -n 1 build/demo.log | grep -o '^\[[0-9/]*\]' || true)
    if [[ -t 1 ]]; then printf '\rbuilding %-14s (build/demo.log)' "$line"; fi
    sleep 2
  done
  if [[ -t 1 ]]; then printf '\n'; fi
  wait "$job" || { tail -n 30 build/demo.log >&2; die "the build failed; all of it is in build/demo.log"; }
}

heading 'Set-up: packages, libtorch, model, text'
show bash scripts/setup.sh --models "$wanted"
done_with_part

if [[ -z ${TOOLFORMER_PROGRAMS:-} ]]; then
  heading 'Build: some 25 minutes on two processors the first time, then seconds'
  configure=(cmake --preset release -DTOOLFORMER_VENV="$venv" --log-level=WARNING)
  # A tree that also builds the tests stays so.
  grep -qs 'TOOLFORMER_TESTS:BOOL=ON' build/release/CMakeCache.txt || configure+=(-DTOOLFORMER_TESTS=OFF)
  show "${configure[@]}"
  build cmake --build --preset release --parallel "$(nproc)"
  done_with_part
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
done_with_part

heading 'tf-annotate: where would the model open a call, and with what input?'
show "$programs/tf-annotate" --input "$input" --output "$output/annotated" "${common[@]}" --preselect on --k 8 --m 4
done_with_part

heading 'tf-filter: run the calls; does the result make the next words likelier?'
show "$programs/tf-filter" --input "$output/annotated" --output "$output/filtered" --model "$model" --tools "$tools" \
  "${search[@]}" --gamma 0.5 --losses needed
for tool in ${tools//,/ }; do
  printf '\nThe kept call of %s that helps most, in line, with the losses behind it:\n\n' "$tool"
  "$programs/tf-inspect" --input "$output/filtered" --kept --tool "$tool" --sort delta --limit 1
done
done_with_part

heading 'tf-finetune: learn from the text with the kept calls in it'
# Few documents: a larger step than the default, and fewer of those without calls.
show "$programs/tf-finetune" --input "$output/filtered" --output "$output/model" --model "$model" --max-steps 30 \
  --lr 1e-4 --batch-tokens 512 --seq-len 512 --plain-weight 0.25 --keep-checkpoints 0
done_with_part

if [[ ,$tools, == *,Calculator,* ]]; then
  heading 'tf-eval: 36 sums that it has not seen, before and after'
  show "$programs/tf-eval" --models base="$model" tuned="$output/model" --without-tools base --tasks sums \
    --data sums=data/sums.jsonl --tools Calculator --call-top-k 0,1 --output "$output/eval"
  printf '\nSome of what the tuned model wrote, with the calls it made:\n\n'
  "$programs/tf-inspect" --input "$output/eval/tuned/call-top-k-1/sums.jsonl" --limit 2
  done_with_part
fi

[[ -e $output/report.html ]] ||
  "$programs/tf-inspect" --input "$output" --html "$output/report.html" >/dev/null

cat <<TEXT

Everything lies in $output:
  report.html             all of this in a browser: every call and why it was kept or not, training, the table
  annotated/, filtered/   the documents with their calls, as JSON lines
  model/                  the fine-tuned model, a Hugging Face directory
  eval/                   the table above, and every item

Next, your own text, one {"text": "..."} a line:
  bash scripts/demo.sh --input my.jsonl --output out/mine
or ask the model:
  $programs/tf-generate --model $output/model --tools Calculator --stop '. ' --prompt 'The hall seats 23 * 41 ='

Time by part:
$(printf '  %s\n' "${times[@]}")
  $((SECONDS - started)) s  in all
TEXT
