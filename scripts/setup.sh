#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what building and running need, and only what is missing: Debian/Ubuntu packages, a virtual environment
# with libtorch, a model and real text. Run it as often as you like; a complete machine answers in a second.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly torch_version=2.13.0 peer_version=2026.10.11549 tokenizers_version=0.23.3 mcp_version=2026.8.31
readonly playwright_version=1.65.1 axe_version=4.14.1
venv=${TOOLFORMER_VENV:-$PWD/.venv}
cache=${TOOLFORMER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/toolformer}

usage() {
  cat <<TEXT
Usage: scripts/setup.sh [--models LIST] [--no-torch] [--no-text] [--dev] [--peers]

  --models LIST  smollm2, gemma3, smollm2,gemma3, all or none (default: smollm2)
  --no-torch     no virtual environment with libtorch (you build with -DTOOLFORMER_TORCH=OFF)
  --no-text      do not fetch the encyclopedia articles that the demo reads
  --dev          clang-format and clang-tidy too
  --peers        what tests talk to or compare with: llama.cpp's server (34 MB), the Python
                 library tokenizers (3 MB), two servers of the Model
                 Context Protocol (40 MB, and Node.js), Slurm (13 MB), a browser
                 for the report (Chromium, 0.4 GB unpacked)

Models and text go to $cache/{models,data} (TOOLFORMER_CACHE moves it),
libtorch to $venv (TOOLFORMER_VENV moves it), unless Torch_DIR or
CMAKE_PREFIX_PATH already leads to one.
TEXT
}

say() { printf 'setup: %s\n' "$*"; }
die() { printf 'setup: error: %s\n' "$*" >&2; exit 1; }

models=smollm2 torch=yes text=yes dev=no peers=no
while (($#)); do
  case $1 in
    --models) [[ $# -ge 2 ]] || { usage >&2; exit 2; }; models=$2; shift ;;
    --models=*) models=${1#*=} ;;
    --no-torch) torch=no ;;
    --no-text) text=no ;;
    --dev) dev=yes ;;
    --peers) peers=yes ;;
    -h | --help) usage; exit 0 ;;
    *) printf "setup: error: unknown argument '%s'\n" "$1" >&2; usage >&2; exit 2 ;;
  esac
  shift
done

# --- Python: the first one that can make a virtual environment -----------------------------------------------------
find_python() {
  local candidate
  for candidate in "${TOOLFORMER_PYTHON:-}" python3 /usr/bin/python3; do
    if [[ -n $candidate ]] && "$candidate" -c \
      'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
}

# --- Packages of the distribution ----------------------------------------------------------------------------------
packages=(g++ make cmake ninja-build ccache pkg-config git ca-certificates jq zstd bubblewrap
  zlib1g-dev libssl-dev libzstd-dev libpcre2-dev libsqlite3-dev libgmp-dev libutf8proc-dev
  libcurl4-openssl-dev libfasttext-dev)
# CMake fetches these at a pinned version where the distribution has none; without MPI tf-finetune is one process. The
# tool MT translates with Apertium.
optional_packages=(libcli11-dev libtoml11-dev libfmt-dev libspdlog-dev nlohmann-json3-dev libsimdjson-dev
  libsentencepiece-dev libgtest-dev libgmock-dev libopenmpi-dev openmpi-bin
  apertium apertium-eng-spa)
[[ $dev == yes ]] && optional_packages+=(clang-format-14 clang-tidy-14)
if [[ $peers == yes ]]; then
  optional_packages+=(slurmctld slurmd slurm-client chromium)
  command -v npm >/dev/null || optional_packages+=(nodejs npm)
fi
[[ -n $(find_python) ]] || packages+=(python3 python3-venv)

is_installed() { [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

as_root() {
  if ((EUID == 0)); then
    env DEBIAN_FRONTEND=noninteractive "$@"
  else
    sudo env DEBIAN_FRONTEND=noninteractive "$@"
  fi
}

install_packages() {
  local name missing=() wanted=()
  for name in "${packages[@]}" "${optional_packages[@]}"; do
    is_installed "$name" || missing+=("$name")
  done
  ((${#missing[@]})) || return 0
  if ((EUID != 0)) && ! command -v sudo >/dev/null; then
    die "these packages are missing and this is neither root nor is there sudo; as root, run:
  apt-get install ${missing[*]}"
  fi
  say "installing ${#missing[@]} packages: ${missing[*]}"
  as_root apt-get -o DPkg::Lock::Timeout=300 -qq update ||
    die "apt-get update failed; check the network and run this script again"
  for name in "${missing[@]}"; do
    if [[ " ${optional_packages[*]} " == *" $name "* ]] && [[ -z $(apt-cache madison "$name") ]]; then
      say "this distribution has no $name: CMake will fetch it, or what needs it is skipped"
    else
      wanted+=("$name")
    fi
  done
  ((${#wanted[@]})) || return 0
  as_root apt-get -o DPkg::Lock::Timeout=300 -qq install -y --no-install-recommends "${wanted[@]}" >/dev/null ||
    die "apt-get install failed; the lines above say why. Run this script again when that is solved"
}

if command -v dpkg-query >/dev/null && command -v apt-get >/dev/null; then
  install_packages
else
  say "no apt-get here: please install the equivalents of ${packages[*]} ${optional_packages[*]}"
fi

# --- Virtual environment with libtorch -----------------------------------------------------------------------------
make_venv() {
  [[ -x $venv/bin/python ]] && "$venv/bin/python" -m pip --version >/dev/null 2>&1 && return
  local python
  python=$(find_python)
  [[ -n $python ]] || die "no Python 3.10 or newer that can make virtual environments; install python3-venv"
  say "making the virtual environment $venv with $python"
  "$python" -m venv --clear "$venv"
}

has_own_torch() {
  [[ -n ${Torch_DIR:-} ]] && return
  local prefix
  IFS=: read -ra prefixes <<<"${CMAKE_PREFIX_PATH:-}"
  for prefix in "${prefixes[@]}"; do
    [[ -e $prefix/share/cmake/Torch/TorchConfig.cmake ]] && return
  done
  return 1
}

install_torch() {
  if has_own_torch; then
    say "libtorch: yours (Torch_DIR or CMAKE_PREFIX_PATH)"
    return
  fi
  compgen -G "$venv/lib/python3*/site-packages/torch-$torch_version*.dist-info/RECORD" >/dev/null && return
  say "installing libtorch (torch $torch_version; 0.2 GB, or some GB where pip finds the CUDA build)"
  local quiet=(-qq)
  [[ -t 1 ]] && quiet=()
  "$venv/bin/python" -m pip install "${quiet[@]}" --disable-pip-version-check --retries 5 "torch==$torch_version" ||
    die "pip could not install torch $torch_version; check the network, proxy and free disk space ($(
      df -h --output=avail "$venv" | tail -1 | tr -d ' ') free) and run this script again"
}

fetching=no
[[ $models != none || $text == yes ]] && fetching=yes
if [[ $torch == yes || $fetching == yes ]]; then make_venv; fi
if [[ $torch == yes ]]; then install_torch; fi

# --- Models and text -----------------------------------------------------------------------------------------------
if [[ $fetching == yes ]]; then
  wanted=(--models "$models" --language-id)
  [[ $text == yes ]] && wanted+=(--text)
  "$venv/bin/python" scripts/fetch.py --cache "$cache" "${wanted[@]}"
fi

# --- Servers of others ---------------------------------------------------------------------------------------------
# In an environment of their own; the tests that need them are skipped where they cannot be had.
install_peers() {
  local python folder=$cache/peers
  compgen -G "$folder/lib/python3*/site-packages/xllamacpp-$peer_version.dist-info/RECORD" >/dev/null &&
    compgen -G "$folder/lib/python3*/site-packages/tokenizers-$tokenizers_version.dist-info/RECORD" >/dev/null && return
  say "installing llama.cpp's server (xllamacpp $peer_version) and tokenizers $tokenizers_version"
  python=$(find_python)
  { [[ -n $python ]] && "$python" -m venv "$folder" && "$folder/bin/python" -m pip install -qq --no-deps \
      --disable-pip-version-check --only-binary :all: --retries 5 "xllamacpp==$peer_version" \
      "tokenizers==$tokenizers_version"; } ||
    say "warning: they could not be installed; the tests that talk to llama.cpp or compare with tokenizers are skipped"
}

install_mcp_servers() {
  local name folder=$cache/mcp wanted=()
  for name in server-everything server-filesystem; do
    grep -qs "\"version\": \"$mcp_version\"" "$folder/node_modules/@modelcontextprotocol/$name/package.json" ||
      wanted+=("@modelcontextprotocol/$name@$mcp_version")
  done
  ((${#wanted[@]})) || return 0
  say "installing servers of the Model Context Protocol ($mcp_version)"
  mkdir -p "$folder"
  npm install --prefix "$folder" --ignore-scripts --no-audit --no-fund --loglevel=error "${wanted[@]}" >/dev/null ||
    say "warning: they could not be installed (Node.js 18 or newer is needed); the tests that talk to them are skipped"
}

# Drives Chromium and looks for what keeps people from using a page.
install_browser_tests() {
  local folder=$cache/browser
  grep -qs "\"version\": \"$playwright_version\"" "$folder/node_modules/playwright-core/package.json" &&
    grep -qs "\"version\": \"$axe_version\"" "$folder/node_modules/axe-core/package.json" && return
  say "installing playwright-core $playwright_version and axe-core $axe_version"
  mkdir -p "$folder"
  npm install --prefix "$folder" --ignore-scripts --no-audit --no-fund --loglevel=error \
    "playwright-core@$playwright_version" "axe-core@$axe_version" >/dev/null ||
    say "warning: they could not be installed; the report is not tested in a browser"
}

if [[ $peers == yes ]]; then
  install_peers
  install_mcp_servers
  install_browser_tests
fi
say "ready (models and text: $cache)"
