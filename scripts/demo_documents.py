#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Picks documents for the demo, and what its search may find.

  demo_documents.py ARTICLES.jsonl N DOCUMENTS.jsonl PAGES.jsonl [SAMPLE.jsonl]

Writes N documents: up to three in four from the sample, the others articles whose facts another article tells too, by
the rare words that they share. The articles that were not picked become the pages: a search that finds the text itself
would prove nothing.
"""
import collections
import json
import os
import re
import sys

WORD = re.compile(r"[^\W\d_]{4,}|\d{3,}")
RARE = range(2, 6)  # in how many articles a word stands that ties two of them together


def pairs(articles):
    """(shared rare words, article, other article), most of them first."""
    where = collections.defaultdict(list)
    for number, article in enumerate(articles):
        for word in set(WORD.findall(article["text"])):
            where[word].append(number)
    shared = collections.Counter()
    for holders in where.values():
        if len(holders) in RARE:
            shared.update((a, b) for a in holders for b in holders if a < b)
    return sorted(((count, a, b) for (a, b), count in shared.items()), key=lambda item: (-item[0], item[1:]))


def pick(articles, count):
    """Numbers of the articles to annotate; the other one of each pair stays a page."""
    picked, kept = [], set()
    for _, a, b in pairs(articles):
        if len(picked) == count:
            break
        if not {a, b} & (kept | set(picked)):
            picked.append(a)
            kept.add(b)
    return picked


def write(path, lines):
    temporary = f"{path}.tmp"
    with open(temporary, "w", encoding="utf-8") as out:
        out.writelines(lines)
    os.replace(temporary, path)


def main():
    source, count, documents, pages, samples = sys.argv[1], int(sys.argv[2]), *sys.argv[3:5], sys.argv[5:]
    with open(source, encoding="utf-8") as stream:
        lines = stream.readlines()
    sample = [line for path in samples for line in open(path, encoding="utf-8")][: -(-count * 3 // 4)]
    picked = pick([json.loads(line) for line in lines], count - len(sample))
    write(documents, sample + [lines[number] for number in picked])
    write(pages, [line for number, line in enumerate(lines) if number not in set(picked)])


if __name__ == "__main__":
    main()
