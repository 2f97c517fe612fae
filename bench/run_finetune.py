#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tf-finetune beside transformers: same weights and documents, AdamW in float32, in turns, one thread each.

A rate is that of real tokens (no padding) per CPU second of the training steps behind the first; loading, saving and the
first step are not counted on any side. The table holds medians of the turns. README.md beside this file says more.

Example: run_finetune.py --programs build/release/apps --model smollm2=DIRECTORY --documents c4.jsonl --work /tmp/bench
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from run import HERE, ONE_THREAD, Model, run

TICK = os.sysconf("SC_CLK_TCK")


def short_documents(options, directory):
    """Those that fit into --seq-len as texts alone, in a file for both sides; and their mean length."""
    import transformers
    tokenizer = transformers.AutoTokenizer.from_pretrained(directory)
    path, lengths = options.work / f"documents-{Path(directory).name}.jsonl", []
    with path.open("w") as file:
        for line in options.documents.open():
            document = {"text": json.loads(line)["text"]}
            length = len(tokenizer(document["text"])["input_ids"]) + 1
            if length <= options.seq_len:
                lengths.append(length)
                file.write(json.dumps(document) + "\n")
    return path, lengths


def cpu_of(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def ours(options, directory, documents, batch_tokens):
    """CPU seconds of the program when each line of metrics.jsonl appears: those between the first and the last."""
    output = options.work / "trained"
    command = [options.programs / "tf-finetune", "--restart", "--input", documents, "--output", output, "--model",
               directory, "--markers", "text", "--seq-len", options.seq_len, "--batch-tokens", batch_tokens,
               "--max-steps", options.steps + 1, "--lr", 1e-5, "--save-every", 0, "--keep-checkpoints", 0, "--threads", 1,
               "--device", "cpu", "--progress", "none", "--log-level", "error"]
    command += ["--freeze", options.freeze] if options.freeze else []
    (output / "metrics.jsonl").unlink(missing_ok=True)
    process = subprocess.Popen([str(part) for part in command], env=ONE_THREAD)
    seen = []
    while process.poll() is None and len(seen) <= options.steps:
        path = output / "metrics.jsonl"
        if path.exists() and path.read_bytes().count(b"\n") > len(seen):
            seen.append((cpu_of(process.pid), time.monotonic()))
        time.sleep(0.01)
    if process.wait() != 0:
        sys.exit(f"{' '.join(map(str, command))}\nended with {process.returncode}")
    steps = [json.loads(line) for line in (output / "metrics.jsonl").open()]
    summary = json.loads((output / "summary.json").read_text())
    return {"tokens": sum(step["tokens"] for step in steps[1:]), "cpu": seen[-1][0] - seen[0][0],
            "wall": seen[-1][1] - seen[0][1], "peak_rss": summary["peak_rss"], "waste": summary["padding_waste"]}


def training_flops(model, tokens, mean_length, frozen_head):
    """Forward and backward; each row of the head twice or three times, as its weights are trained."""
    body = model.per_token + model.per_key * mean_length / 2
    return tokens * (3 * body + (2 if frozen_head else 3) * model.per_head_row)


def measure(options, name, directory):
    documents, lengths = short_documents(options, directory)
    mean = statistics.mean(lengths)
    flags = ["--model", directory, "--documents", documents, "--steps", options.steps, "--batch", options.batch]
    flags += ["--freeze", options.freeze] if options.freeze else []
    for method in options.methods.split(","):
        turns = []
        for _ in range(options.repetitions):
            peak = json.loads(run([sys.executable, HERE / "sgemm_peak.py"]))
            a = ours(options, directory, documents, round(options.batch * mean))
            b = json.loads(run([sys.executable, HERE / "finetune_transformers.py", "--method", method, *flags]))
            turns.append({"case": name, "peer": method, "freeze": options.freeze, "ours": a, "theirs": b, "peak": peak})
            with (options.work / "turns.jsonl").open("a") as log:
                log.write(json.dumps(turns[-1]) + "\n")

        def median(value):
            return statistics.median(value(turn) for turn in turns)

        def rate(turn, side):
            return turn[side]["tokens"] / turn[side]["cpu"]

        frozen = options.freeze == "embeddings"
        share = median(lambda t: training_flops(Model(directory), rate(t, "ours"), mean, frozen) / 1e9
                       / t["peak"]["packed_64_rows"])
        cells = [name, options.freeze or "nothing", method,
                 f"{median(lambda t: rate(t, 'ours')):.1f}", f"{median(lambda t: rate(t, 'theirs')):.1f}",
                 f"**{median(lambda t: rate(t, 'ours') / rate(t, 'theirs')):.2f}**",
                 f"{share:.0%} of {median(lambda t: t['peak']['packed_64_rows']):.0f}",
                 f"{median(lambda t: t['ours']['peak_rss']) / 2**30:.2f} / "
                 f"{median(lambda t: t['theirs']['peak_rss']) / 2**30:.2f}",
                 f"{len(lengths)} of {min(lengths)} to {max(lengths)}, mean {mean:.0f}"]
        print("| " + " | ".join(cells) + " |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=Path, required=True, help="directory of tf-finetune")
    parser.add_argument("--model", action="append", required=True, help="NAME=Hugging Face directory; may be repeated")
    parser.add_argument("--documents", type=Path, required=True, help="documents, .jsonl; longer ones are left out")
    parser.add_argument("--work", type=Path, required=True, help="directory for outputs; turns.jsonl holds every turn")
    parser.add_argument("--methods", default="trainer,flat,loop")
    parser.add_argument("--freeze", choices=["", "embeddings"], default="")
    parser.add_argument("--seq-len", type=int, default=512)
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--batch", type=int, default=8, help="documents of a step (ours: as many tokens)")
    parser.add_argument("--repetitions", type=int, default=3)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    print("| model | frozen | peer | ours/CPU s | peer/CPU s | ratio | share of peak GFLOP/s | peak GiB, ours / peer "
          "| documents |\n|---|---|---|---|---|---|---|---|---|", flush=True)
    for given in options.model:
        measure(options, *given.split("=", 1))


if __name__ == "__main__":
    main()
