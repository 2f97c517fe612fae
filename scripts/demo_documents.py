#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Picks documents for the demo: those in which a number is the sum, difference, product or ratio of two others.

  demo_documents.py ARTICLES.jsonl N OUT.jsonl [SAMPLE.jsonl...]

Writes the samples, then the N best articles, by how unlikely it is that their numbers agree by chance.
"""
import json
import os
import re
import sys

NUMBER = re.compile(r"(?<![\w.,/–-])(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(?![\w/–-]|,\d|\.\d)")
REACH = 250  # characters between the first of three numbers and the last


def numbers(text):
    for found in NUMBER.finditer(text):
        plain = found.group().replace(",", "")
        if len(plain) == 4 and "," not in found.group() and 1000 <= float(plain) <= 2100:
            continue  # a year
        yield found.start(), float(plain), len(plain.replace(".", "").strip("0"))


def agreement(text):
    """The digits that agree in the best equation among neighbouring numbers; 0 when there is none."""
    best, found = 0, list(numbers(text))
    for i, (place, value, digits) in enumerate(found):
        near = [(x, d) for p, x, d in found[:i] if place - p <= REACH]
        for j, (x, dx) in enumerate(near):
            for y, dy in near[:j] + near[j + 1 :]:
                if min(x, y, value) >= 2 and value in (x + y, x - y, x * y, x / y):
                    best = max(best, digits + dx + dy)
    return best


def main():
    articles, count, output, samples = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4:]
    lines = [line for path in samples for line in open(path, encoding="utf-8")]
    with open(articles, encoding="utf-8") as stream:
        scored = [(agreement(json.loads(line)["text"]), line) for line in stream]
    scored.sort(key=lambda item: -item[0])  # stable: the articles' own order among equals
    lines += [line for score, line in scored[:count] if score]
    temporary = f"{output}.tmp"
    with open(temporary, "w", encoding="utf-8") as out:
        out.writelines(lines)
    os.replace(temporary, output)


if __name__ == "__main__":
    main()
