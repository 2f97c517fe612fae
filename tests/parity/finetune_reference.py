#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/finetune/golden: a tiny random Llama with a byte-level BPE tokenizer, documents as token ids, and what
transformers and torch.optim.AdamW make of them in ten steps: losses, gradient norms, learning rates, final weights'
sums. Every document runs alone here (no packing), so the replay in C++ also proves that packing changes nothing.

    python tests/parity/finetune_reference.py tests/finetune/golden
"""
import json
import random
import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
from transformers.optimization import get_scheduler

STEPS, LEARNING_RATE, WEIGHT_DECAY, CLIP, WARMUP = 10, 0.01, 0.1, 0.5, 2
BETAS, EPS = (0.9, 0.98), 1e-8
NO_DECAY = ("embed_tokens.weight", "norm.weight", "layernorm.weight")
TEXTS = [
    "The shop sold 48 lamps in April and 24 in May, 72 lamps altogether.",
    "Of the 320 lamps, 48 (15%) failed in the first year. 12 + 30 = 42.",
    "She paid 3 dollars for each of the 14 books, which makes 42 dollars.",
]


def write_tokenizer(directory):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=320, special_tokens=["<|endoftext|>"],
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator(TEXTS, trainer)
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|endoftext|>")
    fast.save_pretrained(directory)
    return fast


def make_batches(generator, vocab):
    """Two batches that take turns; counts: 1 where the token counts in the loss."""
    batches = []
    for _ in range(2):
        documents = []
        for _ in range(6):
            ids = [generator.randrange(vocab) for _ in range(generator.randint(2, 30))]
            # Repetition gives the model something to learn.
            ids = (ids * 2)[:30]
            counts = [0] + [int(generator.random() > 0.2) for _ in ids[1:]]
            documents.append({"ids": ids, "counts": counts})
        batches.append(documents)
    return batches


def train(model, batches):
    named = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    decay = [p for name, p in named if not name.endswith(NO_DECAY)]
    rest = [p for name, p in named if name.endswith(NO_DECAY)]
    optimizer = torch.optim.AdamW([{"params": decay, "weight_decay": WEIGHT_DECAY},
                                   {"params": rest, "weight_decay": 0.0}], lr=LEARNING_RATE, betas=BETAS, eps=EPS)
    scheduler = get_scheduler("linear", optimizer, num_warmup_steps=WARMUP, num_training_steps=STEPS)
    rows = []
    for step in range(STEPS):
        documents = batches[step % len(batches)]
        optimizer.zero_grad()
        total = sum(sum(d["counts"]) for d in documents)
        loss_sum = 0.0
        for document in documents:
            ids = torch.tensor([document["ids"]])
            labels = torch.where(torch.tensor([document["counts"]]) == 1, ids, -100)
            logits = model(input_ids=ids).logits
            loss = torch.nn.functional.cross_entropy(logits[0, :-1], labels[0, 1:], reduction="sum") / total
            loss.backward()
            loss_sum += loss.item()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP).item()
        rate = scheduler.get_last_lr()[0]
        optimizer.step()
        scheduler.step()
        rows.append({"loss": loss_sum, "grad_norm": norm, "lr": rate})
    return rows


def main(directory):
    directory.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(7)
    tokenizer = write_tokenizer(directory)
    config = LlamaConfig(vocab_size=len(tokenizer), hidden_size=24, intermediate_size=48, num_hidden_layers=2,
                         num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=256,
                         tie_word_embeddings=True, initializer_range=0.15, bos_token_id=None,
                         eos_token_id=tokenizer.eos_token_id, pad_token_id=None)
    model = LlamaForCausalLM(config).to(torch.float32).eval()
    model.save_pretrained(directory)
    batches = make_batches(random.Random(3), len(tokenizer))
    rows = train(model, batches)
    sums = {name: p.double().sum().item() for name, p in model.named_parameters()}
    golden = {"warmup_steps": WARMUP, "peak": LEARNING_RATE, "weight_decay": WEIGHT_DECAY, "clip": CLIP,
              "betas": BETAS, "eps": EPS, "expected": rows, "final_sums": sums, "batches": batches}
    (directory / "training.json").write_text(json.dumps(golden) + "\n")
    for name in ("generation_config.json", "chat_template.jinja"):
        (directory / name).unlink(missing_ok=True)
    print(f"losses {rows[0]['loss']:.4f} -> {rows[-1]['loss']:.4f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
