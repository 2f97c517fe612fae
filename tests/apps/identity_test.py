#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every option of a program that goes on with earlier runs: another value is refused by name, or a rule says why not.

  identity_test.py PROGRAM_DIR OPTION_RULES rules       the table itself: reasons, no row of an option that is not there
  identity_test.py PROGRAM_DIR OPTION_RULES PROGRAM     a complete run of it, then once more with each option changed
"""
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

GOLDEN = Path(__file__).resolve().parent.parent / "golden"
# The shipped one is longer than the tiny model's context.
INSTRUCT = "Add calls.\n\nInput: 1 + 1 is 2.\nOutput: 1 + 1 is [Calculator(1 + 1)] 2.\n\nInput: {text}\nOutput:\n"
PROGRAMS, RULES, CASE = Path(sys.argv[1]).resolve(), json.loads(subprocess.check_output([sys.argv[2]])), sys.argv[3]
STAGES = ["annotate", "filter", "generate", "eval", "finetune"]
OPTION = re.compile(r"^  (?:-\w,)?--([\w-]+)(?: (N|FLOAT|F|TEXT|PATH|KIND|I/N|DIR_OR_GGUF)?:?(?:\{([^}]*)\})?(?:=(\[[^\]]*\]|\S*))?)?",
                    re.MULTILINE)
NO_OPTIONS = {"help", "version", "config"}

# Another value for options whose --help does not show one; by program where it differs.
VALUES = {
    "log-level": "error", "dtype": "bfloat16", "engine": "plain", "sample-dtype": "int8", "device": "cuda",
    "stop": "x", "markers": "text", "color": "always", "prompt-style": "instruct", "prompt-style-for": "Calculator=instruct",
    "tool-weight": "2", "tool-weight-for": "Calculator=2", "max-per-tool": "1", "max-per-tool-for": "Calculator=1",
    "k-for": "Calculator=1", "m-for": "Calculator=1", "tau-s-for": "Calculator=0.5", "no-input-tools": "MT",
    "stop-unreadable": "on", "preselect": "on", "open-marker": "[", "close-marker": "|", "arrow-marker": " => ",
    "steps": "execute,score", "preset": "windowed", "window-for": "Calculator=3", "weights": "linear",
    "weights-for": "Calculator=linear", "placement": "inline", "placement-for": "Calculator=inline", "baseline": "plain",
    "baseline-for": "Calculator=plain", "gamma-for": "Calculator=2", "comparison": "at_least",
    "comparison-for": "Calculator=at_least", "losses": "needed", "betas": "0.8,0.9", "freeze": "embeddings",
    "lora-targets": "q_proj", "text-field": "body", "overlap": "100", "tf-generate prompt-style": "none", "tf-generate markers": "auto",
    "tf-annotate tools": "Calculator,Calendar", "tf-finetune device": "auto", "tf-annotate toolbox": "{other}/tools.toml",
    "output": "{folder}/elsewhere", "tool-cache": "{folder}/cache.sqlite", "without-tools": "tiny",
    "results": "real,shuffled", "controls": "retrieval", "join": "both=tiny,tiny", "decontaminate": "{copy}/text.jsonl",
    "tf-eval prompts": "{copy}/prompts",
    "prompt": "x", "statements": "{copy}/text.jsonl", "shard": "0/2", "compress": "gz",
}
# What another value leads to where its rule says "elsewhere": the field that is refused, or nothing: another file of
# its own, or no difference.
ELSEWHERE = {
    "input": [("{other}/input.jsonl", r"input\[0\]\.|corpus: "), ("{copy}/input.jsonl", None)],
    "model": [("{other}/model", r"fingerprints\.model = |model: "), ("{copy}/model", None)],
    "prompts": [("{other}/prompts", r"fingerprints\.prompts = "), ("{copy}/prompts", None)],
    "block-size": [("3", "block_size = ")], "batch": [("3", "block_size = ")],
    "seed": [("3", "seed = ")], "limit": [("1", "limit = |corpus: ")],
    "shard": [("0/2", "the shards of one count")], "compress": [("gz", None)],
    "tools": [("Calculator", r"fingerprints\.(tools|prompts) = |config\.resolved\.")], "now": [("2001-02-03", r"fingerprints\.tools = ")],
    "toolbox": [("{other}/tools.toml", r"fingerprints\.tools = "), ("{copy}/tools.toml", None)],
    "index": [("{folder}/no.index", None)],  # no tool reads it
    "preselect-index": [("{folder}/no.index", None)], "exclude-own": [("off", None)],  # likewise
    "others-from": [("{copy}/input.jsonl", r"fingerprints\.others")],
    "models": [("tiny={other}/model", r"fingerprints\.model = "), ("tiny={copy}/model", None)],
    "tasks": [("{other}/task.toml", r"config\.task\."), ("{copy}/task.toml", None)],
    "task-directory": [("{other}", None)],
    "data": [("task={other}/rows.jsonl", r"input\[0\]\."), ("task={copy}/rows.jsonl", None)],
    "perplexity": [("{other}/text.jsonl", r"input\[0\]\."), ("{copy}/text.jsonl", None)],
    "plain": [("{other}/text.jsonl", "corpus: ")],
    "valid": [("{other}/text.jsonl", "valid: "), ("{copy}/text.jsonl", None)], "valid-limit": [("1", "valid: ")],
}
# What cannot stand beside the other arguments, and what is said then; nothing was compared.
ALONE = {"prompt": "exclude each other", "chat": "leave --prompt", "statements": "stands alone",
         "tf-finetune shard": "leave --shard out", "tf-finetune device": None, "device": "sees [0-9]+ CUDA devices",
         "sample-dtype": "needs --dtype float32"}
SELECTING = ["tf-filter keep-top", "tf-filter keep-fraction"]  # go with --steps select alone
UNREADABLE = ["tf-finetune text-field"]  # no record has another text, so there is nothing to compare
NEW_CELL = {"tf-eval call-top-k": "0,10,1"}  # decides, and names the file


def require(holds, message):
    if not holds:
        sys.exit(message)


def options_of(program):
    shown = subprocess.run([PROGRAMS / program, "--help"], capture_output=True, text=True, check=True).stdout
    return {name: (kind or ("TEXT" if members else ""), members, default)
            for name, kind, members, default in OPTION.findall(shown) if name not in NO_OPTIONS}


def rule_of(stage, option):
    """What a changed option means, by the table: of the stage, or of each of its parts."""
    rules = [rule for rule in RULES if option in rule["options"].split() and
             (not rule["stages"] or stage in rule["stages"].split())]
    return rules[0]["on_change"] if rules else "decides"


def case_rules():
    options = {stage: options_of(f"tf-{stage}") for stage in STAGES}
    seen = set()
    for rule in RULES:
        require(len(rule["reason"]) > 10, f"{rule}: no reason")
        for option in rule["options"].split():
            for name in rule["stages"].split():
                stage = name.split("/")[0]
                require(option in options[stage], f"{rule}: tf-{stage} has no --{option}")
                require((name, option) not in seen and ("", option) not in seen, f"{rule}: --{option} has another row")
                seen.add((name, option))
            if not rule["stages"]:
                require(any(option in some for some in options.values()), f"{rule}: no program has --{option}")
                seen.add(("", option))


def write_files(folder):
    """In `folder` what runs read; the same in `copy`; in `other`, other content under the same names."""
    documents = [json.loads(line) for line in (GOLDEN / "expected/filtered.jsonl").read_text().splitlines()]
    documents = [document for document in documents if document["calls"]][:3]
    lines = [json.dumps(document) + "\n" for document in documents]
    texts = [json.dumps({"text": text}) + "\n" for text in ("Sam has 14 books.", "There are 31 lamps.")]
    task = 'prompt = "{question}"\nanswers = "{answer}"\nmax-new-tokens = 4\n[[rule]]\ntake = "first-number"\ncompare = "number"\n'
    row = '{"question": "Sam has 14 books and buys 22 more. Now there are", "answer": "36"}\n'
    box = '[tool.Calculator]\nkind = "calculator"\ndecimals = 2\n'
    for name, other in (("base", False), ("copy", False), ("other", True)):
        at = folder / name
        (at / "prompts").mkdir(parents=True)
        (at / "prompts/calculator.txt").write_text(INSTRUCT)
        (at / "prompts/calendar.demos.txt").write_text("It is [Calendar() -> Today is Monday.] Monday.\n\n")
        demos = (GOLDEN / "prompts/calculator.demos.txt").read_text()
        (at / "prompts/calculator.demos.txt").write_text(demos.replace("Ann", "Eve") if other else demos)
        (at / "input.jsonl").write_text("".join(lines[1:] if other else lines))
        (at / "text.jsonl").write_text("".join(texts[1:] if other else texts))
        (at / "task.toml").write_text(task.replace("}", "}:", 1) if other else task)
        (at / "rows.jsonl").write_text(row.replace("14", "15") if other else row)
        (at / "tools.toml").write_text(box.replace("2", "3") if other else box)
        shutil.copytree(GOLDEN / "tiny_model", at / "model")
    config = folder / "other/model/config.json"
    config.write_text(config.read_text().replace("10000.0", "20000.0"))


def base_arguments(program, folder):
    base = folder / "base"
    flags = {"output": folder / "out", "threads": "1", "device": "cpu", "dtype": "float32", "progress": "none"}
    if program != "tf-eval":
        flags.update({"input": base / "input.jsonl", "model": base / "model"})
    if program in ("tf-annotate", "tf-filter", "tf-generate"):
        flags["prompts"] = base / "prompts"
    if program in ("tf-filter", "tf-generate", "tf-eval"):
        flags.update({"tools": "Calculator,Calendar", "now": "2019-04-25", "toolbox": base / "tools.toml"})
    return {**flags, **{
        "tf-annotate": {"tools": "Calculator", "k": "2", "m": "2", "tau-s": "0.01"},
        "tf-filter": {},
        "tf-generate": {"max-new-tokens": "4", "prompt-style": "primed", "markers": "text"},
        "tf-eval": {"models": f"tiny={base / 'model'}", "tasks": base / "task.toml", "data": f"task={base / 'rows.jsonl'}",
                    "perplexity": base / "text.jsonl"},
        "tf-finetune": {"max-steps": "1", "seq-len": "64", "batch-tokens": "128", "valid": base / "text.jsonl"},
    }[program]}


class Walk:
    def __init__(self, program, folder, more=()):
        self.program, self.stage, self.folder = program, program.removeprefix("tf-"), folder
        self.runs, self.failures = 0, []
        self.base, self.options = {**base_arguments(program, folder), **dict(more)}, options_of(program)

    def run(self, flags, switches=()):
        self.runs += 1
        words = [str(word) for flag, value in flags.items() for word in (f"--{flag}", value)]
        return subprocess.run([PROGRAMS / self.program, *switches, *words], capture_output=True, text=True, cwd=self.folder)

    def again(self, name, value):
        """The run, complete, once more with one option changed, on a copy of its output."""
        shutil.rmtree(self.folder / "out", ignore_errors=True)
        shutil.copytree(self.folder / "complete", self.folder / "out")
        if value is None:
            return self.run(self.base, [f"--{name}"])
        places = {at: self.folder / at for at in ("copy", "other")}
        return self.run({**self.base, name: value.format(folder=self.folder, **places)})

    def of_program(self, table, name):
        return table.get(f"{self.program} {name}", table.get(name))

    def other_value(self, name):
        kind, members, default = self.options[name]
        known = self.of_program(VALUES, name)
        if known or not kind:  # a flag
            return known
        default = str(self.base.get(name, default))
        if members:
            return next(member for member in members.split(",") if member != default)
        if kind == "N":
            return str(int(default) + 1) if default else "3"
        require(kind in ("F", "FLOAT"), f"--{name}: give it another value in VALUES or ELSEWHERE of this test")
        return str(float(default) / 2) if default and float(default) != 0 else "0.5"

    def expect(self, name, value, refused):
        done = self.again(name, value)
        shown = f"--{name} {value}: exit code {done.returncode}, expected {'refused: ' + refused if refused else 'accepted'}"
        if refused:
            fails = done.returncode != 2 or not re.search(refused, done.stderr)
        else:
            fails = done.returncode != 0
        if fails:
            self.failures.append(f"{shown}\n{done.stderr}")

    def walk(self, names):
        for folder in ("out", "complete"):
            shutil.rmtree(self.folder / folder, ignore_errors=True)
        done = self.run(self.base)
        require(done.returncode == 0, done.stderr)
        (self.folder / "out").rename(self.folder / "complete")
        for name in names:
            self.change(name)
        self.spell_out_defaults()
        require(not self.failures, "\n".join(self.failures))
        print(f"{len(names)} options, {self.runs} runs")

    def spell_out_defaults(self):
        # A default that is spelled out is the same setting.
        spelled = {name: default.strip("[]") for name, (kind, _, default) in self.options.items()
                   if kind and default not in ("", "[]") and not name.endswith("-marker")
                   and name not in ("betas", "overlap")}  # two numbers; fitted to the model unless it is given
        shutil.rmtree(self.folder / "out", ignore_errors=True)
        shutil.copytree(self.folder / "complete", self.folder / "out")
        done = self.run({**spelled, **self.base})
        if done.returncode != 0:
            self.failures.append(f"defaults that are spelled out are refused:\n{done.stderr}")

    def change(self, name):
        alone, rule = self.of_program(ALONE, name), rule_of(self.stage, name)
        changed = rf"config\.{name}(\[\d+\])? = |[(;] ?{name}(\[\d+\])?: .* before"
        if self.of_program(NEW_CELL, name):
            self.expect(name, NEW_CELL[f"{self.program} {name}"], None)
        elif rule in ("decides", "override"):
            self.expect(name, self.other_value(name), f"{changed}|{alone}" if alone else changed)
        elif rule == "nothing":
            self.expect(name, self.other_value(name), alone)
        else:
            require(name in ELSEWHERE, f"--{name}: say in ELSEWHERE of this test what refuses another value")
            for value, refused in ELSEWHERE[name]:
                self.expect(name, value, refused)


def main():
    if CASE == "rules":
        return case_rules()
    with tempfile.TemporaryDirectory(prefix="toolformer-identity-") as name:
        write_files(Path(name))
        walk = Walk(CASE, Path(name))
        walk.walk([option for option in walk.options if f"{CASE} {option}" not in SELECTING + UNREADABLE])
        if CASE == "tf-filter":
            Walk(CASE, Path(name), {"steps": "select"}.items()).walk([option.split()[1] for option in SELECTING])


main()
