#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tf-annotate's work in transformers: p(open marker) everywhere, then m samples at each of the k best places.

Methods, from obvious to the best that its cache allows:
- generate: one forward pass over prompt + document, then generate(num_return_sequences=m) for every place;
- generate-batch: the same, all places in one left-padded batch;
- kv: the prompt's state is computed once, the document's pass is the prefill; each place is decoded in one batch of m
  copies of the state behind it;
- kv-batch: the same, all places in one batch of left-padded copies; rows that are over leave the batch.
Prints one JSON object. Loading the model and (kv) reading the prompt are not timed.
"""
import argparse
import json

import torch
import transformers
from workload import OPEN, Prompt, Stopwatch, most_probable, read_documents, scan_input


class CallsEnd(transformers.StoppingCriteria):
    def __init__(self, tokenizer, start):
        self.tokenizer, self.start = tokenizer, start

    def __call__(self, rows, scores, **_):
        texts = self.tokenizer.batch_decode(rows[:, self.start:])
        return torch.tensor([scan_input(text)[0] for text in texts])


class Annotation:
    def __init__(self, options):
        self.options = options
        self.tokenizer = transformers.AutoTokenizer.from_pretrained(options.model)
        self.model = transformers.AutoModelForCausalLM.from_pretrained(options.model, dtype=torch.float32).eval()
        self.prompt = Prompt(options.prompts, options.tool, options.style)
        starts = self.model.config.model_type.startswith("gemma")
        self.before = [self.tokenizer.bos_token_id] * starts + self.ids(self.prompt.before)
        self.head = self.ids(OPEN) + self.ids(options.tool + "(")
        self.end = self.model.config.eos_token_id
        self.prompt_cache = None
        if options.method.startswith("kv"):
            # Without a configuration every layer keeps all tokens, so that sliding ones can be cut anywhere.
            self.prompt_cache = transformers.DynamicCache()
            self.model(torch.tensor([self.before]), past_key_values=self.prompt_cache, logits_to_keep=1)

    def ids(self, text):
        return self.tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"]

    def places(self, logits):
        """logits [document tokens, vocabulary] before each token."""
        return most_probable(logits.log_softmax(-1)[:, self.head[0]].tolist(), self.options.k)

    def generate(self, document):
        behind, first = self.prompt.behind(self.ids, document)
        context, first = self.before + behind, len(self.before) + first
        logits = self.model(torch.tensor([context]), logits_to_keep=len(document) + 1).logits[0]
        places = self.places(logits[:-1])
        prefixes = [context[:first + place] + self.head for place in places]
        batches = [prefixes] if self.options.method == "generate-batch" else [[prefix] for prefix in prefixes]
        return places, [text for batch in batches for text in self.generate_batch(batch)]

    def generate_batch(self, prefixes):
        longest = max(map(len, prefixes))
        pad = self.tokenizer.pad_token_id or 0
        rows = self.model.generate(
            torch.tensor([[pad] * (longest - len(ids)) + ids for ids in prefixes]),
            attention_mask=torch.tensor([[0] * (longest - len(ids)) + [1] * len(ids) for ids in prefixes]),
            do_sample=True, temperature=1.0, top_k=0, top_p=1.0, num_return_sequences=self.options.m,
            max_new_tokens=self.options.max_call_tokens, pad_token_id=pad,
            stopping_criteria=[CallsEnd(self.tokenizer, longest)])
        return self.tokenizer.batch_decode(rows[:, longest:])

    def reuse(self, document):
        behind, first = self.prompt.behind(self.ids, document)
        # The prompt's last token is read again: it gives p(open marker) before the document's first token.
        cache = copies(self.prompt_cache, [len(self.before) - 1])
        tokens = torch.tensor([self.before[-1:] + behind])
        logits = self.model(tokens, past_key_values=cache, logits_to_keep=len(document) + 1).logits[0]
        places = self.places(logits[:-1])
        lengths = [len(self.before) + first + place for place in places]
        groups = [lengths] if self.options.method == "kv-batch" else [[length] for length in lengths]
        return places, [text for group in groups for text in self.decode(cache, group)]

    def decode(self, document_cache, lengths):
        cache = copies(document_cache, lengths)
        mask = torch.tensor([[0] * (max(lengths) - n) + [1] * n for n in lengths])
        positions = torch.tensor(lengths)
        tokens = torch.tensor([self.head]).expand(len(lengths), -1)
        sampled = [[] for _ in range(len(lengths) * self.options.m)]
        rows = list(range(len(sampled)))  # those still in the batch
        repeats = self.options.m  # the head is read once per place
        for _ in range(self.options.max_call_tokens):
            count = tokens.shape[1]
            mask = torch.cat([mask, mask.new_ones(len(mask), count)], 1)
            logits = self.model(tokens, attention_mask=mask, position_ids=positions[:, None] + torch.arange(count),
                                past_key_values=cache, logits_to_keep=1).logits[:, -1]
            positions = positions + count
            if repeats > 1:
                cache.batch_repeat_interleave(repeats)
                logits, mask, positions = (t.repeat_interleave(repeats, 0) for t in (logits, mask, positions))
                repeats = 1
            tokens = torch.multinomial(logits.softmax(-1), 1)
            for row, token in zip(rows, tokens[:, 0].tolist()):
                if not self.is_over(sampled[row]):
                    sampled[row].append(token)
            left = [i for i, row in enumerate(rows) if not self.is_over(sampled[row])]
            if not left:
                break
            if len(left) <= 0.75 * len(rows):  # a smaller batch costs a copy of the cache
                keep = torch.tensor(left)
                cache.batch_select_indices(keep)
                mask, positions, tokens, rows = mask[keep], positions[keep], tokens[keep], [rows[i] for i in left]
        return self.tokenizer.batch_decode(sampled)

    def is_over(self, ids):
        return bool(ids) and (ids[-1] == self.end or scan_input(self.tokenizer.decode(ids))[0])

    def run(self, documents):
        method = self.generate if self.options.method.startswith("generate") else self.reuse
        samples, places = [], []
        tokens = [self.ids(document["text"]) for document in documents]
        watch = Stopwatch()
        for ids in tokens:
            chosen, texts = method(ids)
            places.append(chosen)
            samples += texts
        seconds = watch.seconds()
        for i, ids in enumerate(tokens):
            places[i] = [len(self.tokenizer.decode(ids[:place]).encode()) for place in places[i]]
        return {"samples": len(samples), "calls": sum(scan_input(text)[1] is not None for text in samples), **seconds,
                "samples_per_cpu_second": round(len(samples) / seconds["cpu"], 3), "places": places,
                "keys": len(self.before) + sum(map(len, tokens)) // (2 * len(tokens))}


def copies(cache, lengths):
    """One row for the first `length` tokens of a state of one row, for each length; padded on the left."""
    longest, rows = max(lengths), transformers.DynamicCache()
    for index, layer in enumerate(cache.layers):
        keys, values = (torch.cat([torch.nn.functional.pad(state[:, :, :n], (0, 0, longest - n, 0)) for n in lengths])
                        for state in (layer.keys, layer.values))  # [lengths, heads, longest, head size]
        rows.update(keys, values, index)
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="Hugging Face directory")
    parser.add_argument("--input", required=True, help="documents, .jsonl")
    parser.add_argument("--prompts", required=True, help="directory of the prompt files")
    parser.add_argument("--method", choices=["generate", "generate-batch", "kv", "kv-batch"], default="generate-batch")
    parser.add_argument("--style", choices=["primed", "instruct"], default="primed")
    parser.add_argument("--tool", default="Calculator")
    parser.add_argument("--k", type=int, default=5, help="places per document")
    parser.add_argument("--m", type=int, default=5, help="samples per place")
    parser.add_argument("--max-call-tokens", type=int, default=48)
    parser.add_argument("--limit", type=int, help="use only the first documents")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    with torch.inference_mode():
        annotation = Annotation(options)
        print(json.dumps(annotation.run(read_documents(options.input, options.limit))))


if __name__ == "__main__":
    main()
