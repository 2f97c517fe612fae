#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tf-annotate and tf-filter beside transformers and llama.cpp: same weights, texts and prompts, in turns, one thread each.

For every case the programs and each peer run in turns (A B A B). A ratio is that of the two rates, samples or candidates
per CPU second, of one turn; the table holds medians. Loading the model is not counted on any side. README.md beside this
file says how to read the table.

Example: run.py --programs build/apps --model smollm2=DIRECTORY --documents documents.jsonl --work /tmp/bench
"""
import argparse
import fnmatch
import functools
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROMPTS = HERE.parent / "configs" / "prompts"
ANNOTATE = [("primed", 5, 5), ("instruct", 5, 5), ("primed", 20, 10), ("instruct", 20, 10)]  # style, k, m
ANNOTATE_PEERS = ["generate", "generate-batch", "kv", "kv-batch"]
LLAMA_TYPES = {"F32": "float32", "F16": "float32", "Q8_0": "int8"}  # what our side draws samples with
FILTER = [("primed", "primed", 8), ("inline", "primed", 8), ("prefix", "paper", 5)]  # placement, preset, window
ONE_THREAD = {**os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}


def run(command):
    done = subprocess.run([str(part) for part in command], env=ONE_THREAD, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\nended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


class Model:
    """Floating-point operations from the shapes."""

    def __init__(self, directory):
        config = json.loads((Path(directory) / "config.json").read_text())
        width, heads, groups = (config[f] for f in ("hidden_size", "num_attention_heads", "num_key_value_heads"))
        head = config.get("head_dim", width // heads)
        layers = config["num_hidden_layers"]
        body = layers * (width * head * (2 * heads + 2 * groups) + 3 * width * config["intermediate_size"])
        self.per_token, self.per_key = 2 * body, 4 * layers * heads * head
        self.per_head_row = 2 * width * config["vocab_size"]

    def flops(self, work, keys):
        """`keys`: how many positions a token sees, on average."""
        return (work["tokens_forwarded"] * (self.per_token + self.per_key * keys)
                + work["head_rows"] * self.per_head_row)


class Ours:
    def __init__(self, options, model):
        self.options, self.model = options, model

    def program(self, name, output, *flags):
        path = self.options.work / output
        run([self.options.programs / name, "--output", path, "--restart", "--log-level", "error", *flags])
        return path, json.loads(path.with_suffix(".summary.json").read_text())

    def with_model(self):
        return ["--model", self.model, "--threads", 1, "--dtype", self.options.dtype, "--prompts", PROMPTS]

    def annotate(self, style, k, m, documents, sample_dtype="auto"):
        path, summary = self.program(
            "tf-annotate", "annotated.jsonl", "--input", documents, "--tools", "Calculator", "--prompt-style", style,
            "--k", k, "--m", m, "--tau-s", 0, "--sample-dtype", sample_dtype, *self.with_model())
        places = [sorted({call["at"] for call in json.loads(line)["calls"]}) for line in path.open()]
        return {"count": summary["counts"]["samples"]["Calculator"]["drawn"], **summary["seconds"],
                "work": summary["counts"]["work"], "places": places}

    def candidates(self, documents):
        """Documents with executed calls, made once."""
        path, _ = self.program("tf-annotate", "to_execute.jsonl", "--input", documents, "--tools", "Calculator",
                               "--k", 5, "--m", 5, "--tau-s", 0, *self.with_model())
        return self.program("tf-filter", f"candidates-{Path(self.model).name}.jsonl", "--input", path,
                            "--steps", "execute")[0]

    def score(self, placement, preset, losses_wanted, candidates):
        path, summary = self.program(
            "tf-filter", "scored.jsonl", "--input", candidates, "--steps", "score", "--preset", preset,
            "--placement", placement, "--weights", "uniform", "--losses", losses_wanted, *self.with_model())
        losses = {}
        for line in path.open():
            document = json.loads(line)
            for call in document["calls"]:
                if "loss" in call:
                    key = (document["id"], call["tool"], call["at"], call["input"], call["result"])
                    losses[key] = [call["loss"].get(name) for name in ("plain", "no_result", "result")]
        return {"count": summary["counts"]["scored"]["Calculator"]["distinct"], **summary["seconds"],
                "work": summary["counts"]["work"], "losses": list(losses.values())}


def peer(script, *flags):
    result = json.loads(run([sys.executable, HERE / script, "--prompts", PROMPTS, *flags]))
    result["count"] = result.get("samples", result.get("candidates"))
    return result


def agreement(ours, theirs):
    """Did both sides do the same work? Common places of the documents that both read, or the largest difference."""
    if "losses" in ours:
        pairs = ((ours["losses"][int(number)], losses) for number, losses in theirs["losses"].items())
        return f"losses within {max(abs(a - b) for x, y in pairs for a, b in zip(x, y) if a is not None):.0e}"
    common = sum(len(set(a) & set(b)) for a, b in zip(ours["places"], theirs["places"]))
    return f"{common} of {sum(map(len, theirs['places']))} places"


def measure(options, name, ours, peers, model):
    """One case: its rows of the table."""
    turns = {label: [] for label in peers}
    for repetition in range(options.repetitions):
        for label, theirs in peers.items():
            # A tuple: a peer that is compared with another mode of ours.
            mine, theirs = theirs if isinstance(theirs, tuple) else (ours, theirs)
            peak = json.loads(run([sys.executable, HERE / "sgemm_peak.py"]))
            a, b = mine(), theirs()
            rates = [side["count"] / side["cpu"] for side in (a, b)]
            flops = model.flops(a["work"], b["keys"]) / a["cpu"]
            turn = {"case": name, "peer": label, "ours": a, "theirs": b, "ratio": rates[0] / rates[1],
                    "wall_ratio": rates[0] * a["cpu"] / a["wall"] / (b["count"] / b["wall"]),
                    "peak": peak, "share_of_peak": flops / 1e9 / peak["packed_64_rows"], "agreement": agreement(a, b)}
            turns[label].append(turn)
            with (options.work / "turns.jsonl").open("a") as log:
                log.write(json.dumps(turn) + "\n")
    for label, done in turns.items():
        def median(value):
            return statistics.median(value(turn) for turn in done)
        cells = [name, label]
        for side in ("ours", "theirs"):
            cells += [f"{median(lambda t: t[side]['count'] / t[side]['cpu']):.2f}",
                      f"{median(lambda t: t[side]['cpu']):.1f} / {median(lambda t: t[side]['wall']):.1f}"]
        cells += [f"**{median(lambda t: t['ratio']):.1f}**", f"{median(lambda t: t['wall_ratio']):.1f}",
                  f"{median(lambda t: t['share_of_peak']):.0%} of {median(lambda t: t['peak']['packed_64_rows']):.0f}",
                  done[0]["agreement"]]
        print("| " + " | ".join(cells) + " |", flush=True)


def cases(options):
    """(name, our side, peers, model)"""
    for given in options.model:
        name, directory = given.split("=", 1)
        ours, model = Ours(options, directory), Model(directory)
        for style, k, m in ANNOTATE:
            flags = ["--style", style, "--k", k, "--m", m, "--input", options.documents]
            flags += ["--limit", options.peer_documents] if options.peer_documents else []
            peers = {f"transformers {method}": lambda method=method, flags=flags: peer(
                "annotate_transformers.py", "--model", directory, "--method", method, *flags)
                for method in ANNOTATE_PEERS}

            def side(sample_dtype="auto", style=style, k=k, m=m, ours=ours):
                return ours.annotate(style, k, m, options.documents, sample_dtype)
            for kind, sample_dtype in LLAMA_TYPES.items():
                peers[f"llama.cpp {kind}"] = (
                    functools.partial(side, sample_dtype), lambda kind=kind, flags=flags, k=k: peer(
                        "annotate_llama_cpp.py", "--model", directory, "--type", kind, "--cells", 4096 if k < 10 else 16384,
                        *flags))
            yield f"annotate {name} {style} {k}x{m}", side, peers, model
        few = ["--candidates", options.peer_candidates] if options.peer_candidates else []
        candidates = functools.lru_cache(lambda ours=ours: ours.candidates(options.documents))  # made when needed
        for placement, preset, window in FILTER:
            peers = {f"transformers head on {head}": lambda head=head, placement=placement, window=window: peer(
                "filter_transformers.py", "--model", directory, "--input", candidates(), "--head", head,
                "--placement", placement, "--window", window, *few) for head in ("window", "all", "all-whole")}
            for losses in ("all", "needed"):
                side = functools.partial(ours.score, placement, preset, losses)
                yield (f"filter {name} {placement} {losses}",
                       lambda side=side: side(candidates()), peers, model)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=Path, required=True, help="directory of tf-annotate and tf-filter")
    parser.add_argument("--model", action="append", required=True, help="NAME=Hugging Face directory; may be repeated")
    parser.add_argument("--documents", type=Path, required=True, help="documents without calls, .jsonl")
    parser.add_argument("--work", type=Path, required=True, help="directory for outputs; turns.jsonl holds every turn")
    parser.add_argument("--cases", default="*", help='which, e.g. "annotate smollm2 *"')
    parser.add_argument("--peers", default="*", help='which, e.g. "*kv*"')
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--peer-documents", type=int, help="a peer annotates only the first: its rate stays the same")
    parser.add_argument("--peer-candidates", type=int, help="a peer scores only so many: its rate stays the same")
    parser.add_argument("--dtype", default="float32", help="of the programs; the peers compute in float32")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    print("| case | peer | ours/CPU s | CPU / wall s | peer/CPU s | CPU / wall s | ratio by CPU | by wall "
          "| share of peak GFLOP/s | same work |\n|---|---|---|---|---|---|---|---|---|---|", flush=True)
    for name, ours, peers, flops in cases(options):
        chosen = {label: theirs for label, theirs in peers.items() if fnmatch.fnmatch(label, options.peers)}
        if fnmatch.fnmatch(name, options.cases) and chosen:
            measure(options, name, ours, chosen, flops)


if __name__ == "__main__":
    main()
