#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random tokenizer.json out of everything that is read here, on random Unicode texts, against the library tokenizers:

  tokenizer_fuzz.py TOKENIZER_IDS [--pairs 20000] [--seed 1]

TOKENIZER_IDS is the program built from tokenizer_ids.cpp. Every pair has the library's ids, or its tokenizer is refused by a
message that names the component. Special tokens are text here (encode_special_tokens). Exit code 77 where there is no library
tokenizers; $TOOLFORMER_PEERS names an environment that has it."""
import argparse
import collections
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

try:
    import tokenizers
except ImportError:
    peers = os.environ.get("TOOLFORMER_PEERS")
    if peers and not os.environ.get("TOOLFORMER_PEERS_TRIED"):
        python = str(pathlib.Path(peers, "bin/python"))
        os.execve(python, [python, "-B", *sys.argv], {**os.environ, "TOOLFORMER_PEERS_TRIED": "1"})
    print("skipped: no library tokenizers here ($TOOLFORMER_PEERS)")
    sys.exit(77)

TEXTS_EACH = 20
SYMBOL = "\u2581"
LETTERS = list("abcdexyzABCKS") + ["é", "ß", "ſ", "日", "本", "한", "ж", "ñ"]
OTHERS = [" ", " ", " ", "  ", "\n", "\r\n", "\t", "1", "2", "42", "²", "½", "٣", "Ⅷ", "ⓐ", ".", ",", "-", "_", "'", "'s", "’", "“", "—", "…",
          "\u00a0", "\u2003", "\u3000", "\u0085", "\u180e", "\u200b", "\u200d", "\u2028", "e\u0301", "\u0301", "A\u030a", "\u212b", "\u1100\u1161", "👍🏽", "👨‍👩‍👧",
          SYMBOL, "\x00", "\x0b", "\U0010ffff", "\U00013460", "\u0958"]
CONTENTS = ["<tool>", "<b>", "tool", "token_1", "foo bar", "café", "cafe\u0301", "=>", "<|x|>", SYMBOL + "y", " z", "\n\n", "日本", "x"]
SPECIALS = ["<s>", "</s>", "<|end|>"]
PATTERNS = [r"\s+", r"\d", r"\p{N}{1,3}", r"\w+|[^\w\s]+", r"\h+", r"\H", r"(?=[A-Z])", r"[^\s\p{L}\p{N}]+", r"(?i:'s|'t|'re|'ve|'m|'ll|'d)", r"\b", r"x*",
            r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
            r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
            r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+",
            r"[\p{P}\$\+<=>\^~\|]+", r"[[:punct:]]", r"[a-z&&[^aeiou]]", r"\R", r"^.", r".$", r"(?m:.+)", r"a(?i)b|c", r"a{,2}", r"\p{Han}+", r"(?<=[a-z])(?=\d)",
            r"\N+", r"\v", r"[\w]", r"\W", SYMBOL, r"\X", r"(?~a)", r"(a)\1"]
STRINGS = [" ", "-", "a", SYMBOL, ".", "ab", "\n"]
BEHAVIORS = ["Isolated", "Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous"]


def sequence(draw, key, make, most):
    if draw.random() < 0.25:
        return None
    if draw.random() < 0.4:
        return make(draw)
    return {"type": "Sequence", key: [make(draw) for _ in range(draw.randint(1, most))]}


def normalizer(draw):
    kind = draw.randint(0, 2)
    if kind == 0:
        return {"type": "NFC"}
    if kind == 1:
        return {"type": "Prepend", "prepend": draw.choice([SYMBOL, SYMBOL, " ", "ab"])}
    pattern, content = draw.choice([(" ", SYMBOL), (" ", SYMBOL), ("a", "bc"), ("-", ""), ("\n", " "), ("é", "e")])
    return {"type": "Replace", "pattern": {"String": pattern}, "content": content}


def pre_tokenizer(draw):
    kind = draw.randint(0, 4)
    if kind == 0:
        return {"type": "Digits", "individual_digits": draw.random() < 0.5}
    if kind == 1:
        return {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": draw.random() < 0.5}
    if kind == 2:
        scheme = draw.choice(["always", "first", "never"])
        return {"type": "Metaspace", "replacement": draw.choice([SYMBOL, SYMBOL, SYMBOL, "_"]), "prepend_scheme": scheme, "split": draw.random() < 0.5}
    pattern = {"Regex": draw.choice(PATTERNS)} if draw.random() < 0.75 else {"String": draw.choice(STRINGS)}
    return {"type": "Split", "pattern": pattern, "behavior": draw.choice(BEHAVIORS), "invert": draw.random() < 0.3}


def alphabet():
    from tokenizers import pre_tokenizers
    return sorted(pre_tokenizers.ByteLevel.alphabet())


def model(draw, has_bytes):
    characters = list(dict.fromkeys(LETTERS + [c for c in OTHERS if len(c) == 1] + [SYMBOL]))
    draw.shuffle(characters)
    pieces = characters[: draw.randint(20, len(characters))]
    if has_bytes or draw.random() < 0.1:
        pieces = alphabet()
        if draw.random() < 0.3:
            pieces = draw.sample(pieces, 230)
    fallback = draw.random() < 0.4
    if fallback:
        some = [f"<0x{b:02X}>" for b in range(256)]
        pieces += some if draw.random() < 0.7 else draw.sample(some, 200)
    unknown = draw.choice([None, "<unk>", "<unk>"])
    if unknown:
        pieces.append(unknown)
    merges, known = [], set(pieces)
    single = [p for p in pieces if not p.startswith("<")]
    common = [p for p in single if p in "abcdexyzABCKS'Ġ1" + SYMBOL] or single
    made = []
    for _ in range(draw.randint(0, 60)):
        left, right = draw.choice(common + made), draw.choice(common + made + single[:3])
        if len(left + right) > 8 or left + right in known or left + right in CONTENTS:
            continue
        known.add(left + right)
        made.append(left + right)
        merges.append([left, right])
    vocabulary = {piece: i for i, piece in enumerate(pieces + made)}
    return {"type": "BPE", "dropout": None, "unk_token": unknown, "continuing_subword_prefix": None, "end_of_word_suffix": None,
            "fuse_unk": draw.random() < 0.5, "byte_fallback": fallback, "ignore_merges": draw.random() < 0.3, "vocab": vocabulary, "merges": merges}


def tokenizer(draw):
    steps = sequence(draw, "pretokenizers", pre_tokenizer, 4)
    has_bytes = "ByteLevel" in json.dumps(steps)
    bpe = model(draw, has_bytes)
    added, size = [], len(bpe["vocab"])
    for content in draw.sample(CONTENTS, draw.randint(0, 4)) + draw.sample(SPECIALS, draw.randint(0, 2)):
        special = content in SPECIALS
        if content in bpe["vocab"]:
            continue
        added.append({"id": size + len(added), "content": content, "special": special, "normalized": draw.random() < 0.5,
                      **{flag: draw.random() < 0.25 for flag in ("single_word", "lstrip", "rstrip")}})
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": added, "normalizer": sequence(draw, "normalizers", normalizer, 3),
            "pre_tokenizer": steps, "post_processor": None, "decoder": {"type": "ByteLevel"} if has_bytes else None, "model": bpe}


def text(draw):
    out = ""
    for _ in range(draw.randint(0, 24)):
        kind = draw.random()
        if kind < 0.45:
            out += draw.choice(LETTERS[:13])
        elif kind < 0.55:
            out += draw.choice(LETTERS)
        elif kind < 0.80:
            out += draw.choice(OTHERS)
        elif kind < 0.93:
            out += draw.choice(CONTENTS + SPECIALS)
        else:
            code = draw.choice([draw.randrange(0x20, 0x3000), draw.randrange(0x3000, 0xD800), draw.randrange(0xE000, 0x20000)])
            out += chr(code)
    return out


def truth(description, texts):
    """The library's ids; None where it does not take the file itself."""
    try:
        library = tokenizers.Tokenizer.from_str(json.dumps(description))
        library.encode_special_tokens = True
        return [library.encode(text, add_special_tokens=False).ids for text in texts]
    except BaseException as error:  # its panics are no Exception
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise
        return None


def reason(message):
    message = re.sub(r"^\S+ ", "", message)
    return re.sub(r"'[^']*'|\d+", "..", message)[-70:]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--pairs", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    counts, refusals, different = collections.Counter(), collections.Counter(), []
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen([options.program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")
        number = 0
        while counts["pairs"] < options.pairs:
            draw = random.Random(f"{options.seed}/{number}")
            number += 1
            description = tokenizer(draw)
            texts = [text(draw) for _ in range(TEXTS_EACH)]
            expected = truth(description, texts)
            if expected is None:
                counts["not read by the library"] += 1
                continue
            pathlib.Path(folder, "tokenizer.json").write_text(json.dumps(description), encoding="utf-8")
            process.stdin.write(json.dumps({"model": folder, "texts": texts}) + "\n")
            process.stdin.flush()
            answer = json.loads(process.stdout.readline())
            counts["pairs"] += len(texts)
            if "refused" in answer:
                counts["refused"] += len(texts)
                refusals[reason(answer["refused"])] += 1
                continue
            wrong = [i for i in range(len(texts)) if answer["ids"][i] != expected[i]]
            if wrong:
                counts["different"] += len(wrong)
                different.append((number - 1, description, texts[wrong[0]], answer["ids"][wrong[0]], expected[wrong[0]]))
        process.stdin.close()
        process.wait()
    for number, description, sample, ours, theirs in different[:8]:
        names = {i: piece for piece, i in description["model"]["vocab"].items()} | {t["id"]: t["content"] for t in description["added_tokens"]}
        print(f"tokenizer {number}, text {sample!r}:\n  here    {[names[i] for i in ours]}\n  library {[names[i] for i in theirs]}")
        print(" ", json.dumps({k: v for k, v in description.items() if k in ("added_tokens", "normalizer", "pre_tokenizer")}, ensure_ascii=False))
        print(" ", {k: v for k, v in description["model"].items() if k not in ("vocab", "merges")})
    print(dict(counts), "tokenizers that differ:", len(different))
    for text_of, count in refusals.most_common(20):
        print(f"  refused {count}: {text_of}")
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
