#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tf-generate's work in transformers: greedy, a call where " [" is among the k likeliest tokens, its result put in line.

Methods, from obvious to the best that its cache allows:
- generate: generate() for all prompts in one left-padded batch; a row stops at the arrow of a call; when all rows have
  stopped, those with a call get its result behind their text and are generated on, read anew from the beginning;
- kv: one loop over one batch with a cache: a row whose call is complete is fed the tokens of its result, one a step,
  while the others decode on; rows that have ended leave the batch.
One attempt at a call per prompt; one that comes to nothing is taken back and replaced by the model's next choice.
Prints one JSON object: texts, tokens of text, calls and results, tokens forwarded. Loading the model is not timed.
"""
import argparse
import ast
import json
import operator
from fractions import Fraction

import torch
import transformers
from workload import OPEN, Prompt, Stopwatch, read_documents

HEAD = OPEN.strip() + "Calculator("
OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def calculate(text):
    """The result as tf-generate's Calculator writes it; None: not a sum."""
    def value(node):
        if isinstance(node, ast.BinOp):
            return OPERATORS[type(node.op)](value(node.left), value(node.right))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return -value(node.operand)
        return Fraction(ast.get_source_segment(text, node)) if isinstance(node, ast.Constant) else None
    try:
        result = value(ast.parse(text, mode="eval").body)
    except (SyntaxError, ValueError, KeyError, TypeError, ZeroDivisionError):
        return None
    return str(result) if result.denominator == 1 else f"{float(result):.2f}".rstrip("0").rstrip(".")


class Row:
    """One prompt: its tokens, where its call began, what is still to be fed to it."""

    def __init__(self, loop, ids):
        self.loop, self.ids, self.start = loop, list(ids), len(ids)
        self.opened = None  # where the open marker stands, while a call is written
        self.may_call, self.forbidden, self.done = True, False, False
        self.forced, self.text = [], ""
        self.call = (0, 0)  # its tokens and those of its result

    def new_tokens(self):
        return len(self.ids) - self.start - sum(self.call)

    def choose(self, logits):
        """The next token by the rule."""
        loop = self.loop
        if self.forbidden:
            logits = logits.clone()
            logits[loop.open] = -torch.inf
        elif self.may_call and self.opened is None and (logits > logits[loop.open]).sum() < loop.options.call_top_k:
            return loop.open
        return int(logits.argmax())

    def add(self, token):
        """Takes a token; True: its state is no longer that of its tokens (an attempt was taken back)."""
        self.forbidden = False
        if token in self.loop.ends:
            self.done = self.opened is None
            return not self.done and self.take_back()
        self.ids.append(token)
        if self.opened is None and self.may_call and token == self.loop.open:
            self.opened = len(self.ids) - 1
        elif self.opened is not None:
            return self.look_at_call()
        self.done = self.done or self.new_tokens() >= self.loop.options.max_new_tokens
        return False

    def look_at_call(self):
        written = self.loop.tokenizer.decode(self.ids[self.opened:]).lstrip()
        inside, arrow, _ = written[len(HEAD):].partition(" ->")
        if not HEAD.startswith(written[:len(HEAD)]) or len(self.ids) - self.opened > 64 or (not arrow and "]" in inside):
            return self.take_back()
        if not arrow:
            return False
        result = calculate(inside[:-1]) if inside.endswith(")") else None
        if result is None:
            return self.take_back()
        self.forced = self.loop.encode(f" {result}") + self.loop.encode("]")
        self.call = (len(self.ids) - self.opened, len(self.forced))
        self.ids += self.forced
        self.opened, self.may_call = None, False
        return False

    def take_back(self):
        self.ids = self.ids[:self.opened]
        self.opened, self.may_call, self.forbidden = None, False, True
        return True


class Rule(transformers.LogitsProcessor):
    def __init__(self, rows):
        self.rows = rows

    def __call__(self, input_ids, scores):
        chosen = torch.full_like(scores, -torch.inf)
        for i, row in enumerate(self.rows):
            chosen[i, row.choose(scores[i])] = 0
        return chosen


class RowsStop(transformers.StoppingCriteria):
    """Feeds the rows what was chosen for them; a row stops at its call, taken back or not, and at its end."""

    def __init__(self, rows):
        self.rows, self.stopped = rows, [False] * len(rows)

    def __call__(self, input_ids, scores, **_):
        for i, row in enumerate(self.rows):
            if not self.stopped[i]:
                self.stopped[i] = row.add(int(input_ids[i, -1])) or bool(row.forced) or row.done
        return torch.tensor(self.stopped)


class Loop:
    def __init__(self, options):
        self.options = options
        self.tokenizer = transformers.AutoTokenizer.from_pretrained(options.model)
        self.model = transformers.AutoModelForCausalLM.from_pretrained(options.model, dtype=torch.float32).eval()
        ends = self.model.generation_config.eos_token_id
        self.ends = set(ends if isinstance(ends, list) else [ends])
        (self.open,) = self.encode(OPEN)
        starts = self.model.config.model_type.startswith("gemma")
        before = Prompt(options.prompts, "Calculator", "primed").before if options.prompts else ""
        self.before = [self.tokenizer.bos_token_id] * starts + self.encode(before)
        self.forwarded = 0

    def encode(self, text):
        return self.tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"]

    def pad(self, rows):
        longest = max(len(row.ids) for row in rows)
        pad = self.tokenizer.pad_token_id or 0
        ids = torch.tensor([[pad] * (longest - len(row.ids)) + row.ids for row in rows])
        return ids, torch.tensor([[0] * (longest - len(row.ids)) + [1] * len(row.ids) for row in rows])

    def generate(self, rows):
        while left := [row for row in rows if not row.done]:
            ids, mask = self.pad(left)
            before = sum(len(row.ids) for row in left)
            for row in left:
                row.forced = []
            out = self.model.generate(
                ids, attention_mask=mask, do_sample=False, max_new_tokens=self.options.max_new_tokens + 64,
                pad_token_id=self.tokenizer.pad_token_id or 0, eos_token_id=None, logits_processor=[Rule(left)],
                stopping_criteria=[RowsStop(left)])
            self.forwarded += before + (out.shape[1] - ids.shape[1] - 1) * len(left)

    def kv(self, rows):
        # Without a configuration every layer keeps all tokens, so that rows can be taken back.
        cache = transformers.DynamicCache()
        ids, mask = self.pad(rows)
        positions = torch.tensor([len(row.ids) for row in rows])
        self.forwarded += int(positions.sum())
        logits = self.model(ids, attention_mask=mask, position_ids=(mask.cumsum(1) - 1).clamp(min=0),
                            past_key_values=cache, logits_to_keep=1).logits[:, -1]
        last = [None] * len(rows)  # logits before an open marker, to go back to
        while rows:
            tokens = []
            for i, row in enumerate(rows):
                if row.forced or row.done:
                    tokens.append(row.forced.pop(0) if row.forced else 0)
                    continue
                token = row.choose(logits[i])
                if token == self.open and row.may_call and row.opened is None:
                    last[i] = (logits[i].clone(), mask.shape[1], positions[i].clone())
                if row.add(token) and not row.done:
                    taken_back, width, positions[i] = last[i]
                    mask[i, width:] = 0
                    row.forbidden = True
                    token = row.choose(taken_back)
                    row.add(token)
                tokens.append(token)
            keep = [i for i, row in enumerate(rows) if not row.done or row.forced]
            if not keep:
                return
            if len(keep) <= 0.75 * len(rows):
                index = torch.tensor(keep)
                cache.batch_select_indices(index)
                mask, positions = mask[index], positions[index]
                rows, last, tokens = ([part[i] for i in keep] for part in (rows, last, tokens))
            mask = torch.cat([mask, mask.new_ones(len(rows), 1)], 1)
            self.forwarded += len(rows)
            logits = self.model(torch.tensor(tokens)[:, None], attention_mask=mask, position_ids=positions[:, None],
                                past_key_values=cache, logits_to_keep=1).logits[:, -1]
            positions = positions + 1

    def run(self, documents):
        rows = [Row(self, self.before + self.encode(document["text"])) for document in documents]
        watch = Stopwatch()
        getattr(self, self.options.method)(list(rows))
        seconds = watch.seconds()
        tokens = sum(len(row.ids) - row.start for row in rows)
        return {"tokens": tokens, **seconds, "tokens_per_cpu_second": round(tokens / seconds["cpu"], 3),
                "calls": sum(row.call[0] > 0 for row in rows), "forwarded": self.forwarded,
                "needed": sum(len(row.ids) for row in rows),
                "texts": [self.tokenizer.decode(row.ids[row.start:]) for row in rows]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="Hugging Face directory")
    parser.add_argument("--input", required=True, help="prompts, .jsonl")
    parser.add_argument("--prompts", help="directory of the demonstrations; default: none stand before a prompt")
    parser.add_argument("--method", choices=["generate", "kv"], default="generate")
    parser.add_argument("--max-new-tokens", type=int, default=48)
    parser.add_argument("--call-top-k", type=int, default=10)
    parser.add_argument("--limit", type=int, help="use only the first prompts")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    with torch.inference_mode():
        print(json.dumps(Loop(options).run(read_documents(options.input, options.limit))))


if __name__ == "__main__":
    main()
