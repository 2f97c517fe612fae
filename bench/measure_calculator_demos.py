#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How well a demonstration file makes a model write and value Calculator calls.

Reads documents with human-written calls (JSON lines with text and calls[].at/input/result), puts the demonstrations
before each, and prints one JSON object:
- positions: share of human-written calls whose place is among the 5, 10, 20 most likely for the open marker,
  median p(open) there and elsewhere;
- samples: at one human-written place per document, the share that can be computed and that has the right value;
- delta: how well the windowed loss difference separates the human-written call from a wrong call at the same place
  and from the same call at another place (area under the ROC curve), and how many pass the threshold.

Example: measure_calculator_demos.py --model gemma3-270m.gguf --demos configs/prompts/calculator.demos.txt \
             --gold gsm8k_train_gold_calls.jsonl.gz --documents 36 --seed 1
"""
import argparse
import ast
import copy
import gzip
import json
import operator
import random
import statistics
import sys
from fractions import Fraction
from pathlib import Path

import torch
import transformers

OPEN, CLOSE, ARROW = " [", "]", " -> "
OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def value(expression):
    """The exact value of + - * / and parentheses, or None."""
    def walk(node):
        if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
            return OPERATORS[type(node.op)](walk(node.left), walk(node.right))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.UAdd, ast.USub)):
            return -walk(node.operand) if isinstance(node.op, ast.USub) else walk(node.operand)
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
            return Fraction(ast.get_source_segment(source, node))
        raise ValueError
    source = expression.replace(",", "").replace("$", "").replace("×", "*").replace("÷", "/").strip()
    try:
        return walk(ast.parse(source.replace("%", "/100"), mode="eval").body)
    except (ValueError, SyntaxError, ZeroDivisionError, TypeError, RecursionError, MemoryError):
        return None


def printed(number):
    """Integers bare, otherwise two decimals, as the Calculator prints them."""
    if number.denominator == 1:
        return str(number.numerator)
    cents = (abs(number) * 100 * 2 + 1) // 2
    return f"{'-' if number < 0 else ''}{cents // 100}.{cents % 100:02d}"


def load_model(path):
    path = Path(path)
    where = {"pretrained_model_name_or_path": str(path)}
    if path.suffix == ".gguf":
        where = {"pretrained_model_name_or_path": str(path.parent), "gguf_file": path.name}
    tokenizer = transformers.AutoTokenizer.from_pretrained(**where)
    model = transformers.AutoModelForCausalLM.from_pretrained(**where, dtype=torch.float32)
    return tokenizer, model.eval()


class Text:
    """Token ids of a text that continues a sequence, and where each token begins, in bytes."""

    def __init__(self, tokenizer, text):
        ids = tokenizer("\n" + text, add_special_tokens=False, return_offsets_mapping=True)
        newline = tokenizer("\n", add_special_tokens=False)["input_ids"]
        start = len(newline)
        if ids["input_ids"][:start] != newline:
            raise ValueError(f"a token crosses the beginning of {text[:40]!r}")
        self.ids = ids["input_ids"][start:]
        to_byte = [0]
        for character in text:
            to_byte.append(to_byte[-1] + len(character.encode()))
        self.starts = [to_byte[begin - 1] for begin, _ in ids["offset_mapping"][start:]]


def without_newline(tokenizer, text):
    return Text(tokenizer, text).ids


class Branch:
    """`call` stands before token `at` of the document, the window of tokens behind it follows."""

    def __init__(self, at, call, window):
        self.at, self.call, self.window = at, call, window
        self.tokens = call + window


def forward(model, demos_cache, demos_length, document, branches):
    """log-probs of each branch's window, and of the open marker's row at each place: one pass, a tree of branches."""
    ids, positions, parents = list(document), list(range(len(document))), []
    spans = []
    for branch in branches:
        first = len(ids)
        ids += branch.tokens
        positions += range(branch.at, branch.at + len(branch.tokens))
        spans.append((first, len(ids)))
    count = len(ids)
    sees = torch.zeros(count, count, dtype=torch.bool)
    sees[:len(document), :len(document)] = torch.ones(len(document), len(document)).tril().bool()
    for branch, (first, end) in zip(branches, spans):
        sees[first:end, :branch.at] = True
        sees[first:end, first:end] = torch.ones(end - first, end - first).tril().bool()
    sees = torch.cat([torch.ones(count, demos_length, dtype=torch.bool), sees], dim=1)
    own = torch.tensor(positions) + demos_length
    keys = torch.cat([torch.arange(demos_length), own])
    window = getattr(model.config, "sliding_window", None)
    near = sees & (own[:, None] - keys[None, :] < window) if window else sees
    floor = torch.finfo(torch.float32).min
    masks = {name: torch.zeros(1, 1, *seen.shape).masked_fill(~seen, floor)
             for name, seen in (("full_attention", sees), ("sliding_attention", near))}
    hidden = model.model(
        input_ids=torch.tensor([ids]), position_ids=own[None], past_key_values=copy.deepcopy(demos_cache),
        attention_mask=masks if model.config.model_type.startswith("gemma3") else masks["full_attention"],
        use_cache=True).last_hidden_state[0]
    losses = []
    for branch, (first, end) in zip(branches, spans):
        begin = end - len(branch.window)
        # The row before the first window token: the call's last token, or the document's own.
        rows = [begin - 1 if branch.call else branch.at - 1, *range(begin, end - 1)]
        logprobs = model.lm_head(hidden[rows]).log_softmax(-1)
        losses.append(-logprobs[range(len(rows)), branch.window].sum().item())
    return hidden[:len(document)], losses


def area_under_curve(good, bad):
    wins = sum((g > b) + 0.5 * (g == b) for g in good for b in bad)
    return wins / (len(good) * len(bad)) if good and bad else float("nan")


def wrong_call(call, others, randomness):
    different = [other for other in others if value(other["input"]) != value(call["input"])]
    return randomness.choice(different)


class Measurement:
    def __init__(self, tokenizer, model, demos, window, gamma):
        self.tokenizer, self.model, self.window, self.gamma = tokenizer, model, window, gamma
        start = [tokenizer.bos_token_id] if tokenizer.bos_token_id is not None and tokenizer.bos_token_id in \
            tokenizer("a")["input_ids"] else []
        self.demos = start + tokenizer(demos, add_special_tokens=False)["input_ids"]
        self.cache = model(input_ids=torch.tensor([self.demos]), use_cache=True, logits_to_keep=1).past_key_values
        (self.open,) = without_newline(tokenizer, OPEN)
        self.ranks, self.p_gold, self.p_elsewhere = [], [], []
        self.deltas = {"gold": [], "wrong_call": [], "wrong_place": []}
        self.samples = []

    def call_tokens(self, expression, result=None):
        text = f"{OPEN}Calculator({expression}){CLOSE if result is None else ARROW + result + CLOSE}"
        return without_newline(self.tokenizer, text)

    def document(self, record, all_calls, randomness):
        text = Text(self.tokenizer, record["text"])
        index = {start: i for i, start in enumerate(text.starts) if i > 0}
        calls = [call for call in record["calls"] if call["at"] in index]
        branches, plan = [], []
        golden = {index[call["at"]] for call in calls}
        for call in calls:
            place = index[call["at"]]
            other = randomness.choice([i for i in range(1, len(text.ids)) if i not in golden] or [place])
            wrong = wrong_call(call, all_calls, randomness)
            for kind, at, used in (("gold", place, call), ("wrong_call", place, wrong), ("wrong_place", other, call)):
                after = text.ids[at:at + self.window]
                result = printed(value(used["input"]))
                plan.append(kind)
                branches += [Branch(at, [], after), Branch(at, self.call_tokens(used["input"]), after),
                             Branch(at, self.call_tokens(used["input"], result), after)]
        hidden, losses = forward(self.model, self.cache, len(self.demos), text.ids, branches)
        for n, kind in enumerate(plan):
            plain, no_result, with_result = losses[3 * n:3 * n + 3]
            self.deltas[kind].append(min(plain, no_result) - with_result)
        p = self.model.lm_head(hidden[:-1]).softmax(-1)[:, self.open].tolist()  # p[i]: before token i + 1
        for i, probability in enumerate(p):
            (self.p_gold if i + 1 in golden else self.p_elsewhere).append(probability)
        for call in record["calls"]:
            at = index.get(call["at"])
            self.ranks.append(sum(x > p[at - 1] for x in p) if at else len(p))
        return text, calls, index

    def sample(self, jobs, count, max_tokens):
        """jobs: (token ids of demonstrations, document and head; the gold call). Left-padded, one batch."""
        pad = self.tokenizer.pad_token_id or 0
        longest = max(len(ids) for ids, _ in jobs)
        ids = torch.tensor([[pad] * (longest - len(ids)) + ids for ids, _ in jobs])
        mask = torch.tensor([[0] * (longest - len(ids)) + [1] * len(ids) for ids, _ in jobs])
        model, tokenizer = self.model, self.tokenizer

        class CallEnds(transformers.StoppingCriteria):
            def __call__(self, rows, scores, **_):
                texts = tokenizer.batch_decode(rows[:, longest:])
                return torch.tensor([CLOSE in text or "->" in text or "\n" in text for text in texts])

        rows = model.generate(ids, attention_mask=mask, do_sample=True, temperature=1.0, top_k=0, top_p=1.0,
                              num_return_sequences=count, max_new_tokens=max_tokens,
                              pad_token_id=pad, stopping_criteria=[CallEnds()])
        for n, text in enumerate(tokenizer.batch_decode(rows[:, longest:], skip_special_tokens=True)):
            expression = input_of(text)
            self.samples.append((jobs[n // count][1], expression))

    def report(self):
        def share(values):
            return round(sum(values) / max(1, len(values)), 3)
        d = self.deltas
        return {
            "demo_tokens": len(self.demos), "calls": len(self.ranks),
            "top5": share([r < 5 for r in self.ranks]), "top10": share([r < 10 for r in self.ranks]),
            "top20": share([r < 20 for r in self.ranks]),
            "p_open_gold": statistics.median(self.p_gold), "p_open_elsewhere": statistics.median(self.p_elsewhere),
            "samples": len(self.samples),
            "computable": share([e is not None and value(e) is not None for _, e in self.samples]),
            "gold_value": share([e is not None and value(e) is not None and value(e) == value(call["input"])
                                 for call, e in self.samples]),
            "auc_wrong_call": round(area_under_curve(d["gold"], d["wrong_call"]), 3),
            "auc_wrong_place": round(area_under_curve(d["gold"], d["wrong_place"]), 3),
            **{f"kept_{kind}": share([x > self.gamma for x in d[kind]]) for kind in d},
        }


def input_of(text):
    """What stands before the parenthesis that ends the call, when a marker follows it."""
    depth = 0
    for i, character in enumerate(text):
        if character == ")" and depth == 0:
            rest = text[i + 1:].lstrip(" ")
            return text[:i] if rest.startswith((CLOSE, "->")) else None
        depth += (character == "(") - (character == ")")
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="GGUF file or Hugging Face directory")
    parser.add_argument("--demos", required=True, nargs="+", help="demonstration files, each measured")
    parser.add_argument("--gold", required=True, help="documents with human-written calls, .jsonl.gz")
    parser.add_argument("--documents", type=int, default=36)
    parser.add_argument("--seed", type=int, default=1, help="which documents, and every other draw")
    parser.add_argument("--samples", type=int, default=5, help="per document; 0: none")
    parser.add_argument("--max-tokens", type=int, default=24)
    parser.add_argument("--window", type=int, default=8)
    parser.add_argument("--gamma", type=float, default=1.0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--show", action="store_true", help="print every sample to stderr")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    records = [json.loads(line) for line in gzip.open(options.gold, "rt", encoding="utf-8")]
    usable = [r for r in records if r["calls"] and all(value(c["input"]) is not None for c in r["calls"])]
    chosen = random.Random(options.seed).sample(usable, options.documents)
    all_calls = [call for record in chosen for call in record["calls"]]
    tokenizer, model = load_model(options.model)
    for path in options.demos:
        with torch.inference_mode():
            torch.manual_seed(options.seed)
            randomness = random.Random(options.seed)
            measurement = Measurement(tokenizer, model, Path(path).read_text(encoding="utf-8").rstrip("\n") + "\n\n",
                                      options.window, options.gamma)
            jobs = []
            head = without_newline(tokenizer, f"{OPEN}Calculator(")
            for number, record in enumerate(chosen, 1):
                print(f"{path}: document {number} of {len(chosen)}", file=sys.stderr)
                text, calls, index = measurement.document(record, all_calls, randomness)
                if calls and options.samples:
                    call = randomness.choice(calls)
                    jobs.append((measurement.demos + text.ids[:index[call["at"]]] + head, call))
            print(f"{path}: before sampling {json.dumps(measurement.report())}", file=sys.stderr, flush=True)
            for first in range(0, len(jobs), 12):
                measurement.sample(jobs[first:first + 12], options.samples, options.max_tokens)
        if options.show:
            for call, expression in measurement.samples:
                print(f"{call['input']!r:30} {expression!r}", file=sys.stderr)
        print(json.dumps({"demos": path, **measurement.report()}), flush=True)


if __name__ == "__main__":
    main()
