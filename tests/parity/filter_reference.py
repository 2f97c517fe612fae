#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What transformers computes for tf-annotate and tf-filter, replayed by filter_parity_test.cpp.

    python tests/parity/filter_reference.py --model gemma3-270m=DIRECTORY_OR_GGUF

Reads tests/parity/filter/candidates.jsonl (documents with executed calls) and tests/parity/filter/prompts, writes
tests/parity/filter/NAME.json: for every call its three losses under the three presets, and for every document
log p(open marker) before each token under both prompt styles. Every context with a call is one
sequence from nothing with a forward pass of its own: no cache, no batching, no code shared with the programs.
"""
import argparse
import json
import pathlib

import torch
import transformers
from tokenizer_golden import use_pre_tokenizer_of_model

HERE = pathlib.Path(__file__).parent / "filter"
OPEN, CLOSE, ARROW = " [", "]", " -> "
AS_DATA = {"add_special_tokens": False, "split_special_tokens": True}  # "<|endoftext|>" in a document is text
UNIFORM, LINEAR = "uniform", "linear"
PRESETS = {  # window, weights, placement
    "primed": (8, UNIFORM, "primed"),
    "windowed": (32, UNIFORM, "inline"),
    "paper": (5, LINEAR, "prefix"),
}


def load(path, name):
    where, options = (path.parent, {"gguf_file": path.name}) if path.is_file() else (path, {})
    tokenizer = transformers.AutoTokenizer.from_pretrained(where, **options)
    use_pre_tokenizer_of_model(tokenizer, name)
    model = transformers.AutoModelForCausalLM.from_pretrained(where, **options, dtype=torch.float32).eval()
    return tokenizer, model


def weighted_loss(logprobs, window, weights):
    norm = sum(max(0.0, 1 - 0.2 * t) for t in range(window))
    weight = [1.0 if weights == UNIFORM else max(0.0, 1 - 0.2 * t) / norm for t in range(window)]
    return round(-sum(w * p for w, p in zip(weight, logprobs)), 5)


class Reference:
    def __init__(self, path, name):
        self.tokenizer, self.model = load(path, name)
        starts = self.model.config.model_type == "gemma3_text"  # SmolLM2 begins without a start token
        self.start = [self.tokenizer.bos_token_id] if starts else []
        (self.open_id,) = self.ids(OPEN)

    def ids(self, text):
        return self.tokenizer(text, **AS_DATA)["input_ids"]

    def tokens(self, text):
        """ids and the byte at which each begins; -1 for tokens that begin within a character."""
        encoded = self.tokenizer(text, **AS_DATA, return_offsets_mapping=True)
        begins, covered = [], 0  # characters that earlier tokens cover, wholly or in part
        for begin, end in encoded["offset_mapping"]:
            begins.append(len(text[:begin].encode()) if end > begin >= covered else -1)
            covered = max(covered, end)
        return encoded["input_ids"], begins

    @torch.inference_mode()
    def logprobs(self, ids, rows):
        """log p of the next token at the last `rows` places."""
        logits = self.model(input_ids=torch.tensor([ids]), logits_to_keep=rows).logits[0]
        return torch.log_softmax(logits.float(), -1)

    def call_ids(self, call, result):
        return self.ids(OPEN) + self.ids(f"{call['tool']}({call['input']}) ->") + self.ids(f" {result}{CLOSE}")

    def given(self, before, after):
        """log p of each token of `after`, behind `before` and those before it."""
        logprobs = self.logprobs((before + after)[:-1], len(after))
        return [float(logprobs[i, token]) for i, token in enumerate(after)]

    def opening(self, tool, placement):
        if placement != "primed":
            return list(self.start)
        demos = (HERE / "prompts" / f"{tool.lower()}.demos.txt").read_text().rstrip("\n") + "\n\n"
        return self.start + self.ids(demos)

    def plain(self, text, tool, placement):
        """log p of every token of the text without a call; None where nothing stands before it."""
        ids, _ = self.tokens(text)
        start = self.opening(tool, placement)
        return self.given(start, ids) if start else [None] + self.given(ids[:1], ids[1:])

    def losses(self, text, call, preset, plain):
        window, weights, placement = PRESETS[preset]
        ids, begins = self.tokens(text)
        place = begins.index(call["at"])
        start = self.opening(call["tool"], placement)
        target = ids[place : place + window]
        given = {"plain": plain[place : place + window]}
        for name, result in [("no_result", ""), ("result", call["result"])]:
            z = self.call_ids(call, result)
            before = start + z + ids[:place] if placement == "prefix" else start + ids[:place] + z
            given[name] = self.given(before, target)
        if None in given["plain"]:
            return None
        return {name: weighted_loss(values, window, weights) for name, values in given.items()}

    def open_logprobs(self, text, style):
        ids, begins = self.tokens(text)
        if style == "primed":
            demos = (HERE / "prompts" / "calculator.demos.txt").read_text().rstrip("\n") + "\n\n"
            before = self.start + self.ids(demos)
        else:
            head, tail = (HERE / "prompts" / "calculator.txt").read_text().rstrip("\n").split("{text}")
            before = self.start + self.ids(head) + ids + self.ids(tail + "\n")
        logprobs = self.logprobs((before + ids)[:-1], len(ids))
        return {str(begin): round(float(logprobs[i, self.open_id]), 5) for i, begin in enumerate(begins) if begin >= 0}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="NAME=PATH of a Hugging Face directory or a GGUF file")
    name, path = parser.parse_args().model.split("=", 1)
    reference = Reference(pathlib.Path(path), name)
    rows, calls = [], 0
    for line in (HERE / "candidates.jsonl").read_text().splitlines():
        document = json.loads(line)
        text, plain, losses = document["text"], {}, {}
        for preset, (_, _, placement) in PRESETS.items():
            for tool in {call["tool"] for call in document["calls"]}:
                key = (placement, tool if placement == "primed" else "")
                if key not in plain:
                    plain[key] = reference.plain(text, tool, placement)
            losses[preset] = [
                reference.losses(text, call, preset, plain[placement, call["tool"] if placement == "primed" else ""])
                for call in document["calls"]]
        opens = {style: reference.open_logprobs(text, style) for style in ("primed", "instruct")}
        rows.append(json.dumps({"id": document["id"], "losses": losses, "open": opens}, separators=(",", ":")))
        calls += len(document["calls"])
        print(document["id"], flush=True)
    (HERE / f"{name}.json").write_text("[\n" + ",\n".join(rows) + "\n]\n")
    print(name, len(rows), "documents,", calls, "calls")


if __name__ == "__main__":
    main()
