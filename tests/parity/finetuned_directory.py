#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Does transformers see in a directory of tf-finetune what our program saw? Loads tokenizer and model, and measures the
perplexity of the validation documents: it equals the last line of validation.jsonl only if weights, token ids and
start token are the same. The markers must be single ids behind the old vocabulary.

    python tests/parity/finetuned_directory.py OUTPUT VALID.jsonl LIMIT SEQ_LEN
"""
import json
import math
import sys
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer


def main(output, valid, limit, seq_len):
    model = AutoModelForCausalLM.from_pretrained(output, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(output)
    markers = [name for name in ("<API>", "</API>", "<API->", "->") if name in tokenizer.get_added_vocab()]
    for name in markers:
        ids = tokenizer(f"x{name}y", add_special_tokens=False).input_ids
        print(name, tokenizer.convert_tokens_to_ids(name), "single id in text:",
              ids.count(tokenizer.convert_tokens_to_ids(name)) == 1)
    print("ids", len(tokenizer), "embedding rows", model.get_input_embeddings().weight.shape[0])
    start = [tokenizer.bos_token_id] if tokenizer("x").input_ids[0] == tokenizer.bos_token_id else []
    total, count = 0.0, 0
    with torch.no_grad():
        for line in Path(valid).read_text().splitlines()[:limit]:
            ids = tokenizer(json.loads(line)["text"], add_special_tokens=False).input_ids
            room = seq_len - len(start)
            for begin in range(0, len(ids), room):
                piece = start + ids[begin:begin + room]
                if len(piece) < 2:
                    continue
                logprobs = model(input_ids=torch.tensor([piece])).logits[0, :-1].log_softmax(-1)
                total -= logprobs.gather(1, torch.tensor(piece[1:]).unsqueeze(1)).sum().item()
                count += len(piece) - 1
    ours = json.loads(Path(output, "validation.jsonl").read_text().splitlines()[-1])
    theirs = {"tokens": count, "loss": total / count, "perplexity": math.exp(total / count)}
    print("transformers", theirs)
    print("tf-finetune ", ours)
    if count != ours["tokens"] or abs(theirs["loss"] - ours["loss"]) > 1e-4:
        sys.exit("they differ")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
