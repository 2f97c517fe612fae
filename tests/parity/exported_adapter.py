#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Does peft see in the adapter directory of tf-finetune --lora-rank what is in the merged model beside it? Loads the base
model with the adapter, and the merged model, and compares their logits on texts, with the call markers where there are.

    python tests/parity/exported_adapter.py BASE OUTPUT

BASE: the Hugging Face directory that was trained (`tf-model convert` makes one of a GGUF file).
"""
import sys

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

TEXTS = ["The shop sold 48 lamps in April and 24 in May, 72 lamps altogether.", "Of the 320 lamps, 48 failed."]
MARKERS = ["<API>", "</API>", "<API->", "->"]


def main(base, output):
    tokenizer = AutoTokenizer.from_pretrained(output)
    merged = AutoModelForCausalLM.from_pretrained(output, dtype=torch.float32).eval()
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32).eval()
    untrained = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32).eval()
    rows = merged.get_input_embeddings().weight.shape[0]
    for each in (model, untrained):
        if each.get_input_embeddings().weight.shape[0] != rows:
            each.resize_token_embeddings(rows)
    adapted = PeftModel.from_pretrained(model, output + "/adapter").eval()
    markers = [name for name in MARKERS if name in tokenizer.get_added_vocab()]
    texts = TEXTS + [f"sum {markers[0]}Calculator(1 + 2){markers[-1]} 3{markers[1]} 3" for _ in markers[:1]]
    worst, moved, scale = 0.0, 0.0, 0.0
    with torch.inference_mode():
        for text in texts:
            ids = torch.tensor([tokenizer(text).input_ids])
            ours, theirs, before = (each(input_ids=ids).logits for each in (merged, adapted, untrained))
            worst = max(worst, (ours - theirs).abs().max().item())
            moved = max(moved, (ours - before).abs().max().item())
            scale = max(scale, theirs.abs().max().item())
    trained = sum(p.numel() for name, p in adapted.named_parameters() if "lora_" in name or "trainable_tokens" in name)
    print(f"{trained} numbers in the adapter, markers {markers}: logits (up to {scale:.1f}) differ by at most {worst:.1e}, "
          f"from those before training by {moved:.1e}")
    return 1 if worst > 1e-3 or moved < 10 * worst else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
