#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Twenty training steps of transformers and torch.optim.AdamW on the two real models, for
tests/parity/finetune_parity_test.cpp.

    python tests/parity/make_finetune_goldens.py --models DIRECTORY [--output tests/parity/real] [--runs NAME ...]

DIRECTORY holds gemma3-270m.gguf and smollm2-135m-instruct.gguf (scripts/setup.sh fetches them). The texts are those of
make_real_goldens.py, as token ids, three a step in turn; every one runs alone, so that packing them has to change
nothing. A run called NAME.bfloat16 is under torch.autocast.
"""
import argparse
import json
import pathlib

import torch
import transformers
from transformers.optimization import get_scheduler

RUNS = ["gemma3-270m", "smollm2-135m-instruct", "smollm2-135m-instruct.bfloat16"]
STEPS, TEXTS_PER_STEP, WARMUP = 20, 3, 2
LEARNING_RATE, WEIGHT_DECAY, CLIP, BETAS, EPS = 2e-5, 0.1, 1.0, (0.9, 0.999), 1e-8


def optimizer_of(model):
    """Matrices decay, the embedding (and the head tied to it), norms and biases do not."""
    embedding = model.get_input_embeddings().weight
    decay = [p for p in model.parameters() if p.dim() >= 2 and p is not embedding]
    rest = [p for p in model.parameters() if p.dim() < 2 or p is embedding]
    return torch.optim.AdamW([{"params": decay, "weight_decay": WEIGHT_DECAY}, {"params": rest, "weight_decay": 0.0}],
                             lr=LEARNING_RATE, betas=BETAS, eps=EPS)


def accumulate_gradients(model, texts, step, mixed=False):
    """The loss of a step's texts, each alone; its gradient is added to the parameters'."""
    chosen = [texts[(step * TEXTS_PER_STEP + i) % len(texts)] for i in range(TEXTS_PER_STEP)]
    predicted = sum(len(ids) - 1 for ids in chosen)
    total = 0.0
    for ids in chosen:
        ids = torch.tensor([ids])
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=mixed):
            logits = model(input_ids=ids).logits[0, :-1].float()
        loss = torch.nn.functional.cross_entropy(logits, ids[0, 1:], reduction="sum") / predicted
        loss.backward()
        total += loss.item()
    return total


def train(model, texts, mixed=False):
    optimizer = optimizer_of(model)
    scheduler = get_scheduler("linear", optimizer, num_warmup_steps=WARMUP, num_training_steps=STEPS)
    rows = []
    for step in range(STEPS):
        optimizer.zero_grad()
        total = accumulate_gradients(model, texts, step, mixed)
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP).item()
        rate = scheduler.get_last_lr()[0]
        optimizer.step()
        scheduler.step()
        rows.append({"loss": total, "grad_norm": norm, "lr": rate})
        print(step, rows[-1], flush=True)
    return rows


def read_arguments(description, runs):
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=pathlib.Path, required=True)
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).parent / "real")
    parser.add_argument("--runs", nargs="+", choices=runs, default=runs)
    return parser.parse_args()


def load(arguments, name):
    """A model, and its texts as token ids."""
    texts = [row["ids"] for row in json.loads((arguments.output / f"{name}.json").read_text())]
    model = transformers.AutoModelForCausalLM.from_pretrained(arguments.models, gguf_file=name + ".gguf",
                                                              dtype=torch.float32)
    return model.eval(), texts


def main():
    arguments = read_arguments(__doc__, RUNS)
    for run in arguments.runs:
        name, mixed = run.removesuffix(".bfloat16"), run.endswith(".bfloat16")
        model, texts = load(arguments, name)
        golden = {"texts_per_step": TEXTS_PER_STEP, "warmup_steps": WARMUP, "peak": LEARNING_RATE,
                  "weight_decay": WEIGHT_DECAY, "clip": CLIP, "betas": BETAS, "eps": EPS,
                  "expected": train(model, texts, mixed)}
        (arguments.output / f"{run}.training.json").write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
