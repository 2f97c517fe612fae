#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Token ids by transformers, for tests/text/tokenizer_parity_test.cpp.

  tests/parity/tokenizer_golden.py MODELS DATA OUT

MODELS holds gemma3-270m.gguf and smollm2-135m-instruct.gguf, DATA the development data. Writes OUT/tokenizer_<model>.txt.
A line is `<kind> <argument> <ids as FNV-1a 64>`, where kind and argument say how to make the text:
  c4 17               the text of the 18th line of c4.jsonl.gz (likewise wiki_es, gsm8k_train_gold_calls)
  block 400           the characters U+0400..U+07FF, without surrogates
  spaced 400          "x" and every 7th of them, with spaces between
  repeat 61:10000000  U+0061, that many times
  string "..."        a JSON string; followed by all ids instead of their hash
Ids are those of text that is data: split_special_tokens=True.
SmolLM2: transformers' conversion ignores the pre-tokenizer that a GGUF file names (tokenizer.ggml.pre: smollm), so it is put
back here as the model's own tokenizer.json has it, Digits before ByteLevel: with it the model was trained, and llama.cpp
splits so too. It matters for spaces before digits: --as-converted gives other ids for 13 of the 3,000 real texts.
"""
import argparse
import gzip
import json
import pathlib
import struct
import unicodedata

from tokenizers import pre_tokenizers
from transformers import AutoTokenizer

STRINGS = [
    "", "a", " ", "  ", "\n", " a", "a ", "Hello, world!", "\r\n", "a\r\nb\r\n\r\nc", "a\x00b", "\x7f\x80\x85\x9f",
    "\u00a0\u2003 x\u3000y", "\ufeffbom", "\u200b\u200d\u2060x", "\u180ex \u180e", "don't DON'T I'LL we'Ve it\u2019s",
    "👨‍👩‍👧‍👦 family 🏳️‍🌈 flag 👍🏽 thumbs", "e\u0301 é ﬁ ① ½ ½½ 3 ½ ²³", "Å\u212bA\u030a", "\u1e9b\u0323 \uac00 \u1100\u1161\u11a8",
    "नमस्ते العربية עברית ไทย 한국어 日本語", "\u2581 \u2581\u2581x \u2581", "<bos>", "<eos><pad><unk>", "</s><s>",
    "<|im_start|>user\nhi<|im_end|>", "<|endoftext|>", "<start_of_turn>user<end_of_turn>", "<0x0A>", "<unused0> <mask>",
    "[multimodal] <table><b>x</b></table>", "<API>Calculator(1+1)</API> -> 2", " [Calculator(48 / 320) -> 0.15]15%)",
]
STRINGS += [chr(c) for c in range(0x20)] + ["x" + chr(c) + "x" for c in range(0x20)]
STRINGS += [s for n in range(1, 40, 3) for s in (" " * n + "x", "\t" * n + "1", "\n" * n + "a", "x" + " " * n + "12", " \n" * n)]
REPEATS = [(0x61, 10), (0x61, 1000), (0x61, 10_000_000), (0x20, 10_000), (0xE9, 5_000), (0x31, 3_000), (0x1F600, 3_000),
           (0x0A, 5_000), (0x3D, 3_000), (0x2581, 10)]


def fnv(ids):
    value = 14695981039346656037
    for byte in struct.pack(f"<{len(ids)}I", *ids):
        value = ((value ^ byte) * 1099511628211) & 0xFFFFFFFFFFFFFFFF
    return value


def texts(data):
    for name in ("c4", "wiki_es", "gsm8k_train_gold_calls"):
        with gzip.open(data / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for index, line in zip(range(1000), lines):
                yield name, str(index), json.loads(line)["text"]
    for base in range(0, 0x110000, 0x400):
        block = "".join(chr(c) for c in range(base, base + 0x400) if not 0xD800 <= c < 0xE000)
        # The private planes are all alike.
        if base < 0xF0000 and any(unicodedata.category(c) != "Cn" for c in block):
            yield "block", f"{base:x}", block
            yield "spaced", f"{base:x}", "x" + " ".join(block[::7])
    for code, count in REPEATS:
        yield "repeat", f"{code:x}:{count}", chr(code) * count
    for string in STRINGS:
        yield "string", json.dumps(string), string


def use_pre_tokenizer_of_model(tokenizer, model):
    if model.startswith("smollm2"):
        tokenizer.backend_tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
        )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("models", type=pathlib.Path)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--as-converted", action="store_true")
    options = parser.parse_args()
    for model in ("gemma3-270m", "smollm2-135m-instruct"):
        tokenizer = AutoTokenizer.from_pretrained(options.models, gguf_file=f"{model}.gguf")
        if not options.as_converted:
            use_pre_tokenizer_of_model(tokenizer, model)
        with open(options.out / f"tokenizer_{model}.txt", "w", encoding="utf-8") as out:
            for kind, argument, text in texts(options.data):
                ids = tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"] if text else []
                value = json.dumps(ids, separators=(",", ":")) if kind == "string" else f"{fnv(ids):016x}"
                out.write(f"{kind} {argument} {value}\n")


if __name__ == "__main__":
    main()
