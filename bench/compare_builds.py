#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The rates of two builds of the programs beside each other: did a change make anything slower?

  python bench/compare_builds.py --old OLD/build/release/apps --new build/release/apps --model MODEL.gguf \
    --documents documents.jsonl --work /tmp/compare

Each case runs in turn with the old and the new programs, on one thread, from the same inputs. Printed: CPU seconds
(medians), their ratio old / new (above 1: the new build is faster), and whether both wrote the same records.
"""
import argparse
import gzip
import hashlib
import json
import os
import resource
import shutil
import statistics
import subprocess
from pathlib import Path

TEXTS = ["A box holds 12 pens, so 30 boxes hold", "The shop sold 48 of 320 lamps, which is", "Each of the 7 rows has 13 seats:"]


def cpu_seconds(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))}\n{done.stderr}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def records_of(output):
    """SHA-256 of what a run wrote: its shards, or its weights."""
    files = [output] if output.is_file() else sorted(output.glob("part-*.jsonl")) + sorted(output.glob("*.safetensors"))
    state = hashlib.sha256()
    for path in files:
        state.update(path.read_bytes())
    return state.hexdigest() if files else "nothing"


def read_lines(path, count):
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt") as file:
        return [json.loads(line) for _, line in zip(range(count), file)]


def prepare(options):
    """The inputs of every case, made once by the old programs."""
    documents = options.work / "documents.jsonl"
    with documents.open("w") as file:
        for record in read_lines(options.documents, options.count):
            file.write(json.dumps({"id": record["id"], "text": record["text"]}) + "\n")
    prompts = options.work / "prompts.jsonl"
    with prompts.open("w") as file:
        for i in range(24):
            file.write(json.dumps({"id": f"p{i}", "text": TEXTS[i % len(TEXTS)]}) + "\n")
    annotated, filtered = options.work / "annotated", options.work / "filtered"
    common = ["--threads", "1", "--model", options.model, "--dtype", "float32"]
    cpu_seconds([options.old / "tf-annotate", *ANNOTATE, *common, "--input", documents, "--output", annotated])
    cpu_seconds([options.old / "tf-filter", "--tools", "Calculator", *common, "--input", annotated, "--output", filtered])
    return {
        "tf-annotate": [*ANNOTATE, *common, "--input", documents],
        "tf-filter": ["--tools", "Calculator", *common, "--input", annotated],
        "tf-filter paper": ["--tools", "Calculator", "--preset", "paper", *common, "--input", annotated],
        "tf-finetune": [*common, "--input", filtered, "--plain", documents, "--max-steps", "3",
                        "--batch-tokens", "1024", "--seq-len", "512", "--freeze", "embeddings"],
        "tf-generate": ["--tools", "Calculator", *common, "--input", prompts, "--max-new-tokens", "48"],
    }


ANNOTATE = ["--tools", "Calculator", "--k", "5", "--m", "5", "--tau-s", "0"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--old", type=Path, required=True, help="folder of the old programs")
    parser.add_argument("--new", type=Path, required=True, help="folder of the new ones")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--documents", type=Path, required=True, help="JSON lines with texts, .gz or plain")
    parser.add_argument("--count", type=int, default=4, help="how many of the documents")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--cases", default="", help="only cases whose name holds this")
    parser.add_argument("--work", type=Path, required=True)
    options = parser.parse_args()
    os.environ.update(OMP_NUM_THREADS="1", OMP_WAIT_POLICY="PASSIVE")
    shutil.rmtree(options.work, ignore_errors=True)
    options.work.mkdir(parents=True)
    for name, arguments in prepare(options).items():
        if options.cases not in name:
            continue
        seconds, written = {"old": [], "new": []}, {}
        for _ in range(options.repetitions):
            for side in seconds:
                output = options.work / "output"
                shutil.rmtree(output, ignore_errors=True)
                program = getattr(options, side) / name.split()[0]
                seconds[side].append(cpu_seconds([program, *arguments, "--output", output]))
                written[side] = records_of(output)
        old, new = statistics.median(seconds["old"]), statistics.median(seconds["new"])
        ratio = statistics.median(a / b for a, b in zip(seconds["old"], seconds["new"]))
        same = "same records" if written["old"] == written["new"] else "OTHER RECORDS"
        print(f"{name:<16} old {old:7.2f} s  new {new:7.2f} s  old/new {ratio:5.3f}  {same}", flush=True)


if __name__ == "__main__":
    main()
