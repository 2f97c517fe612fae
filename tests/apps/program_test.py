#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a user meets first, for one program: help, version, exit codes and messages.

  program_test.py PROGRAM CASE [--regenerate]

--regenerate rewrites the expected help text; the difference is part of a change's review.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parent.parent

# Arguments that are complete but for what the case breaks; {missing} does not exist, {out} is an empty folder.
VALID = {
    "tf-annotate": ["--input", "{input}", "--output", "{out}", "--model", "{missing}"],
    "tf-filter": ["--input", "{input}", "--output", "{out}", "--model", "{missing}"],
    "tf-finetune": ["--input", "{input}", "--output", "{out}", "--model", "{missing}"],
    "tf-generate": ["--input", "{input}", "--output", "{out}", "--model", "{missing}"],
    "tf-eval": ["--perplexity", "{input}", "--models", "a={missing}", "--output", "{out}"],
    "tf-inspect": ["--input", "{input}"],
    "tf-index": ["--input", "{input}", "--output", "{out}/index"],
    "tf-model": ["info", "--model", "{missing}"],
    "tf-tools": ["call", "Calculator", "3 *"],
}


class Failure(Exception):
    pass


def expect(condition, message):
    if not condition:
        raise Failure(message)


class Case:
    def __init__(self, program, regenerate):
        self.program, self.name, self.regenerate = str(Path(program).resolve()), Path(program).name, regenerate
        self.scratch = tempfile.TemporaryDirectory(prefix="toolformer-apps-")
        self.folder = Path(self.scratch.name)
        self.shown = ""
        self.environment = None

    def run(self, *arguments):
        done = subprocess.run([self.program, *arguments], capture_output=True, text=True, timeout=900, cwd=self.folder,
                              stdin=subprocess.DEVNULL, env=self.environment)
        self.shown = f"$ {self.name} {' '.join(arguments)}\n{done.stdout}{done.stderr}exit code {done.returncode}"
        return done

    def valid(self, **changes):
        names = {"input": self.folder / "input.jsonl", "out": self.folder / "out", "missing": self.folder / "missing"}
        names["input"].write_text('{"id": "a", "text": "2 and 3 make 5."}\n')
        names["out"].mkdir(exist_ok=True)
        names.update(changes)
        return [argument.format(**names) for argument in VALID[self.name]]

    def fails(self, done, code, *mentions):
        expect(done.returncode == code, f"exit code {done.returncode}, expected {code}")
        expect(done.stdout == "", "an error must leave stdout empty")
        expect(done.stderr.strip(), "no message on stderr")
        for mention in mentions:
            expect(mention in done.stderr, f"the message does not mention '{mention}'")
        expect("terminate called" not in done.stderr, "an exception escaped")

    # --- cases -----------------------------------------------------------------------------------------------------
    def help(self):
        done = self.run("--help")
        expect(done.returncode == 0 and done.stderr == "", "--help exits 0 and leaves stderr empty")
        shown = done.stdout.replace(str(SOURCE), "<source>").replace(self.program, self.name)
        expected = HERE / "help" / f"{self.name}.txt"
        if self.regenerate:
            expected.parent.mkdir(exist_ok=True)
            expected.write_text(shown)
        expect(expected.exists(), f"{expected} is missing; run with --regenerate")
        expect(expected.read_text() == shown, f"--help differs from {expected}; --regenerate rewrites it")
        for flag in ("--help", "--version", "--config", "--log-level"):
            expect(flag in shown, f"--help does not list {flag}")
        for part in ("Example:", "See also:"):
            expect(part in shown, f"--help has no '{part}'")

    def version(self):
        done = self.run("--version")
        expect(done.returncode == 0, "--version exits 0")
        expect(re.fullmatch(rf"{self.name} \d+\.\d+\.\d+ \(.+\)\n", done.stdout), f"unexpected: {done.stdout!r}")

    def unknown_flag(self):
        self.fails(self.run(*self.valid(), "--log-levle", "info"), 2, "--log-levle", "--log-level")

    def unknown_config_key(self):
        config = self.folder / "wrong.toml"
        config.write_text('log-levle = "info"\n')
        self.fails(self.run(*self.config_first(config)), 2, "log-levle", "log-level")

    def config_first(self, config):
        return ["--config", str(config), *self.valid()]

    def bad_config_value(self):
        config = self.folder / "wrong.toml"
        config.write_text('log-level = "loud"\n')
        self.fails(self.run(*self.config_first(config)), 2, "log-level", "loud")

    def config_section(self):
        """Settings have no sections: what stands in one is refused, not passed over."""
        config = self.folder / "wrong.toml"
        config.write_text('[filter]\nlog-level = "info"\n')
        self.fails(self.run(*self.config_first(config)), 2, "wrong.toml:1: filter is a section", "write log-level at the top")
        config.write_text('[log-levle]\nx = 1\n')
        self.fails(self.run(*self.config_first(config)), 2, "perhaps log-level = ... is meant")
        config.write_text('filter.log-level = "info"\n')
        self.fails(self.run(*self.config_first(config)), 2, "filter is a section")
        config.write_text('log-level = "info"\nlog-level = "warn"\n')
        self.fails(self.run(*self.config_first(config)), 2, "wrong.toml:2: not TOML")
        config.write_text('log-level: info\n')
        self.fails(self.run(*self.config_first(config)), 2, "wrong.toml:1: not TOML")
        config.write_bytes('log-level = "info"\n'.encode("utf-16"))
        self.fails(self.run(*self.config_first(config)), 2, "UTF-16")

    def double_dash(self):
        """Behind -- nothing is an option."""
        (self.folder / "-x.jsonl").write_text('{"text": "some words"}\n')
        if self.name == "tf-tools":
            for value, result in (("-$5 + 3", "-2\n"), ("--5", "5\n")):
                done = self.run("call", "Calculator", "--", value)
                expect(done.returncode == 0 and done.stdout == result, f"{value}: {done.stdout!r}")
        elif self.name == "tf-inspect":
            done = self.run("--", "-x.jsonl")
            expect(done.returncode == 0 and "some words" in done.stdout, "-x.jsonl is read")
            done = self.run("--input", "-x.jsonl", "--", "-y.jsonl")
            expect(done.returncode == 2 and "-y.jsonl: no such file" in done.stderr, "also behind a list")
        elif self.name == "tf-model":
            self.fails(self.run("info", "--", "-x.gguf"), 2, "-x.gguf: no such file")
        else:
            self.fails(self.run(*self.valid(), "--", "-x.jsonl"), 2, "unknown flag '-x.jsonl'")

    def flag_as_value(self):
        self.fails(self.run(*self.valid(), "--log-level", "--version"), 2, "--log-level has no value", "--version")

    def home(self):
        """What the shell leaves as ~/..., for instance behind = and in files."""
        (self.folder / "wrong.toml").write_text('log-levle = "info"\n')
        self.environment = {**os.environ, "HOME": str(self.folder)}
        self.fails(self.run("--config=~/wrong.toml", *self.valid()), 2, "log-levle")
        if "{input}" in VALID[self.name]:
            (self.folder / "model.gguf").write_text("loading this fails\n")
            self.fails(self.run(*self.valid(input="~/none.jsonl", missing=self.folder / "model.gguf")), 2,
                       f"{self.folder}/none.jsonl: no such file")

    def bad_shard(self):
        """A flag whose own reader refuses it, on the command line and in the configuration."""
        if "--shard I/N" not in self.run("--help").stdout:
            return
        for text in ("4/4", "abc", "", "-1/2"):
            self.fails(self.run(*self.valid(), "--shard", text), 2, f"--shard '{text}'")
        config = self.folder / "wrong.toml"
        config.write_text('shard = "9/2"\n')
        self.fails(self.run(*self.config_first(config)), 2, "--shard '9/2'")

    def no_output(self):
        """The message says what this program can write to."""
        wanted = {"tf-index": "name the file of the index", "tf-finetune": "name a directory\n",
                  "tf-filter": "name a directory, a file x.jsonl, or -"}
        if self.name in wanted:
            arguments = self.valid()
            place = arguments.index("--output")
            self.fails(self.run(*arguments[:place], *arguments[place + 2 :]), 2, "--output: ", wanted[self.name])

    def bad_numbers(self):
        """Every flag that takes a number says so itself when it is given something else."""
        shown = self.run("--help").stdout
        for kind in ("UINT", "INT", "NONNEGATIVE", "POSITIVE"):
            expect(not re.search(rf"--[\w-]+ [^ ]*\b{kind}\b", shown), f"a flag takes {kind}: base/number_flag.h")
        for flag, kind in re.findall(r"--([\w-]+) (N|F|FLOAT)(?=[ =\n])", shown):
            for text in ("", "-1" if kind == "N" else "nan"):
                self.fails(self.run(*self.valid(), f"--{flag}", text), 2, f"--{flag}: must be a", "got ")
        counts = re.findall(r"--([\w-]+) N\b", shown)
        config = self.folder / "wrong.toml"
        for value in ("-1", "99999999999999999999", '""'):
            for flag in counts[:1]:
                config.write_text(f"{flag} = {value}\n")
                self.fails(self.run(*self.config_first(config)), 2, f"--{flag}: must be a whole number")

    def missing_config(self):
        self.fails(self.run(*self.config_first(self.folder / "absent.toml")), 2, "absent.toml")

    def shipped_defaults(self):
        """configs/STAGE.toml says that its values are the defaults: it must name what --help names."""
        config = SOURCE / "configs" / f"{self.name.removeprefix('tf-')}.toml"
        if not config.exists() or self.name == "tf-tools":  # tools.toml is a toolbox
            return
        defaults = dict(re.findall(r"--([\w-]+) [^\s=]+=(\S+)", self.run("--help").stdout))
        compared = 0
        for key, value in re.findall(r"^([\w-]+) = ([^#\n]*)", config.read_text(), re.MULTILINE):
            value, default = value.strip().strip('"'), defaults.get(key, "").strip('"')
            if not re.fullmatch(r"[\w.:-]+", value) or not default:
                continue  # lists, and texts with blanks, which --help shows in another form
            same = float(value) == float(default) if re.match(r"-?[\d.]", value) else value == default
            expect(same, f"{config.name} says {key} = {value}, --help {default}")
            compared += 1
        expect(compared >= 5, f"only {compared} values of {config.name} were found in --help")

    def missing_file(self):
        """The command line names an input that is not there: said before a model is loaded, nothing is written."""
        if "{input}" not in VALID[self.name]:
            return
        no_model = self.folder / "model.gguf"
        no_model.write_text("loading this fails\n")
        done = self.run(*self.valid(input=self.folder / "absent.jsonl", missing=no_model))
        self.fails(done, 2, "absent.jsonl: no such file or directory")
        expect(not list((self.folder / "out").iterdir()), "files were written before the input was found to be missing")

    def missing_model(self):
        if not any("{missing}" in argument for argument in VALID[self.name]):
            return
        self.fails(self.run(*self.valid()), 2, f"{self.folder / 'missing'}: no such file or directory")

    def reference(self):
        """The manual page and the completions know the flags of --help; bash completes them."""
        flags = set(re.findall(r"(--[\w-]+)", self.run("--help").stdout.split("Example:")[0])) & {"--config", "--log-level", "--input", "--output"}
        for kind in ("man", "bash", "zsh", "fish"):
            done = self.run("--reference", kind)
            expect(done.returncode == 0 and done.stderr == "", f"--reference {kind} exits 0")
            for flag in flags:
                name = {"man": flag.replace("-", "\\-"), "fish": f"-l {flag[2:]} "}.get(kind, flag)
                expect(name in done.stdout, f"{kind} does not know {flag}")
            (self.folder / kind).write_text(done.stdout)
            if kind in ("bash", "zsh", "fish") and shutil.which(kind):
                checked = subprocess.run([kind, "-n", str(self.folder / kind)], capture_output=True, text=True)
                expect(checked.returncode == 0, f"{kind}: {checked.stderr}")
        completed = subprocess.run(["bash", "-c", f"source ./bash; COMP_WORDS=({self.name} --log-level wa); COMP_CWORD=2; "
                                    f"_{self.name.replace('-', '_')}; echo ${{COMPREPLY[@]}}"],
                                   capture_output=True, text=True, cwd=self.folder)
        expect(completed.stdout == "warn\n", f"--log-level wa is completed to {completed.stdout!r}")
        self.fails(self.run("--reference", "tcsh"), 2, "man, bash, zsh or fish")

    def no_arguments(self):
        self.fails(self.run(), 2)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("case")
    parser.add_argument("--regenerate", action="store_true")
    arguments = parser.parse_args()
    case = Case(arguments.program, arguments.regenerate)
    try:
        getattr(case, arguments.case)()
    except Failure as failure:
        sys.exit(f"{case.shown}\n{case.name} {arguments.case}: {failure}")


if __name__ == "__main__":
    main()
