#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tf-finetune as a user meets it, on a tiny model: program_test.py PROGRAM MODEL CASE"""
import hashlib
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROGRAM, MODEL, CASE = sys.argv[1], sys.argv[2], sys.argv[3]
TIMES = {"seconds", "tokens_per_second", "rss"}


def write_documents(path):
    generator = random.Random(5)
    with open(path, "w") as file:
        for i in range(60):
            a, b = generator.randrange(100), generator.randrange(100)
            text = f"The shop sold {a} lamps in April and {b} in May, {a + b} lamps altogether."
            document = {"schema": 1, "id": f"d{i}", "text": text}
            if i % 3:
                at = text.index(f" {a + b} lamps")
                document["calls"] = [{"tool": "Calculator", "at": at, "input": f"{a} + {b}", "result": str(a + b),
                                      "keep": True}]
            file.write(json.dumps(document) + "\n")


def command(folder, output="out", extra=()):
    """The usual flags; `extra` replaces or adds some."""
    flags = {"--input": folder / "in.jsonl", "--model": MODEL, "--output": folder / output, "--seq-len": 128,
             "--batch-tokens": 512, "--max-steps": 60, "--lr": 0.01, "--save-every": 7, "--valid": folder / "in.jsonl",
             "--valid-every": 20, "--valid-limit": 5, "--threads": 1, "--device": "cpu", "--progress": "none"}
    switches = [word for word in extra if word in ("--restart", "--dry-run")]
    words = [word for word in extra if word not in switches]
    flags.update(zip(words[::2], words[1::2]))
    return [PROGRAM, *switches, *(str(word) for flag in flags.items() for word in flag)]


def run(arguments, expected=0):
    result = subprocess.run(arguments, capture_output=True, text=True)
    if result.returncode != expected:
        sys.exit(f"exit code {result.returncode}, expected {expected}: {' '.join(arguments)}\n{result.stderr}")
    return result


def sha(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def lines(path):
    """Lines without what a clock or the machine decides."""
    return [{k: v for k, v in json.loads(line).items() if k not in TIMES} for line in path.read_text().splitlines()]


def require(holds, message):
    if not holds:
        sys.exit(message)


def require_same_run(folder, a, b):
    require(sha(folder / a / "model.safetensors") == sha(folder / b / "model.safetensors"), "the weights differ")
    for name in ("metrics.jsonl", "validation.jsonl"):
        require(lines(folder / a / name) == lines(folder / b / name), f"{name} differs")


def case_train(folder):
    run(command(folder))
    metrics = lines(folder / "out/metrics.jsonl")
    require([m["step"] for m in metrics] == list(range(1, 61)), "metrics: one line a step")
    require(metrics[-1]["loss"] < 0.5 * metrics[0]["loss"], f"the loss did not fall: {metrics[0]} {metrics[-1]}")
    require(set(metrics[0]["loss_by_part"]) == {"text", "call"}, "results must not count with token markers")
    summary = json.loads((folder / "out/summary.json").read_text())
    require(summary["steps"] == 60 and summary["skipped_steps"] == 0, "summary")
    require(summary["corpus"]["calls"]["rendered"] == 40, "every kept call once")
    require([v["step"] for v in lines(folder / "out/validation.jsonl")] == [0, 20, 40, 60], "validation steps")
    require(len(list((folder / "out/checkpoints").iterdir())) == 2, "two checkpoints are kept")
    require("complete already" in run(command(folder)).stderr, "a complete run is left alone")


def case_kill(folder):
    start = time.monotonic()
    run(command(folder, "whole"))
    whole = time.monotonic() - start
    generator = random.Random(1)
    kills = 0
    for _ in range(40):
        process = subprocess.Popen(command(folder), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
        try:
            process.wait(timeout=generator.uniform(0.2, 0.9) * whole)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
            continue
        require(process.returncode == 0, process.stderr.read().decode())
        break
    else:
        sys.exit("the run never ended")
    require(kills > 0, "nothing was killed")
    require_same_run(folder, "whole", "out")


def case_stop(folder):
    run(command(folder, "whole", ["--batch-tokens", "128"]))
    stops = 0
    for name in ("SIGTERM", "SIGINT", "SIGUSR1"):
        process = subprocess.Popen(command(folder, "out", ["--batch-tokens", "128"]), stderr=subprocess.PIPE)
        deadline = time.monotonic() + 300
        before = len(lines(folder / "out/metrics.jsonl")) if (folder / "out/metrics.jsonl").exists() else 0
        while process.poll() is None and time.monotonic() < deadline:
            path = folder / "out/metrics.jsonl"
            if path.exists() and path.read_text().count("\n") >= before + 3:
                process.send_signal(getattr(signal, name))
                break
            time.sleep(0.005)
        stderr = process.communicate()[1].decode()
        require(process.returncode in (0, 75), f"{name}: exit code {process.returncode}\n{stderr}")
        stops += process.returncode == 75
        if process.returncode == 75:
            require(name in stderr, f"{name} is not named: {stderr}")
    require(stops > 0, "no run was stopped")
    run(command(folder, "out", ["--batch-tokens", "128"]))
    require_same_run(folder, "whole", "out")


def case_settings(folder):
    run(command(folder, "out", ["--max-steps", "3"]))
    changed = run(command(folder, "out", ["--max-steps", "3", "--lr", "0.5"]), expected=2)
    require("lr: 0.01 before, 0.5 now" in changed.stderr, changed.stderr)
    run(command(folder, "out", ["--max-steps", "3", "--save-every", "1"]))
    run(command(folder, "out", ["--max-steps", "3", "--lr", "0.5", "--restart"]))


def case_bad_input(folder):
    run(command(folder, "out", ["--seq-len", "100000"]), expected=2)
    run(command(folder, "out", ["--freeze", "nothing.*"]), expected=2)
    run(command(folder, "out", ["--shard", "0/2"]), expected=2)
    run(command(folder, "out", ["--dtype", "bfloat16"]), expected=2)
    unknown = run(command(folder, "out", ["--lora-rank", "4"]), expected=2)
    require("lora-rank" in unknown.stderr, unknown.stderr)
    (folder / "empty.jsonl").write_text("")
    run(command(folder, "out", ["--valid", str(folder / "empty.jsonl")]), expected=3)
    (folder / "in.jsonl").write_text("{broken\n")
    run(command(folder), expected=4)
    (folder / "in.jsonl").write_text("")
    run(command(folder), expected=3)
    require(not (folder / "out/model.safetensors").exists(), "nothing may be written")


def case_nan(folder):
    # A rate this large throws the weights far off: the policy must end the run by name, with the numbers so far.
    result = run(command(folder, "out", ["--lr", "1e38", "--clip", "0", "--schedule", "constant"]), expected=3)
    require("5 steps in a row did not change the weights" in result.stderr, result.stderr)
    require(any("skipped" in m for m in lines(folder / "out/metrics.jsonl")), "skipped steps are in the metrics")


def case_dry_run(folder):
    result = run(command(folder, "out", ["--dry-run"]))
    for word in ("documents.with_calls", "steps", "estimated time", "<API>Calculator("):
        require(word in result.stdout, f"{word} is missing:\n{result.stdout}")
    require(not (folder / "out").exists(), "a dry run writes nothing")


def case_text_markers(folder):
    run(command(folder, "out", ["--markers", "text", "--max-steps", "5", "--keep-checkpoints", "0"]))
    require("result" in lines(folder / "out/metrics.jsonl")[0]["loss_by_part"], "results count with text markers")
    require(json.loads((folder / "out/config.json").read_text())["vocab_size"] == 320, "no token is added")
    require(not list((folder / "out/checkpoints").glob("*")), "no checkpoint is kept")


with tempfile.TemporaryDirectory() as name:
    write_documents(Path(name) / "in.jsonl")
    globals()["case_" + CASE](Path(name))
