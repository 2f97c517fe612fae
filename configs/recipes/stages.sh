# SPDX-License-Identifier: Apache-2.0
# For the recipes, which source it: programs, default model folder, and stages that --from and --to choose.
#
#   recipe=NAME stages=(first second ...) && . stages.sh

configs=$(realpath "$(dirname "${BASH_SOURCE[0]}")/..")
cache=${TOOLFORMER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/toolformer}
# In the source tree and its build, or where `cmake --install` put them.
if [[ -d $configs/../build/release/apps ]]; then
  programs=$configs/../build/release/apps shipped=$configs/../data
else
  programs=$configs/../../bin shipped=$configs/data
fi

die() { printf '%s: error: %s\n' "$recipe" "$*" >&2; exit 2; }

# explain FILE: the comment at the top of a recipe, behind its licence.
explain() { awk 'NR > 2 && !/^#/ { exit } NR > 2 { sub(/^# ?/, ""); print }' "$1"; }

# arguments FLAGS ARGUMENT...: `--name value` sets the variable `name`; FLAGS holds those that the recipe knows.
arguments() {
  local known=" $1 "
  shift
  while (($#)); do
    if [[ $1 == -h || $1 == --help ]]; then explain "$0"; exit 0; fi
    [[ $1 == --* && $known == *" ${1#--} "* ]] || die "unknown argument '$1'; --help lists them"
    [[ $# -ge 2 ]] || die "$1 needs a value"
    printf -v "${1#--}" %s "$2"
    shift 2
  done
}

position() {
  local index
  for index in "${!stages[@]}"; do
    if [[ ${stages[index]} == "$1" ]]; then echo "$index"; return; fi
  done
  die "no stage '$1'; there are: ${stages[*]}"
}

# choose FROM TO: the stages that `wanted` says yes to.
choose() {
  first=$(position "$1")
  last=$(position "$2")
  if ((first > last)); then die "--from $1 comes after --to $2"; fi
}
wanted() { (($(position "$1") >= first && $(position "$1") <= last)); }
