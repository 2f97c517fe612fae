#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whether transformers reads an exported tokenizer with the ids of its source:
tests/parity/tokenizer_export.py DIRECTORY tests/parity/golden/tokenizer_<model>.txt DATA
DIRECTORY is what `tf-model convert` wrote; the golden file is described in tokenizer_golden.py."""
import json
import pathlib
import sys

from tokenizer_golden import fnv, texts
from transformers import AutoTokenizer


def main():
    directory, golden, data = map(pathlib.Path, sys.argv[1:4])
    tokenizer = AutoTokenizer.from_pretrained(directory)
    compared, different = 0, 0
    for line, (kind, argument, text) in zip(golden.read_text(encoding="utf-8").splitlines(), texts(data), strict=True):
        if argument.endswith(":10000000"):
            continue  # minutes in transformers
        ids = tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"] if text else []
        value = json.dumps(ids, separators=(",", ":")) if kind == "string" else f"{fnv(ids):016x}"
        compared += 1
        if line != f"{kind} {argument} {value}":
            different += 1
            print("different:", kind, argument)
    print(f"{compared} texts compared, {different} differ")
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
