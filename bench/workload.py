# SPDX-License-Identifier: Apache-2.0
"""The work that every side of the benchmark does: which texts, what stands before them, when a sampled call is over.

Imports nothing but the standard library.
"""
import json
import resource
import time
from pathlib import Path

OPEN, CLOSE, ARROW = " [", "]", " -> "


def read_documents(path, limit):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines][:limit]


def distinct_calls(document):
    """Executed calls, each once: (tool, at, input, result)."""
    calls = [(c["tool"], c["at"], c["input"], c["result"]) for c in document["calls"] if "result" in c]
    return list(dict.fromkeys(calls))


def call_parts(tool, text, result):
    """The call as tf-filter spells it, in pieces that are tokenised on their own."""
    return [OPEN, f"{tool}({text}) ->", f" {result}{CLOSE}"]


class Prompt:
    """What stands before a document, from the files that the programs read."""

    def __init__(self, directory, tool, style):
        name = tool.lower() + (".demos.txt" if style == "primed" else ".txt")
        text = (Path(directory) / name).read_text(encoding="utf-8")
        self.before, self.between = text.rstrip() + "\n\n", None
        if style == "instruct":
            self.before, rest = text.split("{text}")
            self.between = rest.rstrip() + "\n"

    def behind(self, encode, document):
        """Token ids behind `before`, and how many of them stand before the document that gets the calls."""
        if self.between is None:
            return document, 0
        copy = document + encode(self.between)
        return copy + document, len(copy)


def scan_input(sampled):
    """What was sampled behind `Tool(`: (whether the call is over, its input if it is a call)."""
    depth = 0
    for i, character in enumerate(sampled):
        if character == "\n":
            return True, None
        if character == ")" and depth == 0:
            rest = sampled[i + 1:].lstrip(" ")
            if rest.startswith((CLOSE, ARROW.strip())):
                return True, sampled[:i] or None
            return not ARROW.strip().startswith(rest), None
        depth += (character == "(") - (character == ")")
    return False, None


def most_probable(logprobs, k):
    """Places of the k largest, in the order of the text."""
    return sorted(sorted(range(len(logprobs)), key=lambda i: -logprobs[i])[:k])


class Stopwatch:
    """CPU seconds of the process, all threads, and wall seconds since it was made."""

    def __init__(self):
        self.start = self.now()

    @staticmethod
    def now():
        usage = resource.getrusage(resource.RUSAGE_SELF)
        return usage.ru_utime + usage.ru_stime, time.perf_counter()

    def seconds(self):
        cpu, wall = (now - start for now, start in zip(self.now(), self.start))
        return {"cpu": round(cpu, 3), "wall": round(wall, 3)}
