#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""clang-format and clang-tidy over the project's sources, as errors.

  lint.py format              every .h and .cpp is formatted as .clang-format says
  lint.py tidy --build DIR    the checks of .clang-tidy, with DIR/compile_commands.json

A file that passed is checked again only when it, a project header it includes, its command line, the configuration or
clang-tidy changed. Sources built with libtorch's precompiled header are left out: each would take a minute. The others
are checked without theirs, which clang cannot read: each names what it includes.
"""
import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("include", "src", "apps", "bench", "tests")
TIDY_FOLDERS = ("src", "apps")
VERSION = 14  # another one formats and warns differently
PRECOMPILED = re.compile(r"-Winvalid-pch|-fpch-preprocess|-include \S*cmake_pch\.hxx")
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


def find_tool(name):
    """name-14, or the one in the virtual environment or on PATH if it is version 14."""
    venv = Path(os.environ.get("TOOLFORMER_VENV", ROOT / ".venv"))
    for candidate in (f"{name}-{VERSION}", name, str(venv / "bin" / name)):
        path = shutil.which(candidate)
        if path and f"version {VERSION}." in subprocess.run([path, "--version"], capture_output=True, text=True).stdout:
            return path
    return None


def require_tool(name):
    path = find_tool(name)
    if path is None:
        sys.exit(f"lint: {name} {VERSION} was not found; scripts/setup.sh --dev installs it")
    return path


def sources():
    return sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix in (".h", ".cpp"))


def check_format():
    files = [str(path) for path in sources()]
    done = subprocess.run([require_tool("clang-format"), "--dry-run", "-Werror", *files], capture_output=True, text=True)
    errors = [line for line in done.stderr.splitlines() if "error:" in line]
    places = sorted({line.split(":", 1)[0] for line in errors})
    for place in places:
        print(f"{os.path.relpath(place, ROOT)}: not formatted; clang-format-{VERSION} -i does it")
    print(f"clang-format: {len(files)} files, {len(places)} not formatted")
    return done.returncode


def project_headers(path, seen):
    """Everything a source includes from this project, itself included."""
    if path in seen or not path.is_file():
        return seen
    seen.add(path)
    for name in INCLUDE.findall(path.read_text(errors="replace")):
        for base in (path.parent, ROOT / "include", ROOT / "apps"):
            project_headers((base / name).resolve(), seen)
    return seen


def digest(path, command, fixed):
    state = hashlib.sha256(fixed)
    state.update(command.encode())
    for header in sorted(project_headers(path, set())):
        state.update(str(header).encode())
        state.update(header.read_bytes())
    return state.hexdigest()


def tidy(build):
    tool = require_tool("clang-tidy")
    version = subprocess.run([tool, "--version"], capture_output=True).stdout
    fixed = version + (ROOT / ".clang-tidy").read_bytes()
    passed = build / "lint"
    passed.mkdir(exist_ok=True)
    work, commands = [], []
    for entry in json.loads((build / "compile_commands.json").read_text()):
        path = Path(entry["file"]).resolve()
        if not any(path.is_relative_to(ROOT / folder) for folder in TIDY_FOLDERS):
            continue
        if "toolformer_precompiled_torch" in entry["command"]:
            continue
        entry["command"] = PRECOMPILED.sub("", entry["command"])
        commands.append(entry)
        work.append((path, passed / digest(path, entry["command"], fixed)))
    (passed / "compile_commands.json").write_text(json.dumps(commands))
    todo = [(path, mark) for path, mark in work if not mark.exists()]

    def check(item):
        path, mark = item
        done = subprocess.run([tool, "--quiet", "-p", str(passed), str(path)], capture_output=True, text=True)
        if done.returncode == 0:
            mark.touch()
            return 0
        print(done.stdout.strip() or done.stderr.strip(), flush=True)
        return 1

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        failed = sum(pool.map(check, todo))
    print(f"clang-tidy: {len(work)} files, {len(work) - len(todo)} unchanged, {failed} with errors")
    return 1 if failed or not work else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["format", "tidy"])
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "release")
    arguments = parser.parse_args()
    sys.exit(check_format() if arguments.what == "format" else tidy(arguments.build.resolve()))


if __name__ == "__main__":
    main()
