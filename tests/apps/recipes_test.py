#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The recipes' own work, apart from the programs they call: recipes_test.py CONFIGS CASE"""
import gzip
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

RECIPES, CASE = Path(sys.argv[1]) / "recipes", sys.argv[2]


def run(recipe, *arguments):
    return subprocess.run([RECIPES / recipe / "run.sh", *map(str, arguments)], capture_output=True, text=True)


def fails(recipe, message, *arguments):
    result = run(recipe, *arguments)
    assert (result.returncode, result.stdout) == (2, ""), result
    assert result.stderr == f"{recipe}: error: {message}\n", result.stderr


def arguments(_):
    for recipe in ("mini", "gold_calls", "self_taught"):
        shown = run(recipe, "--help")
        assert shown.returncode == 0 and f"recipes/{recipe}/run.sh" in shown.stdout and "#" not in shown.stdout, shown
        fails(recipe, "--from needs a value", "--from")
        fails(recipe, "unknown argument '--form'; --help lists them", "--form", "filter")
    fails("mini", "no stage 'filtre'; there are: index annotate filter finetune generate", "--from", "filtre")
    fails("mini", "--from filter comes after --to index", "--from", "filter", "--to", "index")
    fails("gold_calls", "--documents FILE is needed; --help says what it holds")
    fails("gold_calls", "no-such.jsonl is not there", *[word for flag in ("documents", "plain", "svamp")
                                                       for word in (f"--{flag}", "no-such.jsonl")])


def prepare(folder):
    calls, plain, model = folder / "calls.jsonl.gz", folder / "plain.jsonl", folder / "model.gguf"
    with gzip.open(calls, "wt") as file:
        for i in range(20):
            record = {"id": f"d{i}", "text": f"{i} + 1 = {i + 1}", "calls": [{"tool": "Calculator", "at": 8}]}
            file.write(json.dumps(record) + "\n")
    plain.write_text("".join(json.dumps({"id": f"p{i}", "text": "é" * 5000}) + "\n" for i in range(102)))
    model.touch()
    flags = ["--documents", calls, "--svamp", plain, "--model", model, "--to", "prepare", "--output", folder / "out"]
    fails("gold_calls", f"{plain} has 102 lines, 103 are needed: 3 to mix in and 100 held out", *flags, "--plain", plain,
          "--count", 12)
    result = run("gold_calls", *flags, "--plain", plain, "--count", 8)
    assert result.returncode == 0, result.stderr
    read = lambda name, out="out": [json.loads(line) for line in open(folder / out / "data" / name)]
    assert [call["keep"] for record in read("documents.jsonl") for call in record["calls"]] == [True] * 8
    assert [(record["id"], len(record["text"])) for record in read("plain.jsonl")] == [("p0", 2000), ("p1", 2000)]
    heldout = read("heldout.jsonl")
    assert [record["id"] for record in heldout] == [f"p{i}" for i in range(2, 102)], "training text is held out"
    flags[-1] = folder / "own"
    result = run("self_taught", *flags, "--plain", plain, "--count", 8)
    assert result.returncode == 0, result.stderr
    assert [record.keys() for record in read("documents.jsonl", "own")] == [{"id", "text"}] * 8, "somebody's calls are used"


if shutil.which("jq") is None:
    print("skipped: jq is not installed")
    sys.exit(77)
with tempfile.TemporaryDirectory() as name:
    {"arguments": arguments, "prepare": prepare}[CASE](Path(name))
