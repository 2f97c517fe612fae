#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tf-finetune as several processes, started by a real mpirun: ranks_test.py PROGRAM MODEL MPIRUN CASE"""
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import one_node_slurm

PROGRAM, MODEL, MPIRUN, CASE = sys.argv[1:5]
LAUNCH = Path(__file__).resolve().parents[2] / "configs/slurm/launch.sh"
SKIPPED = 77
TOLERANCE = 1e-5


def write_documents(path):
    generator = random.Random(5)
    with open(path, "w") as file:
        for i in range(120):
            a, b = generator.randrange(100), generator.randrange(100)
            text = f"The shop sold {a} lamps in April and {b} in May, {a + b} lamps altogether."
            call = {"tool": "Calculator", "at": text.index(f" {a + b} lamps"), "input": f"{a} + {b}",
                    "result": str(a + b), "keep": True}
            file.write(json.dumps({"schema": 1, "id": f"d{i}", "text": text, "calls": [call]}) + "\n")


def command(folder, output, ranks, extra=()):
    flags = {"--input": folder / "in.jsonl", "--model": MODEL, "--output": folder / output, "--seq-len": 128,
             "--batch-tokens": 768, "--max-steps": 20, "--lr": 0.003, "--save-every": 6, "--valid": folder / "in.jsonl",
             "--valid-every": 10, "--valid-limit": 9, "--threads": 1, "--device": "cpu", "--progress": "none"}
    flags.update(zip(extra[::2], extra[1::2]))
    program = [PROGRAM, *(str(word) for flag in flags.items() for word in flag)]
    if ranks == 1:
        return program
    return [MPIRUN, "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "-n", str(ranks), *program]


def run(arguments, expected=0):
    result = subprocess.run(arguments, capture_output=True, text=True, timeout=300)
    if result.returncode != expected:
        sys.exit(f"exit code {result.returncode}, expected {expected}: {' '.join(arguments)}\n{result.stderr}")
    return result


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def require(holds, message):
    if not holds:
        sys.exit(message)


def require_near(folder, a, b, tolerance=TOLERANCE):
    """Losses, gradients and perplexities of two runs within `tolerance`; the files of the first rank alone."""
    for name, fields in (("metrics.jsonl", ("loss", "grad_norm")), ("validation.jsonl", ("loss", "perplexity"))):
        first, second = lines(folder / a / name), lines(folder / b / name)
        require([x["step"] for x in first] == [x["step"] for x in second], f"{name}: other steps in {b}")
        for x, y in zip(first, second):
            require(x["tokens"] == y["tokens"], f"{name}, step {x['step']}: {x['tokens']} and {y['tokens']} tokens")
            for field in fields:
                difference = abs(x[field] - y[field]) / abs(x[field])
                require(difference <= tolerance, f"{name}, step {x['step']}: {field} differs by {difference}")


def weights(path):
    """{name: numbers} of a safetensors file in float32, without any library."""
    import array
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8:8 + length])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        tensors[name] = array.array("f", data[8 + length + begin:8 + length + end])
    return tensors


def case_equal(folder):
    run(command(folder, "one", 1))
    expected = weights(folder / "one/model.safetensors")
    for ranks in (2, 3):
        output = f"ranks{ranks}"
        result = run(command(folder, output, ranks))
        require_near(folder, "one", output)
        actual = weights(folder / output / "model.safetensors")
        require(actual.keys() == expected.keys(), f"{ranks} ranks: other tensors")
        worst = max(abs(x - y) for name in expected for x, y in zip(expected[name], actual[name]))
        require(worst <= TOLERANCE, f"{ranks} ranks: the weights differ by {worst}")
        summary = json.loads((folder / output / "summary.json").read_text())
        require(summary["processes"] == ranks, "the summary names the processes")
        require(result.stderr.count("steps,") == 1, f"only the first rank reports:\n{result.stderr}")
        checkpoint = sorted((folder / output / "checkpoints").iterdir())[-1]
        shards = sorted(checkpoint.glob("optimizer-*.safetensors"))
        require(len(shards) == ranks, f"one file of moments a rank: {shards}")
        whole = (sorted((folder / "one/checkpoints").iterdir())[-1] / "optimizer.safetensors").stat().st_size
        for shard in shards:
            require(shard.stat().st_size < 1.15 * whole / ranks, f"{shard.name} holds more than its share")


def case_bfloat16(folder):
    """Products in bfloat16 round what differs in the last bits of float32 to its own resolution, 2^-8, on both sides."""
    half = ["--dtype", "bfloat16", "--max-steps", "6"]
    run(command(folder, "one", 1, half))
    run(command(folder, "two", 2, half))
    require_near(folder, "one", "two", 2 ** -7)
    # Step 1 starts from the same weights; each pack's gradient is rounded, and two ranks have other packs.
    first, second = (lines(folder / name / "metrics.jsonl")[0] for name in ("one", "two"))
    for field, tolerance in (("loss", TOLERANCE), ("grad_norm", 1e-4)):
        difference = abs(first[field] - second[field]) / first[field]
        require(difference <= tolerance, f"step 1, from the same weights: {field} differs by {difference}")


def case_slurm(folder):
    """The same by configs/slurm/launch.sh on a real Slurm."""
    if absent := one_node_slurm.missing():
        print(f"skipped: no {absent}; install slurmctld, slurmd and slurm-client")
        sys.exit(SKIPPED)
    short = ["--max-steps", "6"]
    run(command(folder, "one", 1, short))
    (folder / "cluster.env").write_text("SBATCH_OPTIONS=(--time=5) RANK_OPTIONS=(--mpi=pmix)\n")
    with one_node_slurm.one_node_slurm(folder / "slurm") as environment:
        environment.update(LAUNCH="slurm", CLUSTER_ENV=str(folder / "cluster.env"), LOGS=str(folder / "logs"))
        result = subprocess.run([LAUNCH, "--ranks", "2", *command(folder, "two", 1, short)], env=environment,
                                capture_output=True, text=True, timeout=300)
        logs = "".join(path.read_text() for path in (folder / "logs").glob("*.err"))
        require(result.returncode == 0, f"exit code {result.returncode}: {result.stderr}{logs}")
        refused = subprocess.run([LAUNCH, "--ranks", "2", *command(folder, "no", 1, ["--batch-tokens", "128"])],
                                 env=environment, capture_output=True, text=True, timeout=300)
        require(refused.returncode == 2, f"exit code {refused.returncode}, expected 2: {refused.stderr}")
    require_near(folder, "one", "two")
    require(json.loads((folder / "two/summary.json").read_text())["processes"] == 2, "two processes make one run")


def wait_for_steps(path, count, process):
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        if path.exists() and path.read_text().count("\n") >= count:
            return
        time.sleep(0.005)


def case_stop(folder):
    """A signal to the launcher reaches all; one to a single rank stops all; both go on bit for bit."""
    long = ["--max-steps", "60"]
    run(command(folder, "whole", 2, long))
    for to_one in (False, True):
        output = f"out{to_one:d}"
        process = subprocess.Popen(command(folder, output, 2, long), stderr=subprocess.PIPE, text=True)
        wait_for_steps(folder / output / "metrics.jsonl", 8, process)
        pid = rank_pids(process.pid)[-1] if to_one else process.pid
        os.kill(pid, signal.SIGUSR1)
        stderr = process.communicate(timeout=120)[1]
        require(process.returncode == 75, f"exit code {process.returncode}\n{stderr}")
        require(stderr.count("run the same command again to go on") == 1, f"one rank says it once:\n{stderr}")
        other = run(command(folder, output, 3, long), expected=2)
        require("processes: 2 before, 3 now" in other.stderr, other.stderr)
        run(command(folder, output, 2, long))
        require((folder / "whole/model.safetensors").read_bytes() == (folder / output / "model.safetensors").read_bytes(),
                "the weights differ from the run that was not stopped")


def case_stop_reading(folder):
    """A signal to one rank while documents are read, or before the first step, stops all."""
    with open(folder / "many.jsonl", "w") as file:
        for i in range(400):
            file.write((folder / "in.jsonl").read_text().replace('"id": "d', f'"id": "d{i}-'))
    process = subprocess.Popen(command(folder, "out", 2, ["--input", folder / "many.jsonl"]), stderr=subprocess.PIPE,
                               text=True)
    shown = ""
    while "reading the documents" not in shown and process.poll() is None:
        shown += process.stderr.readline()
    os.kill(rank_pids(process.pid)[-1], signal.SIGUSR1)
    stderr = process.communicate(timeout=120)[1]
    require(process.returncode == 75, f"exit code {process.returncode}\n{shown}{stderr}")


def rank_pids(launcher):
    """Processes of the program below the launcher, oldest first."""
    children = subprocess.run(["ps", "--ppid", str(launcher), "-o", "pid=,args="], capture_output=True, text=True)
    return [int(line.split()[0]) for line in children.stdout.splitlines() if line.split()[1] == PROGRAM]


def case_death(folder):
    process = subprocess.Popen(command(folder, "out", 2, ["--max-steps", "100000"]), stderr=subprocess.PIPE, text=True)
    wait_for_steps(folder / "out/metrics.jsonl", 3, process)
    pids = rank_pids(process.pid)
    require(len(pids) == 2, f"two ranks expected: {pids}")
    os.kill(pids[1], signal.SIGKILL)
    stderr = process.communicate(timeout=120)[1]
    require(process.returncode not in (0, 75), f"exit code {process.returncode}")
    require("rank 1" in stderr and "signal 9" in stderr, f"the rank that died is not named:\n{stderr}")
    require(not any(Path(f"/proc/{pid}/cmdline").exists() and PROGRAM in Path(f"/proc/{pid}/cmdline").read_text()
                    for pid in pids), "a rank outlived the other")


def case_bad_input(folder):
    few = run(command(folder, "out", 2, ["--batch-tokens", "128"]), expected=2)
    require("raise it to 256" in few.stderr, few.stderr)
    require(few.stderr.count("error") >= 1, few.stderr)
    run(command(folder, "out", 2, ["--freeze", "nothing.*"]), expected=2)
    require(not (folder / "out/model.safetensors").exists(), "nothing may be written")


if not Path(MPIRUN).exists():
    print("skipped: no mpirun; install libopenmpi-dev and openmpi-bin, configure and build again")
    sys.exit(SKIPPED)
with tempfile.TemporaryDirectory() as name:
    write_documents(Path(name) / "in.jsonl")
    globals()["case_" + CASE](Path(name))
