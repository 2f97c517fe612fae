#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whether llama.cpp sees in GGUF files of `tf-model export` what transformers sees in the Hugging Face directory: the
same ids (also of text with the call markers, where the vocabulary has them), close logits, the same greedy text.

    tf-model export DIRECTORY --to gguf --type F32 --output F32.gguf
    python tests/parity/exported_gguf.py DIRECTORY F32.gguf [Q8_0.gguf ...]

Needs transformers, gguf and llama-cpp-python. Exit code 1 when ids differ, or when text or logits (by more than 2e-2:
ggml looks GELU up in a table of float16) of a file whose matrices are F32 do.
"""
import sys

import gguf
import numpy as np
import torch
import transformers
import llama_cpp

TEXTS = ["The shop sold 48 lamps in April and 24 in May, 72 lamps altogether.", "  two  spaces\n\n\tand a tab, 3.14159!",
         "Don't WE'LL été 日本 한국어 👍🏽 x->y -> [z]", "def f(x):\n    return x + 1\n"]
PROMPTS = ["The capital of France is", "Each of the 12 boxes holds 30 pens, which makes"]
MARKERS = ["<API>", "</API>", "<API->", "->"]
TOKENS = 24


def check_ids(tokenizer, llama, texts):
    for text in texts:
        theirs = tokenizer(text, add_special_tokens=False).input_ids
        ours = llama.tokenize(text.encode(), add_bos=False, special=True)
        if ours != theirs:
            sys.exit(f"ids of {text!r} differ: llama.cpp {ours}, transformers {theirs}")


def greedy(step, ids):
    out = []
    for _ in range(TOKENS):
        out.append(int(step(ids + out).argmax()))
    return out


def main(directory, paths):
    tokenizer = transformers.AutoTokenizer.from_pretrained(directory)
    model = transformers.AutoModelForCausalLM.from_pretrained(directory, dtype=torch.float32).eval()
    markers = [name for name in MARKERS if name in tokenizer.get_added_vocab()]
    texts = TEXTS + [f"sum {markers[0]}Calculator(1 + 2){markers[-1]} 3{markers[1]} 3" for _ in markers[:1]]
    failed = False

    def transformers_logits(ids):
        with torch.inference_mode():
            return model(input_ids=torch.tensor([ids])).logits[0, -1].numpy()

    prompts = [tokenizer(prompt).input_ids for prompt in PROMPTS]
    expected = [(transformers_logits(ids), greedy(transformers_logits, ids)) for ids in prompts]

    for path in paths:
        types = {t.tensor_type for t in gguf.GGUFReader(path).tensors}
        # Keys and values in float32: by default llama.cpp keeps them in float16.
        llama = llama_cpp.Llama(path, n_ctx=256, logits_all=True, n_threads=1, verbose=False,
                                flash_attn=False, type_k=llama_cpp.GGML_TYPE_F32,
                                type_v=llama_cpp.GGML_TYPE_F32)
        check_ids(tokenizer, llama, texts)

        def llama_logits(ids):
            llama.reset()
            llama.eval(ids)
            return np.array(llama.scores[llama.n_tokens - 1])

        worst, same = 0.0, 0
        for ids, (logits, theirs) in zip(prompts, expected):
            worst = max(worst, float(np.abs(llama_logits(ids) - logits).max()))
            ours = greedy(llama_logits, ids)
            same += ours == theirs
            print(f"  {tokenizer.decode(ids)}|{tokenizer.decode(ours)!r}")
        exact = types == {gguf.GGMLQuantizationType.F32}
        failed = failed or (exact and (same < len(PROMPTS) or worst > 2e-2))
        print(f"{path}: ids equal on {len(texts)} texts (markers {markers}), logits differ by at most {worst:.1e}, "
              f"{same} of {len(PROMPTS)} greedy texts equal")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
