#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The whole pipeline, by the real programs, on 20 documents and a tiny model that has learned to call a calculator.

  golden_test.py PROGRAM_DIR CASE [--regenerate]

Cases: expected (every stage's lines as committed, numbers within a tolerance), shards, threads (also workers and block
sizes), killed, plain, work (tokens forwarded against the least possible), int8 (samples by weights in eight bits).
--regenerate rewrites expected/; the difference is part of a change's review.
"""

import argparse
import json
import math
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
MODEL = HERE / "tiny_model"
# Other processors and libraries sum in another order; what is said about a call must not depend on that.
TOLERANCE = 2e-3
STAGES = ["annotated", "filtered", "generated"]


class Pipeline:
    """Runs the stages into one folder, each to its end."""

    def __init__(self, programs, folder, threads=1, engine="cached", block=2, workers=1, sample_dtype="float32"):
        self.programs, self.folder, self.block = Path(programs), Path(folder), str(block)
        self.model = ["--model", str(MODEL), "--threads", str(threads), "--engine", engine, "--device", "cpu",
                      "--dtype", "float32"]
        self.workers, self.sample_dtype = ["--workers", str(workers)], ["--sample-dtype", sample_dtype]
        self.calls = ["--tools", "Calculator", "--prompts", str(HERE / "prompts")]

    def command(self, stage, shard=None):
        share = ["--shard", shard] if shard else []
        at = {name: str(self.folder / name) for name in [*STAGES, "model"]}
        annotate = ["--k", "3", "--m", "4", "--tau-s", "0.01", "--preselect", "off", "--block-size", self.block]
        lines = {
            "annotated": ["tf-annotate", "--input", str(HERE / "documents.jsonl"), "--output", at["annotated"],
                          *self.calls, *self.model, *self.workers, *self.sample_dtype, *annotate,
                          "--max-failed-fraction", "0.2", *share],
            "filtered": ["tf-filter", "--input", at["annotated"], "--output", at["filtered"], *self.calls,
                         *self.model, *self.workers, "--max-failed-fraction", "0.2", *share],
            "model": ["tf-finetune", "--input", at["filtered"], "--output", at["model"], *self.model, "--max-steps", "4",
                      "--seq-len", "128", "--batch-tokens", "256", "--save-every", "1", "--lr", "1e-3",
                      "--markers", "text"],
            "generated": ["tf-generate", "--input", str(HERE / "prompts.jsonl"), "--output", at["generated"],
                          "--model", at["model"], *self.model[2:], "--tools", "Calculator", "--max-new-tokens", "12"],
        }
        name, *arguments = lines[stage]
        return [str(self.programs / name), "--progress", "none", *arguments]

    def run(self, stage, shard=None):
        done = subprocess.run(self.command(stage, shard), capture_output=True, text=True, timeout=600)
        if done.returncode != 0:
            sys.exit(f"{' '.join(done.args)}\n{done.stderr}\nexit code {done.returncode}")

    def run_all(self):
        for stage in ["annotated", "filtered", "model", "generated"]:
            self.run(stage)

    def lines(self, stage):
        """All records of a stage, in the order of their ids."""
        shards = sorted((self.folder / stage).glob("part-*.jsonl"))
        shards = [shard for shard in shards if not shard.name.endswith(".rejects.jsonl")]
        return sorted(line for shard in shards for line in shard.read_text().splitlines())

    def losses(self):
        metrics = (self.folder / "model" / "metrics.jsonl").read_text().splitlines()
        return [{key: value for key, value in json.loads(line).items() if key in ("step", "loss", "grad_norm")}
                for line in metrics]


def differences(want, got, where):
    """Every place where two values differ by more than the tolerance, as text."""
    if isinstance(want, float) and isinstance(got, (int, float)):
        close = math.isclose(want, got, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
        return [] if close else [f"{where}: expected {want}, got {got}"]
    if type(want) is not type(got):
        return [f"{where}: expected {want!r}, got {got!r}"]
    if isinstance(want, dict):
        if list(want) != list(got):
            return [f"{where}: expected fields {list(want)}, got {list(got)}"]
        return [text for key in want for text in differences(want[key], got[key], f"{where}.{key}")]
    if isinstance(want, list):
        if len(want) != len(got):
            return [f"{where}: expected {len(want)} entries, got {len(got)}"]
        return [text for i, pair in enumerate(zip(want, got)) for text in differences(*pair, f"{where}[{i}]")]
    return [] if want == got else [f"{where}: expected {want!r}, got {got!r}"]


def require(problems):
    if problems:
        sys.exit("\n".join(problems[:20]))


def compare(want, got, stage):
    problems = differences([json.loads(line) for line in want], [json.loads(line) for line in got], stage)
    require(problems)


def case_expected(programs, folder, regenerate):
    pipeline = Pipeline(programs, folder)
    pipeline.run_all()
    results = {stage: pipeline.lines(stage) for stage in STAGES}
    results["losses"] = [json.dumps(step) for step in pipeline.losses()]
    kept = sum(call["keep"] for line in results["filtered"] for call in json.loads(line)["calls"])
    made = sum(len(json.loads(line)["calls"]) for line in results["generated"])
    if kept < 5 or made < 2:
        sys.exit(f"the golden run is empty: {kept} calls kept, {made} made while generating")
    for name, lines in results.items():
        path = HERE / "expected" / f"{name}.jsonl"
        if regenerate:
            path.write_text("\n".join(lines) + "\n")
        compare(path.read_text().splitlines(), lines, name)


def case_shards(programs, folder, _):
    whole, split = Pipeline(programs, folder / "whole"), Pipeline(programs, folder / "split")
    for stage in ["annotated", "filtered"]:
        whole.run(stage)
        for index in range(4):
            split.run(stage, f"{index}/4")
        if whole.lines(stage) != split.lines(stage):
            sys.exit(f"{stage}: 4 shards do not hold the same lines as 1")


def case_threads(programs, folder, _):
    """Neither threads and workers nor what is computed together change a byte, also of samples in eight bits."""
    for sample_dtype in ("float32", "int8"):
        same_bytes(programs, folder / sample_dtype, sample_dtype)
    check_waiting(Pipeline(programs, folder / "waiting", threads=2))


def check_waiting(pipeline):
    """Threads of one operation wait for each other without spinning, if nothing else was asked for."""
    command = pipeline.command("annotated")
    command[command.index("--input") + 1] = "-"  # so that it waits for us
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("OMP_", "GOMP_"))}
    for given in ({}, {"OMP_WAIT_POLICY": "ACTIVE"}):
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   env={**environment, **given})
        found, deadline = b"", time.monotonic() + 60
        while b"OMP_WAIT_POLICY" not in found and process.poll() is None and time.monotonic() < deadline:
            found = Path(f"/proc/{process.pid}/environ").read_bytes()
            time.sleep(0.02)
        process.kill()
        process.communicate()
        wanted = f"OMP_WAIT_POLICY={given.get('OMP_WAIT_POLICY', 'PASSIVE')}".encode()
        if wanted not in found.split(b"\0"):
            sys.exit(f"waiting: started with {given}, it runs without {wanted.decode()}")


def same_bytes(programs, folder, sample_dtype):
    runs = []
    for threads, workers, block in ((1, 1, 2), (2, 1, 2), (2, 2, 1), (2, 3, 20)):
        pipeline = Pipeline(programs, folder / str(len(runs)), threads, block=block, workers=workers,
                            sample_dtype=sample_dtype)
        pipeline.run("annotated")
        pipeline.run("filtered")
        runs.append(pipeline)
        for stage in ["annotated", "filtered"]:
            if runs[0].lines(stage) != pipeline.lines(stage):
                sys.exit(f"{stage}, {sample_dtype}: {threads} threads, {workers} workers and blocks of {block} "
                         "gave other bytes")


def case_int8(programs, folder, _):
    """Weights in eight bits touch the samples alone, and these but little."""
    full, int8 = Pipeline(programs, folder / "full"), Pipeline(programs, folder / "int8", sample_dtype="int8")
    places, calls, inputs = [], [], []
    for pipeline in (full, int8):
        pipeline.run("annotated")
        documents = [json.loads(line) for line in pipeline.lines("annotated")]
        made = [(d["id"], call) for d in documents for call in d["calls"]]
        places.append({(document, call["at"]): call["p_api"] for document, call in made})
        calls.append(len(made))
        inputs.append({(document, call["at"], call["sample"]): call["input"] for document, call in made})
    identity = json.loads(next((int8.folder / "annotated").glob("*.summary.json")).read_text())["identity"]["config"]
    both = places[0].keys() & places[1].keys()
    same = sum(inputs[1].get(key) == value for key, value in inputs[0].items())
    print(f"{len(both)} places of {len(places[0])} and {len(places[1])}, {calls} calls, {same} the same")
    if (identity["sample-dtype"], identity["dtype"]) != ("int8", "float32"):
        sys.exit(f"the identity does not say what samples were drawn with: {identity}")
    if any(places[0][place] != places[1][place] for place in both):
        sys.exit("a probability depends on the weights of sampling")
    if len(both) < 0.95 * len(places[0].keys() | places[1].keys()) or abs(calls[1] / calls[0] - 1) > 0.05:
        sys.exit("eight bits lose places or calls")
    if same < 0.8 * len(inputs[0]):
        sys.exit("eight bits change more than a few samples")


def case_work(programs, folder, _):
    pipeline = Pipeline(programs, folder)
    for stage in ["annotated", "filtered"]:
        pipeline.run(stage)
        (summary,) = (pipeline.folder / stage).glob("*.summary.json")
        work = json.loads(summary.read_text())["counts"]["work"]
        ratio = work["tokens_forwarded"] / work["tokens_minimum"]
        print(f"{stage}: {work['tokens_forwarded']} tokens forwarded, {ratio:.3f} of the least possible")
        if not 1 <= ratio <= 1.1:
            sys.exit(f"{stage}: {work}")


def case_plain(programs, folder, _):
    cached = Pipeline(programs, folder / "cached")
    plain = Pipeline(programs, folder / "plain", engine="plain")
    for stage in ["annotated", "filtered"]:
        cached.run(stage)
        plain.run(stage)
        compare(plain.lines(stage), cached.lines(stage), stage)


def run_with_kills(pipeline, stage, rng):
    """Starts the stage again and again, killing it at a random moment, until one run ends by itself."""
    longest = 0.3
    for attempt in range(60):
        process = subprocess.Popen(pipeline.command(stage), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        try:
            _, errors = process.communicate(timeout=rng.uniform(0.05, longest))
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            longest *= 1.15
            continue
        if process.returncode != 0:
            sys.exit(f"{stage}, attempt {attempt}: exit code {process.returncode}\n{errors}")
        return attempt
    sys.exit(f"{stage} did not end within 60 attempts")


def case_killed(programs, folder, _):
    rng = random.Random(os.environ.get("TOOLFORMER_KILL_SEED", "1"))
    whole, killed = Pipeline(programs, folder / "whole"), Pipeline(programs, folder / "killed")
    kills = 0
    for stage in ["annotated", "filtered", "model", "generated"]:
        whole.run(stage)
        kills += run_with_kills(killed, stage, rng)
        if stage == "model":
            same = (whole.folder / stage / "model.safetensors").read_bytes() == (
                killed.folder / stage / "model.safetensors").read_bytes()
        else:
            same = whole.lines(stage) == killed.lines(stage)
        if not same:
            sys.exit(f"{stage}: a run that was killed {kills} times in all ended with other bytes")
    print(f"{kills} kills")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs")
    parser.add_argument("case", choices=["expected", "shards", "threads", "killed", "plain", "work", "int8"])
    parser.add_argument("--regenerate", action="store_true")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="toolformer-golden-"))
    started = time.monotonic()
    globals()[f"case_{arguments.case}"](arguments.programs, folder, arguments.regenerate)
    shutil.rmtree(folder)
    print(f"passed: {arguments.case} ({time.monotonic() - started:.1f} s)")


if __name__ == "__main__":
    main()
