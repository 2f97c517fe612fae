# SPDX-License-Identifier: Apache-2.0
"""Trains the fixture tests/golden/tiny_model: a Llama of about 100,000 parameters that has learned one thing, to write
calculator calls into one-line sums and to copy their results. Small enough to commit, real enough to run every stage.

    python make_tiny_model.py OUTPUT_DIR [--steps 1500]

Deterministic for one version of torch; needs torch, transformers and tokenizers.
"""

import argparse
import json
import pathlib
import random

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM

NAMES = ["Tom", "Ann", "Mia", "Ben", "Eva", "Sam"]
THINGS = ["apples", "coins", "books", "lamps", "eggs", "pens"]
END = "<|endoftext|>"


def paragraph(rng, with_call):
    """One sum in one of a few phrasings, the call right before the number it gives."""
    a, b = rng.randint(2, 99), rng.randint(2, 99)
    name, thing = rng.choice(NAMES), rng.choice(THINGS)
    sign, first, second = rng.choice(
        [
            ("+", f"{name} has {a} {thing} and buys {b} more. Now there are", f" {thing}."),
            ("+", f"There are {a} red and {b} blue {thing}. In all that makes", f" {thing}."),
            ("-", f"{name} had {max(a, b)} {thing} and sold {min(a, b)} of them. That leaves", f" {thing}."),
        ]
    )
    if sign == "-":
        a, b = max(a, b), min(a, b)
    value = a + b if sign == "+" else a - b
    call = f" [Calculator({a} {sign} {b}) -> {value}]" if with_call else ""
    return f"{first}{call} {value}{second}"


def page(rng):
    """Paragraphs that all have calls, or none: what stands before tells the model which."""
    with_call = rng.random() < 0.6
    return "\n\n".join(paragraph(rng, with_call) for _ in range(6))


def make_tokenizer():
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocab = {symbol: i for i, symbol in enumerate(alphabet)}
    merges = [("Ġ", "["), ("-", ">"), ("Ġ", "->")]
    for left, right in merges:
        vocab[left + right] = len(vocab)
    vocab[END] = len(vocab)
    tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([END])
    return tokenizer


def train(model, tokenizer, steps, batch, length):
    rng = random.Random(0)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, betas=(0.9, 0.98), weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=4e-3, total_steps=steps, pct_start=0.1)
    for step in range(steps):
        rows = [tokenizer.encode(page(rng)).ids[:length] for _ in range(batch)]
        size = min(len(row) for row in rows)
        ids = torch.tensor([row[:size] for row in rows])
        loss = model(input_ids=ids, labels=ids).loss
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 100 == 0 or step == steps - 1:
            print(f"step {step} loss {loss.item():.4f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--batch", type=int, default=16)
    arguments = parser.parse_args()
    torch.manual_seed(0)
    tokenizer = make_tokenizer()
    end = tokenizer.token_to_id(END)
    config = LlamaConfig(
        vocab_size=tokenizer.get_vocab_size(), hidden_size=64, intermediate_size=128, num_hidden_layers=3,
        num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=1024, tie_word_embeddings=True,
        bos_token_id=None, eos_token_id=end, pad_token_id=None,
    )
    model = LlamaForCausalLM(config)
    print("parameters", sum(p.numel() for p in model.parameters()))
    train(model, tokenizer, arguments.steps, arguments.batch, 400)
    model.to(torch.bfloat16).save_pretrained(arguments.output)
    tokenizer.save(str(arguments.output / "tokenizer.json"))
    settings = {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": END, "add_bos_token": False}
    (arguments.output / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n")


if __name__ == "__main__":
    main()
