#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Puts real outputs into README.md, between `<!-- from SOURCE: NAME -->` and `<!-- end -->`.

  scripts/readme.py [--demo out/demo/smollm2] [--five-tools out/five_tools]

--demo:       what scripts/demo.sh wrote: a document, the table, a record
--five-tools: what configs/recipes/five_tools/run.sh wrote: its table
What is not given stays as it is.
"""
import argparse
import json
import re
from pathlib import Path

README = Path(__file__).resolve().parent.parent / "README.md"


def records(folder):
    for path in sorted(folder.glob("*.jsonl")):
        with open(path, encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def kept(record):
    return [call for call in record.get("calls", []) if call.get("keep")]


def best_record(folder, tool):
    """The text with a kept call of the tool that helps most, of those with one kept call."""
    found = [record for record in records(folder) if [call["tool"] for call in kept(record)] == [tool]]
    return max(found, key=lambda record: kept(record)[0]["delta"])


def document_block(demo):
    """Of either tool the sentences up to the one that the call helps, as they were and with the call."""
    blocks = []
    for tool in ("Calculator", "WikiSearch"):
        record = best_record(demo / "filtered", tool)
        data, call = record["text"].encode(), kept(record)[0]
        end = data.find(b". ", call["at"]) + 1 or len(data)
        text = data[:end].decode()
        written = record["augmented"][:len(record["augmented"]) - len(record["text"]) + len(text)]
        blocks.append(f"{wrapped(text)}\n\n{wrapped(written)}")
    return "```\n" + "\n\n\n".join(blocks) + "\n```"


def filled(parts, width):
    """The parts with blanks between them, as many on a line as fit into the width."""
    lines, line = [], ""
    for part in parts:
        if line and len(line) + 1 + len(part) > width:
            lines.append(line)
            line = part
        else:
            line = f"{line} {part}" if line else part
    return [*lines, line]


def wrapped(text):
    return "\n".join(filled(text.split(" "), 116))


def record_block(demo):
    record = best_record(demo / "filtered", "Calculator")
    dropped = [call for call in record["calls"] if not call.get("keep") and "loss" in call][:1]
    shown = {**record, "calls": sorted(kept(record) + dropped, key=lambda call: call["at"])}
    rounded = json.loads(json.dumps(shown), parse_float=lambda number: round(float(number), 3))
    calls = ",\n  ".join(broken(json.dumps(call, ensure_ascii=False)) for call in rounded.pop("calls"))
    augmented = cut(rounded.pop("augmented"))
    rounded["text"] = cut(rounded["text"])
    head = json.dumps(rounded, ensure_ascii=False)[:-1]
    return f"```\n{broken(head)},\n \"calls\": [\n  {calls}],\n {broken(json.dumps({'augmented': augmented}))[1:]}\n```"


def cut(text, width=90):
    return text if len(text) <= width else text[:width].rsplit(" ", 1)[0] + " ..."


def broken(line):
    """A long JSON text on several lines, broken behind commas."""
    return "\n   ".join(filled(re.split(r'(?<=[,]) (?=")', line), 112))


def percent(cell):
    return f"{100 * cell['value']:.1f}% [{100 * cell['low']:.1f}, {100 * cell['high']:.1f}]"


ROWS = {"base (disabled)": ("as it was", "base/call-top-k-0"),
        "tuned (disabled)": ("fine-tuned, tools disabled", "tuned/call-top-k-0"),
        "tuned": ("fine-tuned, tools running", "tuned/call-top-k-1")}


def table_block(demo):
    items = {row: list(records(demo / "eval" / folder)) for row, (_, folder) in ROWS.items()}
    right = {row: [item["answers"][0]["right"] for item in of_row] for row, of_row in items.items()}
    # The first that only the tools get right, as most are.
    shown = next(i for i in range(len(right["tuned"])) if right["tuned"][i] and not right["base (disabled)"][i])
    results = json.loads((demo / "eval/results.json").read_text())["tasks"][0]
    lines = [f"| the model | right, of {results['items']} [95%] | how it goes on |", "|---|---|---|"]
    for row in results["rows"]:
        if row["row"] in ROWS:
            item = items[row["row"]][shown]
            output = item["augmented"].encode()[item["prompt_bytes"]:].decode().strip().split("\n")[0]
            lines.append(f"| {ROWS[row['row']][0]} | {percent(row['right']['strict'])} | `{output}` |")
    item = items["tuned"][shown]
    return f"> {item['text'].encode()[:item['prompt_bytes']].decode()}\n\n" + "\n".join(lines)


def five_tools_block(run):
    results = json.loads((run / "eval/results.json").read_text())
    lines = ["| task | row | right [95%] | items with a call |", "|---|---|---|---|"]
    for task in results["tasks"]:
        for row in task["rows"]:
            if "right" in row and row["right"]:
                first = next(iter(row["right"].values()))
                lines.append(f"| {task['name']} | {row['row']} | {percent(first)} | {100 * row['called']:.0f}% |")
    return "\n".join(lines)


def put(text, source, blocks):
    for name, block in blocks.items():
        start, end = f"<!-- from {source}: {name} -->", "<!-- end -->"
        at = text.index(start) + len(start)
        text = text[:at] + "\n" + block + "\n" + text[text.index(end, at):]
    return text


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--demo", type=Path)
    parser.add_argument("--five-tools", type=Path)
    given = parser.parse_args()
    text = README.read_text(encoding="utf-8")
    if given.demo:
        text = put(text, "demo", {"document": document_block(given.demo), "table": table_block(given.demo),
                                  "record": record_block(given.demo)})
    if given.five_tools:
        text = put(text, "five_tools", {"table": five_tools_block(given.five_tools)})
    README.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
