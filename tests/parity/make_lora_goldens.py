#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Twenty training steps of a low-rank adapter with transformers, peft and torch.optim.AdamW on the two real
models, for tests/parity/lora_parity_test.cpp. As make_finetune_goldens.py; the adapter starts with numbers that both
sides know.

    python tests/parity/make_lora_goldens.py --models DIRECTORY [--output tests/parity/real] [--runs NAME ...]
"""
import json
import math

import torch
from make_finetune_goldens import (BETAS, CLIP, EPS, STEPS, TEXTS_PER_STEP, WEIGHT_DECAY, accumulate_gradients, load,
                                   read_arguments)
from peft import LoraConfig, get_peft_model

RUNS = ["gemma3-270m", "smollm2-135m-instruct"]
RANK, ALPHA, TARGETS = 8, 16, ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
LEARNING_RATE = 1e-4


def start(weight):
    """A [rank, in]: fractions of a hash of the index, within 1 / sqrt(in)."""
    hashed = torch.arange(weight.numel(), dtype=torch.int64) * 2654435761 % 2**32
    values = (hashed.double() / 2**32 * 2 - 1) * (1 / math.sqrt(weight.shape[1]))
    return values.float().view_as(weight)


def train(model, texts):
    """`model` with an adapter, over the steps: the golden."""
    config = LoraConfig(task_type="CAUSAL_LM", r=RANK, lora_alpha=ALPHA, target_modules=TARGETS)
    model = get_peft_model(model, config).eval()
    trained = {name: p for name, p in model.named_parameters() if p.requires_grad}
    for name, p in trained.items():
        if "lora_A" in name:
            p.data.copy_(start(p.data))
    optimizer = torch.optim.AdamW(trained.values(), lr=LEARNING_RATE, betas=BETAS, eps=EPS, weight_decay=WEIGHT_DECAY)
    rows = []
    for step in range(STEPS):
        optimizer.zero_grad()
        total = accumulate_gradients(model, texts, step)
        norm = torch.nn.utils.clip_grad_norm_(trained.values(), CLIP).item()
        optimizer.step()
        rows.append({"loss": total, "grad_norm": norm})
        print(step, rows[-1], flush=True)
    return {"rank": RANK, "alpha": ALPHA, "targets": TARGETS, "trained": sum(p.numel() for p in trained.values()),
            "texts_per_step": TEXTS_PER_STEP, "lr": LEARNING_RATE, "weight_decay": WEIGHT_DECAY, "clip": CLIP,
            "betas": BETAS, "eps": EPS, "expected": rows}


def main():
    arguments = read_arguments(__doc__, RUNS)
    for name in arguments.runs:
        (arguments.output / f"{name}.lora.json").write_text(json.dumps(train(*load(arguments, name))) + "\n")


if __name__ == "__main__":
    main()
