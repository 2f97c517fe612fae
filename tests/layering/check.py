#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the source tree against tests/layering/rules.py: check.py ROOT [RULE...]"""
import subprocess
import sys
from pathlib import Path

import rules

SKIPPED = {"build", "out", "__pycache__"}


def paths(root):
    """Tracked files and new ones that git does not ignore; without git, everything but builds and hidden folders."""
    command = ["git", "-C", str(root), "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, capture_output=True, check=True).stdout.decode().split("\0")
        return sorted({name for name in listed if name and (root / name).is_file()})
    except (OSError, subprocess.CalledProcessError):
        found = [path.relative_to(root) for path in root.rglob("*") if path.is_file()]
        return sorted(str(p) for p in found if not any(x in SKIPPED or x.startswith(".") for x in p.parts[:-1]))


def read_tree(root):
    files = {}
    for name in paths(root):
        try:
            files[name] = (root / name).read_bytes().decode()
        except UnicodeDecodeError:
            continue  # compressed goldens and the like
    return files


def main():
    root, chosen = Path(sys.argv[1]), set(sys.argv[2:])
    known = {rule.__name__ for rule in rules.RULES}
    if chosen - known:
        sys.exit(f"no such rule: {', '.join(sorted(chosen - known))}; there are {', '.join(sorted(known))}")
    files = read_tree(root)
    if not any(rules.is_product(path) for path in files):
        sys.exit(f"{root}: no sources found")
    bad = 0
    for rule in rules.RULES:
        if chosen and rule.__name__ not in chosen:
            continue
        for violation in rule(files):
            print(f"{violation}  [{rule.__name__}]")
            bad += 1
    print(f"{len(files)} files, {bad} violations")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
