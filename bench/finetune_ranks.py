#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tf-finetune as two processes with one core each beside one process with one core: tokens per second of wall time.

Both train the same batches, in turns, every process bound to a core of its own; the first step is not counted. Needs two
idle cores: the ratio says nothing on a machine that does other work.

Example: finetune_ranks.py --program build/release/apps/tf-finetune --model smollm2.gguf --documents c4.jsonl --work /tmp/ranks
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE", "OMPI_ALLOW_RUN_AS_ROOT": "1",
               "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}


def train(options, ranks):
    """Tokens per second of each step behind the first."""
    output = options.work / f"ranks{ranks}"
    launcher = ["taskset", "-c", "0"] if ranks == 1 else ["mpirun", "-n", ranks, "--bind-to", "core"]
    command = [*launcher, options.program, "--restart", "--input", options.documents, "--model", options.model,
               "--output", output, "--markers", "text", "--seq-len", options.seq_len, "--batch-tokens",
               options.batch_tokens, "--max-steps", options.steps + 1, "--save-every", 0, "--keep-checkpoints", 0,
               "--threads", 1, "--device", "cpu", "--progress", "none", "--log-level", "error"]
    done = subprocess.run([str(part) for part in command], env=ENVIRONMENT, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\nended with {done.returncode}: {done.stderr[-2000:]}")
    return [json.loads(line)["tokens_per_second"] for line in (output / "metrics.jsonl").open()][1:]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=Path, required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--documents", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True, help="directory for outputs")
    parser.add_argument("--seq-len", type=int, default=512)
    parser.add_argument("--batch-tokens", type=int, default=8192)
    parser.add_argument("--steps", type=int, default=2)
    parser.add_argument("--repetitions", type=int, default=2)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    rates = {1: [], 2: []}
    for _ in range(options.repetitions):
        for ranks, all_rates in rates.items():
            all_rates += train(options, ranks)
            print(f"{ranks} process(es): {', '.join(f'{rate:.1f}' for rate in all_rates)} tokens/s; load average "
                  f"{os.getloadavg()[0]:.1f}", flush=True)
    one, two = (statistics.median(rates[ranks]) for ranks in (1, 2))
    print(f"one process {one:.1f} tokens/s, two {two:.1f}: {two / one:.2f} times")


if __name__ == "__main__":
    main()
