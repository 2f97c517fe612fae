#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tf-filter's scoring in transformers: three losses per candidate, each a sequence from nothing.

--head window: the sequence ends with the window, the head only on the rows that are read; --head all: on every token;
--head all-whole: on every token, and the sequence ends with the document: what `model(**batch)` does with three texts.
The input are documents with executed calls (tf-filter --steps execute); of identical calls one is scored.
Prints one JSON object; loading the model is not timed.
"""
import argparse
import json

import torch
import transformers
from workload import Prompt, Stopwatch, call_parts, distinct_calls, read_documents


class Scoring:
    def __init__(self, options):
        self.options = options
        self.tokenizer = transformers.AutoTokenizer.from_pretrained(options.model)
        self.model = transformers.AutoModelForCausalLM.from_pretrained(options.model, dtype=torch.float32).eval()
        self.opening = [self.tokenizer.bos_token_id] * self.model.config.model_type.startswith("gemma")
        if options.placement == "primed":
            self.opening += self.ids(Prompt(options.prompts, options.tool, "primed").before)

    def ids(self, text):
        return self.tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"]

    def sequences(self, document):
        """For every candidate the tokens without the call, with it, and with its result; where the window is."""
        encoded = self.tokenizer(document["text"], add_special_tokens=False, split_special_tokens=True,
                                 return_offsets_mapping=True)
        ids = encoded["input_ids"]
        place_at = {len(document["text"][:begin].encode()): i for i, (begin, _) in
                    reversed(list(enumerate(encoded["offset_mapping"])))}
        for tool, at, text, result in distinct_calls(document):
            place = place_at[at]
            window = ids[place:place + self.options.window]
            for call in ([], call_parts(tool, text, ""), call_parts(tool, text, result)):
                call = [token for part in call for token in self.ids(part)]
                before = call + ids[:place] if self.options.placement == "prefix" else ids[:place] + call
                begin = len(self.opening + before)
                after = ids[place:] if self.options.head == "all-whole" else window
                yield self.opening + before + after, slice(begin, begin + len(window))

    def losses(self, batch):
        longest = max(len(ids) for ids, _ in batch) - 1  # the last token is predicted, not read
        rows = torch.tensor([ids[:-1] + [0] * (longest - len(ids) + 1) for ids, _ in batch])
        targets = [torch.tensor(ids[window]) for ids, window in batch]
        before = [slice(window.start - 1, window.stop - 1) for _, window in batch]
        # Padding stands behind the text, where a causal model cannot see it: no mask, and the fastest attention.
        if self.options.head == "window":
            hidden = self.model.model(rows).last_hidden_state
            read = torch.cat([hidden[i, where] for i, where in enumerate(before)])
            read = self.model.lm_head(read).split([len(target) for target in targets])
        else:
            logits = self.model(rows).logits
            read = [logits[i, where] for i, where in enumerate(before)]
        return [-logits.log_softmax(-1).gather(1, target[:, None]).sum().item()
                for logits, target in zip(read, targets)]

    def run(self, documents):
        watch = Stopwatch()
        sequences = [sequence for document in documents for sequence in self.sequences(document)]
        triples = range(len(sequences) // 3)
        if self.options.candidates:  # evenly spread: their mean length is that of all
            triples = triples[::max(1, len(triples) // self.options.candidates)][:self.options.candidates]
        sequences = [sequences[3 * i + j] for i in triples for j in range(3)]
        order = sorted(range(len(sequences)), key=lambda i: len(sequences[i][0]))
        losses = [0.0] * len(sequences)
        for first in range(0, len(order), self.options.batch):
            batch = order[first:first + self.options.batch]
            for index, loss in zip(batch, self.losses([sequences[i] for i in batch])):
                losses[index] = round(loss, 5)
        seconds = watch.seconds()
        count = len(sequences) // 3
        return {"candidates": count, **seconds, "candidates_per_cpu_second": round(count / seconds["cpu"], 3),
                "tokens": sum(len(ids) - 1 for ids, _ in sequences),
                "keys": len(self.opening) + sum(len(self.ids(d["text"])) for d in documents) // (2 * len(documents)),
                "losses": {number: losses[3 * i:3 * i + 3] for i, number in enumerate(triples)}}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="Hugging Face directory")
    parser.add_argument("--input", required=True, help="documents with executed calls, .jsonl")
    parser.add_argument("--prompts", required=True, help="directory of the prompt files")
    parser.add_argument("--placement", choices=["primed", "inline", "prefix"], default="primed")
    parser.add_argument("--head", choices=["window", "all", "all-whole"], default="window")
    parser.add_argument("--window", type=int, default=8)
    parser.add_argument("--batch", type=int, default=6, help="sequences per forward pass")
    parser.add_argument("--tool", default="Calculator")
    parser.add_argument("--limit", type=int, help="use only the first documents")
    parser.add_argument("--candidates", type=int, help="score only so many of them, evenly spread")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    with torch.inference_mode():
        print(json.dumps(Scoring(options).run(read_documents(options.input, options.limit))))


if __name__ == "__main__":
    main()
