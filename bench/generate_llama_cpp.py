#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One greedy continuation in llama.cpp (llama-cpp-python), for tf-generate with one stream. Loading is not timed."""
import argparse
import json

import llama_cpp
from workload import Stopwatch, read_documents


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True, help="GGUF file of the precision to compare")
    parser.add_argument("--input", required=True, help="prompts, .jsonl; the first is continued")
    parser.add_argument("--max-new-tokens", type=int, default=64)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    model = llama_cpp.Llama(options.model, n_ctx=1024, n_threads=options.threads, n_threads_batch=options.threads,
                            logits_all=False, verbose=False)
    text = read_documents(options.input, 1)[0]["text"]
    ids = model.tokenize(text.encode(), add_bos=model._model.add_bos_token(), special=False)
    watch = Stopwatch()
    model.eval(ids)
    out = []
    for _ in range(options.max_new_tokens):
        out.append(int(model.sample(temp=0.0, repeat_penalty=1.0)))
        if out[-1] == model.token_eos():
            out.pop()
            break
        model.eval(out[-1:])
    seconds = watch.seconds()
    print(json.dumps({"tokens": len(out), **seconds, "tokens_per_cpu_second": round(len(out) / seconds["cpu"], 3),
                      "forwarded": len(ids) + len(out), "needed": len(ids) + len(out),
                      "texts": [model.detokenize(out).decode(errors="replace")]}))


if __name__ == "__main__":
    main()
