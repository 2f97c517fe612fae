#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tf-finetune as a user meets it, on a tiny model: program_test.py PROGRAM MODEL CASE"""
import hashlib
import json
import random
import shutil
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
    switches = [word for word in extra if word in ("--restart", "--dry-run", "--keep-best", "--override", "--checkpoint-activations")]
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


KILLS = 20


def case_lora(folder):
    """Adapters: checkpoints hold nothing else; killed and resumed, by the other way through memory, the same bytes."""
    lora = ["--lora-rank", "4", "--max-steps", "20", "--lr", "0.03", "--keep-best"]
    run(command(folder, "whole", lora))
    metrics = lines(folder / "whole/metrics.jsonl")
    require(metrics[-1]["loss"] < 0.8 * metrics[0]["loss"], f"the loss did not fall: {metrics[0]} {metrics[-1]}")
    config = json.loads((folder / "whole/adapter/adapter_config.json").read_text())
    require(config["r"] == 4 and config["trainable_token_indices"] == {"embed_tokens": [320, 321, 322]}, str(config))
    summary = json.loads((folder / "whole/summary.json").read_text())
    require(summary["parameters"]["trained"] < summary["parameters"]["frozen"], str(summary["parameters"]))
    process = subprocess.Popen(command(folder, "out", lora), stderr=subprocess.DEVNULL)
    path = folder / "out/metrics.jsonl"
    while process.poll() is None and not (path.exists() and path.read_text().count("\n") >= 9):
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    kept = sorted(file.name for file in (folder / "out/checkpoints/step-00000007").iterdir())
    require(kept == ["optimizer.safetensors", "state.json", "trained.safetensors"], str(kept))
    run(command(folder, "out", [*lora, "--checkpoint-activations"]))
    require_same_run(folder, "whole", "out")
    require(sha(folder / "whole/adapter/adapter_model.safetensors") ==
            sha(folder / "out/adapter/adapter_model.safetensors"), "the adapters differ")


def case_kill(folder):
    """Killed again and again at random moments, all along the run, with the best weights kept as well."""
    short = ["--keep-best", "--save-every", "3", "--valid-every", "6"]
    start = time.monotonic()
    run(command(folder, "whole", short))
    whole = time.monotonic() - start
    generator = random.Random(1)
    kills = ends = 0
    while kills < KILLS:
        if (folder / "out/summary.json").exists():  # it got through: once more from the beginning
            ends += 1
            require_same_run(folder, "whole", "out")
            shutil.rmtree(folder / "out")
        process = subprocess.Popen(command(folder, "out", short), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
        try:
            process.wait(timeout=generator.uniform(0.1, 0.9) * whole)
            require(process.returncode == 0, process.stderr.read().decode())
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
    run(command(folder, "out", short))
    require_same_run(folder, "whole", "out")
    print(f"{kills} kills, {ends + 1} runs that got through")


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
    # The validation documents count by what they say, not by where they are.
    shutil.copy(folder / "in.jsonl", folder / "moved.jsonl")
    run(command(folder, "out", ["--max-steps", "3", "--lr", "0.5", "--valid", folder / "moved.jsonl"]))
    (folder / "moved.jsonl").write_text(json.dumps({"text": "Something else is read here."}) + "\n")
    changed = run(command(folder, "out", ["--max-steps", "3", "--lr", "0.5", "--valid", folder / "moved.jsonl"]), expected=2)
    require("valid: " in changed.stderr, changed.stderr)
    absent = run(command(folder, "new", ["--valid", folder / "absent.jsonl"]), expected=2)
    require(f"--valid {folder / 'absent.jsonl'}: no such file" in absent.stderr, absent.stderr)
    # What cannot be read must not cost the model that is there.
    shutil.copytree(MODEL, folder / "broken")
    with open(folder / "broken/model.safetensors", "r+b") as file:
        file.truncate(1000)
    kept = sha(folder / "out/model.safetensors")
    run(command(folder, "out", ["--model", folder / "broken", "--restart"]), expected=3)
    require(sha(folder / "out/model.safetensors") == kept, "--restart removed a model before the new run could begin")


def case_override(folder):
    """Longer with --override equals what the settings said from there on; what is not safe stays refused."""
    steady = ["--schedule", "constant", "--warmup-fraction", "0", "--save-every", "5"]
    run(command(folder, "out", ["--max-steps", "10", *steady]))
    longer = ["--max-steps", "20", *steady]
    refused = run(command(folder, "out", longer), expected=2)
    require("max-steps: 10 before, 20 now" in refused.stderr and "--override" in refused.stderr, refused.stderr)
    unsafe = run(command(folder, "out", [*longer, "--override", "--seed", "3"]), expected=2)
    require("seed: 0 before, 3 now" in unsafe.stderr, unsafe.stderr)
    run(command(folder, "out", [*longer, "--override"]))
    run(command(folder, "whole", longer))
    require(sha(folder / "whole/model.safetensors") == sha(folder / "out/model.safetensors"), "the weights differ")
    run(command(folder, "out", longer))
    shorter = run(command(folder, "out", ["--max-steps", "2", *steady, "--override"]), expected=2)
    require("2 steps are asked for" in shorter.stderr, shorter.stderr)
    require("complete already" in run(command(folder, "out", longer)).stderr, "a refused run changed the complete one")
    # A run that saved nothing on the way can be made longer as well.
    steady[-1] = "0"
    run(command(folder, "short", ["--max-steps", "10", *steady]))
    run(command(folder, "short", ["--max-steps", "20", *steady, "--override"]))
    require(sha(folder / "whole/model.safetensors") == sha(folder / "short/model.safetensors"), "the weights differ")


def case_best(folder):
    """With a rate that rises until it does harm, the model that comes out is that of the best validation."""
    harm = ["--lr", "0.7", "--warmup-fraction", "1", "--valid-every", "2", "--max-steps", "20", "--keep-best"]
    run(command(folder, "out", harm))
    measured = {v["step"]: v["loss"] for v in lines(folder / "out/validation.jsonl") if v["step"] > 0 and "loss" in v}
    best = min(measured, key=measured.get)
    require(2 < best < 20, f"the test needs a run that gets worse: {measured}")
    summary = json.loads((folder / "out/summary.json").read_text())
    require(summary["model_of_step"] == best and summary["validation"]["best"]["step"] == best, str(summary))
    require([file.name for file in (folder / "out/best").iterdir()] == [f"step-{best:08}.safetensors"], "only the best stays")
    # The model as a run of its own starts with that perplexity.
    run(command(folder, "again", ["--model", folder / "out", "--max-steps", "1", "--lr", "0"]))
    again = lines(folder / "again/validation.jsonl")[0]["loss"]
    require(abs(again - measured[best]) < 1e-6, f"{again}, not {measured[best]}")


def case_patience(folder):
    harm = ["--lr", "0.3", "--schedule", "constant", "--valid-every", "2", "--max-steps", "60", "--patience", "3"]
    run(command(folder, "out", harm))
    summary = json.loads((folder / "out/summary.json").read_text())
    steps = [v["step"] for v in lines(folder / "out/validation.jsonl")]
    require(summary["stopped_early"] and summary["steps"] < 60, str(summary))
    require(steps[-1] == summary["validation"]["best"]["step"] + 6, f"three validations behind the best: {steps}")
    run(command(folder, "none", ["--patience", "3", "--max-steps", "4", "--valid-every", "0"]), expected=2)


def case_mixture(folder):
    """Plain documents from elsewhere, by weight; a cap per tool."""
    with open(folder / "plain.jsonl", "w") as file:
        for i in range(50):
            file.write(json.dumps({"text": f"Plain sentence number {i} with some words and nothing to compute."}) + "\n")
    mix = ["--plain", folder / "plain.jsonl", "--max-per-tool", "25", "--max-steps", "0", "--epochs", "1"]
    rendered = 25
    tokens = {}
    for weight in ("0", "1", "3"):
        run(command(folder, f"out{weight}", [*mix, "--plain-weight", weight]))
        summary = json.loads((folder / f"out{weight}/summary.json").read_text())
        require(summary["corpus"]["documents"]["over_cap"] == 40 - rendered, str(summary["corpus"]))
        require(summary["corpus"]["documents"]["plain"] == 20 + 50, str(summary["corpus"]))
        tokens[weight] = summary["tokens"]
    plain = tokens["1"] - tokens["0"]
    require(plain > 0 and tokens["3"] - tokens["0"] == 3 * plain, str(tokens))


def case_bad_input(folder):
    run(command(folder, "out", ["--seq-len", "100000"]), expected=2)
    run(command(folder, "out", ["--freeze", "nothing.*"]), expected=2)
    run(command(folder, "out", ["--shard", "0/2"]), expected=2)
    run(command(folder, "out", ["--dtype", "float16"]), expected=2)
    unknown = run(command(folder, "out", ["--lora-rnak", "4"]), expected=2)
    require("lora-rank" in unknown.stderr, unknown.stderr)
    target = run(command(folder, "lora", ["--lora-rank", "4", "--lora-targets", "c_attn"]), expected=2)
    require("q_proj" in target.stderr, target.stderr)
    run(command(folder, "out", ["--lora-rank", "4", "--freeze", "embeddings"]), expected=2)
    require(not (folder / "out").exists() and not (folder / "lora").exists(), "refused, yet an output was claimed")
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


def case_bfloat16(folder):
    """Products in bfloat16: the losses of float32 nearly, and the same bytes when killed, by either way through memory."""
    half = ["--dtype", "bfloat16", "--max-steps", "20"]
    run(command(folder, "float32", ["--max-steps", "20"]))
    for extra in ([], ["--lora-rank", "4", "--lr", "0.03"]):
        whole, out = f"whole{len(extra)}", f"out{len(extra)}"
        run(command(folder, whole, [*half, *extra]))
        process = subprocess.Popen(command(folder, out, [*half, *extra]), stderr=subprocess.DEVNULL)
        path = folder / out / "metrics.jsonl"
        while process.poll() is None and not (path.exists() and path.read_text().count("\n") >= 9):
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.wait()
        run(command(folder, out, [*half, *extra, "--checkpoint-activations"]))
        require_same_run(folder, whole, out)
    pairs = list(zip(lines(folder / "whole0/metrics.jsonl"), lines(folder / "float32/metrics.jsonl")))
    differences = [abs(a["loss"] - b["loss"]) / b["loss"] for a, b in pairs]
    require(0 < max(differences) < 0.02, f"relative differences of the losses: {differences}")
    header = (folder / "whole0/model.safetensors").read_bytes()[8:4096].decode(errors="replace")
    require('"F32"' in header and '"BF16"' not in header, "the weights that come out are float32")
    other = run(command(folder, "whole0", ["--dtype", "float32", "--max-steps", "20"]), expected=2)
    require('dtype: "bfloat16" before, "float32" now' in other.stderr, other.stderr)


def case_text_markers(folder):
    run(command(folder, "out", ["--markers", "text", "--max-steps", "5", "--keep-checkpoints", "0"]))
    require("result" in lines(folder / "out/metrics.jsonl")[0]["loss_by_part"], "results count with text markers")
    require(json.loads((folder / "out/config.json").read_text())["vocab_size"] == 320, "no token is added")
    require(not list((folder / "out/checkpoints").glob("*")), "no checkpoint is kept")


with tempfile.TemporaryDirectory() as name:
    write_documents(Path(name) / "in.jsonl")
    globals()["case_" + CASE](Path(name))
