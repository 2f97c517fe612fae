#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What users do wrong, and what the programs say: none of it may pass in silence or be answered by a wrong reason.

  mistakes_test.py PROGRAM_DIR [NAME...]

Each line: a name, the command, the exit code, and what the messages must hold. {d} documents, {m} a tiny model, {a} and {f}
annotated and filtered documents, {o} a place for output.
"""
import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
GOLDEN = HERE.parent / "golden"

ANNOTATE = "tf-annotate --model {m} --tools Calculator --threads 1 --k 2 --m 2 --tau-s 0.01 --preselect off --prompts {p} --output {o}"
FILTER = "tf-filter --model {m} --tools Calculator --threads 1 --prompts {p} --input {a} --output {o}"
FINETUNE = "tf-finetune --input {f} --model {m} --markers text --seq-len 128 --batch-tokens 256 --threads 1 --output {o}"
GENERATE = "tf-generate --model {m} --threads 1 --max-new-tokens 4"

MISTAKES = [
    # Flags and configuration.
    ("misspelt flag", FILTER + " --gama 1", 2, ["--gama", "--gamma"]),
    ("underscore", GENERATE + " --prompt x --max_new_tokens 3", 2, ["--max-new-tokens"]),
    ("positional input", "tf-index {d} --output {o}", 2, ["--input"]),
    ("value forgotten", "tf-index --input --output {o}", 2, ["--input has no value", "--output"]),
    ("flag at the end", "tf-index --input {d} --output", 2, ["--output"]),
    ("section", "tf-filter --config {c}/section.toml --input {a} --output {o}", 2, ["section.toml:1", "gamma"]),
    ("unknown section", "tf-filter --config {c}/other.toml --input {a} --output {o}", 2, ["other.toml:1", "training"]),
    ("misspelt key", "tf-filter --config {c}/key.toml --input {a} --output {o}", 2, ["key.toml:2", "gamma"]),
    ("toolbox as config", "tf-tools --config {c}/tools.toml list", 2, ["tools.toml:1", "--toolbox"]),
    ("UTF-16 config", "tf-tools --config {c}/utf16.toml list", 2, ["UTF-16", "iconv"]),
    ("JSON config", "tf-tools --config {c}/x.json list", 2, ["x.json:1", "TOML"]),
    ("folder as config", "tf-tools --config {c} list", 2, ["{c}"]),
    ("no such config", "tf-tools --config {c}/none.toml list", 2, ["none.toml"]),
    ("word for a number", FILTER + " --gamma high", 2, ["--gamma", "high"]),
    ("negative count", GENERATE + " --prompt x --max-calls -1", 2, ["--max-calls", "-1"]),
    ("misspelt choice", FILTER + " --preset prmed", 2, ["--preset", "primed"]),
    # Input.
    ("no such file", "tf-index --input {d}x --output {o}", 2, ["no such file"]),
    ("empty folder", "tf-index --input {e} --output {o}", 2, ["no record files"]),
    ("only hidden files", "tf-index --input {h} --output {o}", 2, ["hidden", "._x.jsonl"]),
    ("subfolders", "tf-index --input {s} --output {o}", 0, ["left out", "more"]),
    ("UTF-16", "tf-index --input {c}/utf16.jsonl --output {o}", 3, ["UTF-16", "iconv"]),
    ("JSON list", "tf-index --input {c}/list.json --output {o}", 3, ["no object", "jq -c '.[] | {{text: .}}'"]),
    ("pretty JSON", "tf-index --input {c}/pretty.json --output {o}", 3, ["several lines", "jq -c ."]),
    ("CSV by another name", "tf-index --input {c}/table.jsonl --output {o}", 3, ["CSV", "ends in .csv"]),
    ("another column", "tf-index --input {c}/table.csv --output {o}", 3, ["(id, body)", "--text-field"]),
    ("text", "tf-index --input {c}/words --output {o}", 3, ["plain text", "ends in .txt"]),
    ("Parquet", "tf-inspect {c}/x.parquet", 3, ["Parquet", "to_json"]),
    ("another field", "tf-index --input {c}/content.jsonl --output {o}", 3, ["content", "text"]),
    ("a model as input", "tf-inspect {m}/model.safetensors", 3, ["safetensors", "--model"]),
    ("an index as input", "tf-inspect {i}", 3, ["index"]),
    ("documents as index", "tf-tools call WikiSearch x --index {d}", 3, ["not a search index", "tf-index"]),
    ("a summary as input", "tf-inspect {a}/run.json", 2, ["holds no records"]),
    ("a shard is missing", "tf-inspect {k}", 2, ["missing: 1/2"]),
    ("input twice", "tf-index --input {d} {d} --output {o}", 2, ["given twice"]),
    # Output.
    ("index over a file", "tf-index --input {d} --output {t}", 2, ["is there already", "--restart"]),
    ("report over a file", "tf-inspect {d} --html {t}", 2, ["is there already", "--restart"]),
    ("export over a file", "tf-model export {m} --to gguf --output {t}", 2, ["is there already", "--restart"]),
    ("export into a folder", "tf-model export {m} --to hf --output {c}", 2, ["is there already", "--restart"]),
    ("records over a file", "tf-filter --steps select --input {a} --output {t2}", 2, ["no run wrote it"]),
    ("output is input", "tf-filter --steps select --input {d} --output {d}", 2, ["one of the inputs"]),
    ("other shards", "tf-filter --steps select --shard 0/3 --input {a} --output {k}", 2, ["one of 2 shards"]),
    ("other settings", "tf-filter --steps select --gamma 3 --input {a} --output {f}", 2, ["--restart"]),
    # Models.
    ("a name for a model", GENERATE.replace("{m}", "gpt2") + " --prompt x", 2, ["no such file", "hf download"]),
    ("LFS pointer", GENERATE.replace("{m}", "{c}/lfs.gguf") + " --prompt x", 3, ["git lfs pull"]),
    ("adapter", GENERATE.replace("{m}", "{c}/peft") + " --prompt x", 3, ["adapter", "merge"]),
    ("a file of the model", GENERATE.replace("{m}", "{m}/config.json") + " --prompt x", 3, ["name the directory"]),
    ("a folder of models", "tf-model info {mm}", 3, ["name one of", "tiny"]),
    ("records as model", "tf-model info {d}", 3, ["GGUF"]),
    # Tools.
    ("small letter", ANNOTATE.replace("Calculator", "calculator") + " --input {d}", 2, ["did you mean Calculator"]),
    ("misspelt tool", FILTER.replace("Calculator", "Calculater"), 2, ["did you mean Calculator"]),
    ("no calls, misspelt tool", GENERATE + " --prompt x --call-top-k 0 --tools Calculater", 2, ["did you mean Calculator"]),
    ("select, misspelt tool", "tf-filter --steps select --tools Calculater --input {a} --output {o}", 2, ["did you mean"]),
    ("search without index", GENERATE + " --prompt x --tools WikiSearch", 2, ["index"]),
    ("Calendar without a day", "tf-filter --steps execute --tools Calendar --input {c}/today.jsonl --output {o}", 0, ["no_date", "--now"]),
    ("misspelt tool to show", "tf-inspect {a} --tool Calculater", 0, ["no call of Calculater", "Calculator"]),
    # Order and meaning.
    ("filter without annotate", FILTER.replace("{a}", "{d}"), 0, ["run tf-annotate first"]),
    ("nothing is kept", "tf-filter --steps select --gamma 1000 --input {f} --output {o}", 0, ["none of the", "--gamma"]),
    ("other markers", FILTER + " --open-marker ' <'", 0, ["--open-marker", "give"]),
    ("prompts without a file", ANNOTATE.replace("{p}", "{e}") + " --input {d} --limit 1 --max-failed-fraction 1", 0, ["shipped prompt"]),
    ("longer without a checkpoint", FINETUNE.replace("{o}", "{n}") + " --keep-checkpoints 0 --max-steps 2 --override", 2, ["no checkpoint"]),
    ("text that looks like a flag", "tf-tools call Calculator -- '-2 + 5'", 0, ["3"]),
    ("a file that looks like a flag", "tf-inspect -x.jsonl", 2, ["-x.jsonl", "behind --"]),
    ("home in a value", "tf-index --input=~/none.jsonl --output {o}", 2, ["{home}/none.jsonl"]),
]


def prepare(programs, folder):
    def run(line, **names):
        name, *arguments = shlex.split(line.format(**names))
        done = subprocess.run([programs / name, *arguments], capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, f"{line}\n{done.stderr}"

    def write(name, content):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    record = '{"id": "a", "text": "2 and 3 make 5."}\n'
    at = {name: str(folder / name) for name in ("a", "f", "k", "n")}
    at.update(m=str(GOLDEN / "tiny_model"), p=str(GOLDEN / "prompts"), home=str(folder), c=str(folder / "c"), i=str(folder / "i"))
    lines = (GOLDEN / "documents.jsonl").read_text().splitlines(keepends=True)
    at["d"] = str(write("d.jsonl", "".join(lines[:3])))
    at["e"], at["h"], at["s"] = (str(folder / name) for name in "ehs")
    (folder / "e").mkdir()
    write("h/._x.jsonl", b"\0\5\26\7")
    write("s/x.jsonl", record)
    write("s/more/y.jsonl", record)
    at["t"], at["t2"] = str(write("t.txt", "mine\n")), str(write("t2.jsonl", record))
    write("c/section.toml", "[filter]\ngamma = 2.0\n")
    write("c/other.toml", "[training]\nlr = 2.0\n")
    write("c/key.toml", "steps = [\"select\"]\ngama = 2.0\n")
    write("c/tools.toml", "[tool.Units]\nkind = \"command\"\n")
    write("c/utf16.toml", "tools = [\"Calculator\"]\n".encode("utf-16"))
    write("c/x.json", "{\"tools\": [\"Calculator\"]}\n")
    write("c/utf16.jsonl", record.encode("utf-16"))
    write("c/list.json", '[\n"a",\n"b"\n]\n')
    write("c/pretty.json", "{\n  \"text\": \"a\"\n}\n")
    write("c/table.jsonl", "id,text\n1,a\n2,b\n")
    write("c/table.csv", "id,body\n1,a\n2,b\n")
    write("c/words", "some words\nand others\n")
    write("c/x.parquet", "PAR1")
    write("c/content.jsonl", "{\"content\": \"a\"}\n")
    write("c/today.jsonl", "{\"text\": \"It is late.\", \"calls\": [{\"tool\": \"Calendar\", \"at\": 0, \"input\": \"\"}]}\n")
    write("c/lfs.gguf", "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 1\n")
    write("c/peft/adapter_config.json", "{}")
    write("k/part-00000-of-00002.jsonl", record)
    (folder / "mm").mkdir()
    (folder / "mm/tiny").symlink_to(GOLDEN / "tiny_model")
    at["mm"] = str(folder / "mm")
    run("tf-index --input {d} --output {i}", **at)
    run(ANNOTATE + " --input {d} --max-failed-fraction 1", **{**at, "o": at["a"]})
    run(FILTER, **{**at, "o": at["f"]})
    run(FINETUNE + " --max-steps 1 --keep-checkpoints 0", **{**at, "o": at["n"]})
    return at


def stopped(programs, at, folder):
    """Who stops a run is told the command that goes on with it, also where the run had begun anew."""
    documents = folder / "many documents.jsonl"
    texts = [json.loads(line)["text"] for line in (GOLDEN / "documents.jsonl").read_text().splitlines()]
    documents.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts * 40))
    output = folder / "stopped"
    line = ANNOTATE.format(**{**at, "o": output}) + " --block-size 2 --max-failed-fraction 1 --restart --input"
    name, *arguments = [*shlex.split(line), str(documents)]
    process = subprocess.Popen([programs / name, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 300
    while process.poll() is None and time.monotonic() < deadline and not list(output.glob("*.state")):
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=300)[1]
    command = said.rpartition("to go on: ")[2].strip()
    if process.returncode != 75 or "stopped by SIGINT" not in said or "--restart" in command or "'" not in command:
        return [f"stopped: exit code {process.returncode}\n  {said[-600:]}"]
    done = subprocess.run(command + " --limit 0", shell=True, capture_output=True, text=True, timeout=600)
    if done.returncode != 2 or "limit" not in done.stderr:  # it is the same run: another limit is refused
        return [f"{command} --limit 0: exit code {done.returncode}\n  {done.stderr[-600:]}"]
    return []


def main():
    programs, wanted = Path(sys.argv[1]).resolve(), sys.argv[2:]
    wrong = []
    with tempfile.TemporaryDirectory(prefix="toolformer-mistakes-") as scratch:
        folder = Path(scratch)
        at = prepare(programs, folder)
        before = {name: Path(at[name]).read_bytes() for name in ("d", "t", "t2", "i")}
        for number, (what, line, code, mentions) in enumerate(MISTAKES):
            if wanted and what not in wanted:
                continue
            names = {**at, "o": str(folder / f"out{number}")}
            name, *arguments = shlex.split(line.format(**names))
            done = subprocess.run([programs / name, *arguments], capture_output=True, text=True, timeout=600, cwd=folder,
                                  stdin=subprocess.DEVNULL, env={**os.environ, "HOME": str(folder)})
            said = done.stderr + done.stdout
            missing = [mention for mention in mentions if mention.format(**names) not in said]
            if wanted:
                print(said)
            if done.returncode != code or missing:
                wrong.append(f"{what}: exit code {done.returncode}, expected {code}; not said: {missing}\n  {said[:600]}")
        if not wanted:
            wrong += stopped(programs, at, folder)
        changed = [name for name, bytes in before.items() if Path(at[name]).read_bytes() != bytes]
    for line in wrong:
        print(line)
    print(f"{len(MISTAKES)} mistakes, {len(wrong)} of them answered otherwise, {len(changed)} files written over")
    sys.exit(1 if wrong or changed else 0)


if __name__ == "__main__":
    main()
