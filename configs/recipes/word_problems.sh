# SPDX-License-Identifier: Apache-2.0
# For the recipes that teach a model to calculate, which source it behind stages.sh with their arguments: what is given,
# the texts that are made of it, and how the model is measured.

from=prepare to=evaluate output=out/$recipe count=800 documents='' plain='' heldout='' svamp=''
model=$cache/models/gemma3-270m.gguf
arguments "from to output model count documents plain heldout svamp" "$@"
for needed in documents plain svamp; do
  [[ -n ${!needed} ]] || die "--$needed FILE is needed; --help says what it holds"
done
for file in "$documents" "$plain" "$svamp" ${heldout:+"$heldout"} "$model"; do
  [[ -e $file ]] || die "$file is not there"
done
choose "$from" "$to"
data=$output/data

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

# prepare FILTER: documents.jsonl by jq's FILTER, plain.jsonl to mix in and heldout.jsonl for the perplexity.
prepare() {
  [[ ! -e $data/complete ]] || return 0
  mkdir -p "$data"
  rows "$documents" "$1" "$data/documents.jsonl" 1 "$count"
  # A quarter as many ordinary documents, cut so that none outweighs the others.
  rows "$plain" '{id, text: .text[:2000]}' "$data/plain.jsonl" 1 $((count / 4))
  if [[ -n $heldout ]]; then
    rows "$heldout" '{id, text: .text[:3000]}' "$data/heldout.jsonl" 1 100
  else
    local total needed=$((count / 4 + 100))
    total=$(lines "$plain" | wc -l)
    ((total >= needed)) || die "$plain has $total lines, $needed are needed: $((count / 4)) to mix in and 100 held out"
    rows "$plain" '{id, text: .text[:3000]}' "$data/heldout.jsonl" $((total - 99)) 100
  fi
  touch "$data/complete"
}

# finetune INPUT... Frozen embeddings and text markers: half the arithmetic of a step, and the vocabulary stays the
# model's own. The paper's learning rate is 1e-5; at 1e-4 the perplexity of ordinary text rose by a sixth.
finetune() {
  "$programs/tf-finetune" --input "$@" --output "$output/model" --model "$model" --markers text --freeze embeddings \
    --batch-tokens 2048 --seq-len 512 --lr 2e-5 --save-every 20 --valid "$data/heldout.jsonl" --valid-limit 40
}

evaluate() {
  "$programs/tf-eval" --config "$configs/recipes/word_problems.toml" --output "$output/eval" \
    --models base="$model" tuned="$output/model" --without-tools base --tasks "$1" \
    --data svamp="$svamp" --perplexity "$data/heldout.jsonl"
}
