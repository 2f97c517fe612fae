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
    for recipe in ("mini", "gold_calls", "self_taught", "five_tools"):
        shown = run(recipe, "--help")
        assert shown.returncode == 0 and f"recipes/{recipe}/run.sh" in shown.stdout and "#" not in shown.stdout, shown
        fails(recipe, "--from needs a value", "--from")
        fails(recipe, "unknown argument '--form'; --help lists them", "--form", "filter")
    fails("mini", "no stage 'filtre'; there are: annotate filter finetune evaluate", "--from", "filtre")
    fails("mini", "--from filter comes after --to annotate", "--from", "filter", "--to", "annotate")
    fails("five_tools", "--data DIR is needed; --help says what it holds")
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


def five_tools(folder):
    """The texts of the quick run, made of a folder of files."""
    data, model = folder / "data", folder / "model.gguf"
    data.mkdir()
    model.touch()
    flags = ["--data", data, "--model", model, "--quick", "yes", "--to", "prepare", "--output", folder / "out"]
    fails("five_tools", f"{data}/problems.jsonl[.gz] is not there; --help says what it holds", *flags)
    with gzip.open(data / "problems.jsonl.gz", "wt") as file:
        for i in range(300):
            file.write(json.dumps({"id": f"d{i}", "text": f"{i} + 1 = {i + 1}", "calls": []}) + "\n")
    write = lambda name, rows: (data / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    write("dated.jsonl", [{"id": f"p{i}", "text": "é" * 2000, "meta": {"date": "2019-04-25"}} for i in range(3)])
    write("c4.jsonl", [{"id": f"c{i}", "text": "x"} for i in range(150)])
    fails("five_tools", f"{data}/c4.jsonl has 150 lines, 160 are needed: 60 to mix in and 100 held out", *flags)
    write("c4.jsonl", [{"id": f"c{i}", "text": "x"} for i in range(160)])
    result = run("five_tools", *flags)
    assert result.returncode == 0, result.stderr
    read = lambda name: [json.loads(line) for line in open(folder / "out" / "texts" / name)]
    assert [record.keys() for record in read("Calculator.jsonl")] == [{"id", "text"}] * 250, "somebody's calls are used"
    assert [len(record["text"]) for record in read("Calendar.jsonl")] == [1200] * 3
    assert [record["id"] for record in read("plain.jsonl")] == [f"c{i}" for i in range(60)]
    assert [record["id"] for record in read("heldout.jsonl")] == [f"c{i}" for i in range(60, 160)]


def right_calls(folder):
    """What counts as right, and the figures of both baselines, on calls judged by hand."""
    def call(tool, at, result, plain, no_result, with_result, other):
        return {"tool": tool, "at": at, "input": "", "result": result,
                "loss": {"plain": plain, "no_result": no_result, "result": with_result, "other": other}}

    records = [
        # 12 is what follows (also in front of "$" and with a comma); 13 is not.
        {"id": "a", "text": "so 3 * 4 = $12 and", "calls": [call("Calculator", 10, "12", 5, 4, 1, 5),
                                                          call("Calculator", 2, "13", 5, 4, 1, 2)]},
        {"id": "b", "text": "It paid 1,200 in all", "calls": [call("Calculator", 7, "1200", 1, 1, 1, 1)]},
        # A weekday and a month in short; another year's day does not stand there.
        {"id": "c", "text": "Open on Fri, Mar 3rd again", "calls": [
            call("Calendar", 7, "Today is Friday, March 3, 2017.", 9, 9, 1, 8),
            call("Calendar", 0, "Today is Monday, May 9, 2018.", 9, 9, 1, 1.5)]},
        # A word of the result that the question does not have.
        {"id": "d", "text": "Where did Ana study? University of Damascus.", "calls": [
            call("WikiSearch", 20, "Ana > Ana lived in Damascus for years", 6, 6, 1, 6),
            call("WikiSearch", 20, "Ana > Where did Ana study the most", 6, 6, 5, 6)]},
        {"id": "e", "text": '"Casa roja" Red house there', "calls": [call("MT", 11, "red house", 3, 3, 1, 3)]},
    ]
    filtered = folder / "filtered.jsonl"
    filtered.write_text("".join(json.dumps(record) + "\n" for record in records))
    out = folder / "figures.json"
    script = RECIPES / "five_tools" / "right_calls.py"
    done = subprocess.run([sys.executable, script, filtered, "--json", out], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    tools = json.loads(out.read_text())["tools"]
    assert {tool: (row["calls"], row["right"]) for tool, row in tools.items()} == {
        "Calculator": (3, 2), "Calendar": (2, 1), "WikiSearch": (2, 1), "MT": (1, 1)}, tools
    # Calculator's deltas: 3 (right), 3 (wrong), 0 (right) against min; 3, 1 and 0 against other.
    assert tools["Calculator"]["min"] == {"auc": 0.25, "kept": 2, "right_kept": 1, "right_share": 0.5, "recall": 0.5}, tools
    assert tools["Calculator"]["other"] == {"auc": 0.5, "kept": 1, "right_kept": 1, "right_share": 1.0, "recall": 0.5}
    assert (tools["Calendar"]["min"]["right_share"], tools["Calendar"]["other"]["right_share"]) == (0.5, 1.0)
    assert tools["WikiSearch"]["other"]["kept"] == 1  # one place: the better call counts
    nothing = folder / "nothing.jsonl"
    nothing.write_text(json.dumps({"id": "a", "text": "x", "calls": []}) + "\n")
    done = subprocess.run([sys.executable, script, nothing], capture_output=True, text=True)
    assert done.returncode != 0 and "no scored call" in done.stderr, done


if shutil.which("jq") is None:
    print("skipped: jq is not installed")
    sys.exit(77)
with tempfile.TemporaryDirectory() as name:
    {"arguments": arguments, "prepare": prepare, "five_tools": five_tools, "right_calls": right_calls}[CASE](Path(name))
