#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Twenty training steps of a low-rank adapter with transformers, peft and torch.optim.AdamW on SmolLM2 135M, for
tests/parity/lora_parity_test.cpp. As make_finetune_goldens.py; the adapter starts with numbers that both sides know.

    python tests/parity/make_lora_goldens.py --models DIRECTORY [--output tests/parity/real]
"""
import argparse
import json
import math
import pathlib

import torch
import transformers
from peft import LoraConfig, get_peft_model

NAME = "smollm2-135m-instruct"
STEPS, TEXTS_PER_STEP = 20, 3
RANK, ALPHA, TARGETS = 8, 16, ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
LEARNING_RATE, WEIGHT_DECAY, CLIP, BETAS, EPS = 1e-4, 0.1, 1.0, (0.9, 0.999), 1e-8


def start(weight):
    """A [rank, in]: fractions of a hash of the index, within 1 / sqrt(in)."""
    hashed = torch.arange(weight.numel(), dtype=torch.int64) * 2654435761 % 2**32
    values = (hashed.double() / 2**32 * 2 - 1) * (1 / math.sqrt(weight.shape[1]))
    return values.float().view_as(weight)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=pathlib.Path, required=True)
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).parent / "real")
    arguments = parser.parse_args()
    texts = [row["ids"] for row in json.loads((arguments.output / f"{NAME}.json").read_text())]
    base = transformers.AutoModelForCausalLM.from_pretrained(arguments.models, gguf_file=NAME + ".gguf",
                                                             dtype=torch.float32)
    model = get_peft_model(base, LoraConfig(task_type="CAUSAL_LM", r=RANK, lora_alpha=ALPHA, target_modules=TARGETS)).eval()
    trained = {name: p for name, p in model.named_parameters() if p.requires_grad}
    for name, p in trained.items():
        if "lora_A" in name:
            p.data.copy_(start(p.data))
    optimizer = torch.optim.AdamW(trained.values(), lr=LEARNING_RATE, betas=BETAS, eps=EPS, weight_decay=WEIGHT_DECAY)
    rows = []
    for step in range(STEPS):
        chosen = [texts[(step * TEXTS_PER_STEP + i) % len(texts)] for i in range(TEXTS_PER_STEP)]
        predicted = sum(len(ids) - 1 for ids in chosen)
        optimizer.zero_grad()
        total = 0.0
        for ids in chosen:
            ids = torch.tensor([ids])
            logits = model(input_ids=ids).logits[0, :-1]
            loss = torch.nn.functional.cross_entropy(logits, ids[0, 1:], reduction="sum") / predicted
            loss.backward()
            total += loss.item()
        norm = torch.nn.utils.clip_grad_norm_(trained.values(), CLIP).item()
        optimizer.step()
        rows.append({"loss": total, "grad_norm": norm})
        print(step, rows[-1], flush=True)
    golden = {"rank": RANK, "alpha": ALPHA, "targets": TARGETS, "trained": sum(p.numel() for p in trained.values()),
              "texts_per_step": TEXTS_PER_STEP, "lr": LEARNING_RATE, "weight_decay": WEIGHT_DECAY, "clip": CLIP,
              "betas": BETAS, "eps": EPS, "expected": rows}
    (arguments.output / f"{NAME}.lora.json").write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
