#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The README and the pages it leads to keep what they promise.

  readme_test.py ROOT PROGRAM_DIR links     links lead to files and headings, lines are at most 120 columns wide
  readme_test.py ROOT PROGRAM_DIR flags     every flag of a shown command is one that the program has
  readme_test.py ROOT PROGRAM_DIR run       the commands of "A first model" and "See why", run as they stand: the model
                                            that comes out calculates (skipped without the model of scripts/setup.sh)
"""
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT, PROGRAMS, CASE = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve(), sys.argv[3]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SKIPPED = 77


def anchor(heading):
    """As hosting sites make one of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def check_links(page):
    text = page.read_text(encoding="utf-8")
    prose = FENCE.sub("", text)
    for target in re.findall(r"\]\(([^)\s]+)\)", prose):
        if target.startswith("http"):
            continue
        path, _, fragment = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.exists():
            yield f"{page.name}: {target} leads nowhere"
        elif fragment and fragment not in map(anchor, re.findall(r"^#+ (.*)$", file.read_text(), re.MULTILINE)):
            yield f"{page.name}: {target}: no such heading"
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > 120 and not line.startswith("|"):
            yield f"{page.name}:{number}: {len(line)} columns"


def commands(text):
    """The programs' commands of all shell blocks, with their continuation lines."""
    for language, block in FENCE.findall(text):
        if language == "sh":
            for line in block.replace("\\\n", " ").split("\n"):
                yield from re.findall(r"(?:^|&& |\| )(tf-[a-z]+)\b([^|#]*)", line)


def check_flags(page):
    for program, rest in commands(page.read_text(encoding="utf-8")):
        shown = subprocess.run([PROGRAMS / program, *(["export"] if program == "tf-model" and "export" in rest else []),
                                "--help"], capture_output=True, text=True).stdout
        for flag in re.findall(r"(?<= )--[a-z][\w-]*", rest):
            if not re.search(rf"{flag}\b", shown):
                yield f"{page.name}: {program} has no {flag}"


def section(text, heading):
    found = re.search(rf"^## {heading}\n(.*?)(?=^## )", text, re.MULTILINE | re.DOTALL)
    return found.group(1)


def run_steps():
    cache = Path(os.environ.get("TOOLFORMER_MODELS", Path.home() / ".cache/toolformer/models"))
    model = cache / "smollm2-135m-instruct.gguf"
    if not model.exists():
        print(f"skipped: {model} is not there; scripts/setup.sh fetches it")
        sys.exit(SKIPPED)
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = [block for heading in ("A first model, step by step", "See why")
              for language, block in FENCE.findall(section(text, heading)) if language == "sh" and "cmake" not in block]
    with tempfile.TemporaryDirectory(prefix="toolformer-readme-") as folder:
        (Path(folder) / "data").symlink_to(ROOT / "data")
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", "\n".join(blocks)], cwd=folder, capture_output=True,
                              text=True, env={**os.environ, "PATH": f"{PROGRAMS}:{os.environ['PATH']}",
                                              "model": str(model), "TOOLFORMER_CONFIGS": str(ROOT / "configs")})
        if done.returncode != 0:
            yield f"exit code {done.returncode}: {done.stderr[-2000:]}"
            return
        rows = json.loads((Path(folder) / "out/eval/results.json").read_text())["tasks"][0]["rows"]
        right = {(row["model"], row.get("call_top_k", 0)): row["right"]["strict"]["value"] for row in rows}
        print(right)
        base = min(value for (name, _), value in right.items() if name == "base")
        tuned = max(value for (name, _), value in right.items() if name == "tuned")
        if not (base < 0.2 and tuned > 0.7):
            yield f"the README promises a model that calculates: base {base}, tuned {tuned}"
        if "[Calculator(12 * 30) -> 360]" not in done.stdout:
            yield "the prompt of the README was not continued with a call of 12 * 30"
        if not (Path(folder) / "out/report.html").stat().st_size:
            yield "no report"


def main():
    if CASE == "run":
        wrong = list(run_steps())
    else:
        check = {"links": check_links, "flags": check_flags}[CASE]
        wrong = [line for page in PAGES for line in check(page)]
    print("\n".join(wrong))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
