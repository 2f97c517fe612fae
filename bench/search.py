#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""WikiSearch in CPU seconds: indexing real articles, questions per second, and the memory of a large index.

Example: search.py --programs build/apps --articles wiki_en.jsonl.gz --questions eval_nq_dev.jsonl.gz --pages 1000000
"""
import argparse
import gzip
import json
import os
import random
import sys
import tempfile
from pathlib import Path


def run(command):
    """CPU seconds and the largest resident set in MiB of one program."""
    pid = os.fork()
    if pid == 0:
        os.execv(command[0], [str(part) for part in command])
    _, status, usage = os.wait4(pid, 0)
    if status != 0:
        sys.exit(f"{' '.join(map(str, command))} failed")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def generated(path, pages):
    draw = random.Random(1)
    words = [f"{draw.choice('bcdfglmnprst')}{draw.choice('aeiou')}{i:x}" for i in range(200_000)]
    with open(path, "w", encoding="utf-8") as out:
        for page in range(pages):
            text = " ".join(words[int(len(words) * draw.random() ** 4)] for _ in range(60))
            out.write(json.dumps({"id": str(page), "text": text, "meta": {"title": words[page % len(words)]}}) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=Path, required=True)
    parser.add_argument("--articles", required=True)
    parser.add_argument("--questions", required=True)
    parser.add_argument("--pages", type=int, default=0, help="of a generated index, 0: none")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        tf_index, tf_filter = options.programs.resolve() / "tf-index", options.programs.resolve() / "tf-filter"
        quiet = ["--log-level", "error", "--progress", "none"]
        cpu, rss = run([tf_index, "--input", options.articles, "--output", folder / "index", *quiet])
        print(f"index of the articles: {cpu:.2f} CPU s, {rss:.0f} MiB", flush=True)
        lines = [json.loads(line) for line in gzip.open(options.questions, "rt", encoding="utf-8")]
        questions = [line.get("question") or line["text"] for line in lines]
        seconds = []
        for share in (questions[:1], questions):
            calls = [{"tool": "WikiSearch", "at": 0, "input": question} for question in share]
            (folder / "in.jsonl").write_text("".join(
                json.dumps({"text": call["input"], "calls": [call]}) + "\n" for call in calls))
            cpu, _ = run([tf_filter, "--input", folder / "in.jsonl", "--output", folder / "out.jsonl", "--steps",
                          "execute", "--tools", "WikiSearch", "--index", folder / "index", "--restart", *quiet])
            seconds.append(cpu)
        mean = (seconds[1] - seconds[0]) / (len(questions) - 1)
        print(f"{len(questions)} questions: {1000 * mean:.2f} CPU ms each, reading and writing them included", flush=True)
        if options.pages:
            generated(folder / "many.jsonl", options.pages)
            cpu, rss = run([tf_index, "--input", folder / "many.jsonl", "--output", folder / "many", *quiet])
            print(f"index of {options.pages} generated pages: {cpu:.0f} CPU s, {rss:.0f} MiB", flush=True)


if __name__ == "__main__":
    main()
