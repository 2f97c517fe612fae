#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tf-generate beside a transformers loop (many prompts, tools) or llama.cpp (one stream): same weights, in turns.

Each side runs on one thread. A ratio is that of the two rates, tokens per CPU second (text, calls and results), of one
turn; the table holds medians. Loading the model is not counted on any side. README.md beside this file says more.

Examples:
  run_generate.py --programs build/apps --model DIRECTORY --input prompts.jsonl --work /tmp/bench
  run_generate.py --programs build/apps --model MODEL.gguf --peer llama.cpp --input prompts.jsonl --work /tmp/bench
"""
import argparse
import json
import statistics
import sys
from pathlib import Path

from run import HERE, PROMPTS, run


def ours(options):
    path = options.work / "generated.jsonl"
    tools = ["--call-top-k", 0, "--limit", 1] if options.peer == "llama.cpp" else [
        "--tools", "Calculator", "--call-top-k", options.call_top_k, "--max-failed-calls", 1, "--markers", "text"]
    if options.primed:
        tools += ["--prompt-style", "primed", "--prompts", PROMPTS]
    run([options.programs / "tf-generate", "--input", options.input, "--output", path, "--restart", "--threads", 1,
         "--dtype", "float32", "--model", options.model, "--max-new-tokens", options.max_new_tokens, "--log-level",
         "error", *tools])
    summary = json.loads(path.with_suffix(".summary.json").read_text())
    counts, texts = summary["counts"], []
    for line in path.open():
        record = json.loads(line)
        texts.append(record["augmented"].encode()[record["prompt_bytes"]:].decode())
    tokens = counts["tokens"]
    made = counts["generated"]["tokens"] + tokens["calls"] + tokens["results"]
    return {"tokens": made, **summary["seconds"], "texts": texts, "forwarded": counts["work"]["tokens_forwarded"],
            "needed": tokens["prompt"] + made + tokens["dropped"]}


def theirs(options):
    flags = ["--model", options.model, "--input", options.input, "--max-new-tokens", options.max_new_tokens]
    if options.peer == "llama.cpp":
        return json.loads(run([sys.executable, HERE / "generate_llama_cpp.py", *flags]))
    flags += ["--method", options.peer, "--call-top-k", options.call_top_k]
    return json.loads(run([sys.executable, HERE / "generate_transformers.py", *flags,
                           *(["--prompts", PROMPTS] if options.primed else [])]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=Path, required=True, help="directory of tf-generate")
    parser.add_argument("--model", required=True, help="Hugging Face directory; for llama.cpp a GGUF file in F32")
    parser.add_argument("--input", required=True, help="prompts, .jsonl")
    parser.add_argument("--work", type=Path, required=True, help="directory for outputs; turns.jsonl holds every turn")
    parser.add_argument("--peer", choices=["generate", "kv", "llama.cpp"], default="generate")
    parser.add_argument("--primed", action="store_true", help="demonstrations of the Calculator before every prompt")
    parser.add_argument("--max-new-tokens", type=int, default=48)
    parser.add_argument("--call-top-k", type=int, default=10)
    parser.add_argument("--repetitions", type=int, default=3)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    turns = []
    for _ in range(options.repetitions):
        a, b = ours(options), theirs(options)
        rates = [side["tokens"] / side["cpu"] for side in (a, b)]
        same = sum(x == y for x, y in zip(a["texts"], b["texts"]))
        turns.append({"peer": options.peer, "ours": a, "theirs": b, "ratio": rates[0] / rates[1], "rates": rates,
                      "same": f"{same} of {len(a['texts'])} texts"})
        with (options.work / "turns.jsonl").open("a") as log:
            log.write(json.dumps(turns[-1]) + "\n")

    def median(value):
        return statistics.median(value(turn) for turn in turns)
    print("| peer | ours/CPU s | CPU / wall s | twice | peer/CPU s | CPU / wall s | twice | ratio by CPU | same work |\n"
          "|---|---|---|---|---|---|---|---|---|")
    cells = [options.peer]
    for i, side in enumerate(("ours", "theirs")):
        cells += [f"{median(lambda t: t['rates'][i]):.1f}",
                  f"{median(lambda t: t[side]['cpu']):.1f} / {median(lambda t: t[side]['wall']):.1f}",
                  str(max(0, turns[0][side]["forwarded"] - turns[0][side]["needed"]))]
    print("| " + " | ".join([*cells, f"**{median(lambda t: t['ratio']):.2f}**", turns[0]["same"]]) + " |")


if __name__ == "__main__":
    main()
