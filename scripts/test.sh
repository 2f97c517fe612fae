#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Everything that must hold before a change is merged: set-up, build, all tests on real models, the sanitizers, lint,
# an installation in an empty place. Every part runs even when another failed; the exit code is 1 if any did.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  cat <<'TEXT'
Usage: scripts/test.sh [--quick | --all]

  --quick   format, release build and tests only: no installation, no clang-tidy
  --all     the address and undefined-behaviour sanitizers too (a quarter of an hour more on two processors)

JOBS sets the number of parallel jobs (default: the number of processors).
TOOLFORMER_SHARED_DATA names a folder with more real text for the tests (default: ../shared/data when it is there).
TEXT
}

quick=no all=no
for argument; do
  case $argument in
    --quick) quick=yes ;;
    --all) all=yes ;;
    -h | --help) usage; exit 0 ;;
    *) printf "test: error: unknown argument '%s'\n" "$argument" >&2; usage >&2; exit 2 ;;
  esac
done

jobs=${JOBS:-$(nproc)}
cache=${TOOLFORMER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/toolformer}
venv=${TOOLFORMER_VENV:-$PWD/.venv}
shared=${TOOLFORMER_SHARED_DATA:-$PWD/../shared/data}
logs=build/test-logs
mkdir -p "$logs"
# Tests share the processors: one thread each, and no spinning while they wait.
export OMP_NUM_THREADS=1 OMP_WAIT_POLICY=PASSIVE
export TOOLFORMER_MODELS=$cache/models TOOLFORMER_PEERS=$cache/peers TOOLFORMER_MCP=$cache/mcp
if [[ -d $shared ]]; then export TOOLFORMER_SHARED_DATA=$shared; fi

failed=() times=()

# part NAME FUNCTION: runs one part, shows and keeps its output, notes its time and whether it failed.
part() {
  local name=$1 start=$SECONDS
  printf '\n=== %s\n' "$name"
  if "$2" 2>&1 | tee "$logs/$2.log"; then
    times+=("$(printf '%5d s  %s' $((SECONDS - start)) "$name")")
  else
    times+=("$(printf '%5d s  %s: FAILED' $((SECONDS - start)) "$name")")
    failed+=("$name")
    return 1
  fi
}

set_up() { bash scripts/setup.sh --models all --dev --peers; }

lint_format() { python3 scripts/lint.py format; }

build_release() {
  cmake --preset release -DTOOLFORMER_VENV="$venv" -DTOOLFORMER_TESTS=ON && cmake --build --preset release -j "$jobs"
}

test_release() { ctest --preset release -j "$jobs" --no-tests=error --output-on-failure; }

# With libtorch a sanitizer build takes many times as long; what parses foreign bytes needs no libtorch.
build_asan() { cmake --preset asan && cmake --build --preset asan -j "$jobs"; }

test_asan() {
  UBSAN_OPTIONS=print_stacktrace=1 ctest --preset asan -j "$jobs" --no-tests=error --output-on-failure \
    --exclude-regex '^layering\.'
}

lint_tidy() { python3 scripts/lint.py tidy --build build/release; }

# The installed programs must work without the source tree: away from it, with nothing set, prompts found.
test_install() {
  local prefix
  prefix=$(mktemp -d) || return 1
  (
    set -e
    cmake --install build/release --prefix "$prefix" >/dev/null
    test -f "$prefix/share/toolformer/prompts/calculator.demos.txt"
    test -s "$prefix/share/man/man1/tf-inspect.1"
    test -s "$prefix/share/bash-completion/completions/tf-filter"
    cd /
    for program in "$prefix"/bin/tf-*; do
      "$program" --version
      "$program" --help >/dev/null
    done
    "$prefix/bin/tf-model" info --model "$TOOLFORMER_MODELS/smollm2-135m-instruct.gguf" >/dev/null
  )
  local status=$?
  rm -rf "$prefix"
  return $status
}

closing_line() { grep -E 'tests passed|No tests were found' "$logs/$1.log" 2>/dev/null | tail -1; }

part 'set-up' set_up || exit 1
part 'format' lint_format
if part 'release build' build_release; then
  part 'release tests' test_release
  [[ $quick == yes ]] || part 'installation' test_install
  [[ $quick == yes ]] || part 'clang-tidy' lint_tidy
fi
if [[ $all == yes ]] && part 'sanitizer build' build_asan; then
  part 'sanitizer tests' test_asan
fi

printf '\n=== result\n'
printf '%s\n' "${times[@]}"
if ((${#failed[@]})); then printf 'FAILED: %s\n' "${failed[@]}"; fi
if [[ $all == yes ]]; then printf 'sanitizers: %s\n' "$(closing_line test_asan)"; fi
closing_line test_release
((${#failed[@]} == 0))
