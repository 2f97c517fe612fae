#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tf-eval with tools disabled beside lm-evaluation-harness (through transformers), on the same model and items.

  python bench/eval_harness.py --programs build/release/apps --model HUGGING_FACE_DIRECTORY \
    --texts documents.jsonl --problems svamp.jsonl --work DIR [--text-count 16] [--problem-count 60]

Two local tasks: perplexity of texts (loglikelihood_rolling), and greedy answers to word problems (generate_until, the
first number, exact match). Prints both sides and their difference; exit code 1 when one is above 0.2. Needs lm_eval,
transformers and torch.
"""
import argparse
import gzip
import json
import subprocess
import sys
from pathlib import Path

TASK = """version = 1
description = "the first number of a greedy answer"
prompt = "{question} The answer is"
answers = ["{Answer}", "{answer}"]
max-new-tokens = 16

[fields]
question = ["{Body} {Question}", "{question}", "{text}"]

[[rule]]
name = "first number"
take = "first-number"
compare = "equals"
"""

PERPLEXITY = """task: local_texts
dataset_path: json
dataset_kwargs:
  data_files:
    test: {texts}
output_type: loglikelihood_rolling
test_split: test
doc_to_text: ""
doc_to_target: "{{{{text}}}}"
metric_list:
  - metric: word_perplexity
  - metric: bits_per_byte
"""

PROBLEMS = """task: local_problems
dataset_path: json
dataset_kwargs:
  data_files:
    test: {problems}
output_type: generate_until
test_split: test
doc_to_text: "{{{{text}}}}"
doc_to_target: "{{{{gold}}}}"
generation_kwargs:
  until: []
  do_sample: false
  max_gen_toks: 16
filter_list:
  - name: first
    filter:
      - function: regex
        regex_pattern: '(-?[0-9][0-9,]*(?:\\.[0-9]+)?)'
      - function: take_first
metric_list:
  - metric: exact_match
    regexes_to_ignore: [","]
"""


def first_lines(path, count):
    opened = gzip.open(path, "rt", encoding="utf-8") if str(path).endswith(".gz") else open(path, encoding="utf-8")
    with opened as lines:
        return [json.loads(line) for _, line in zip(range(count), lines)]


def write_lines(path, rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def without_fraction(number):
    return str(int(float(number))) if float(number).is_integer() else str(float(number))


def prepare(arguments, work):
    texts = [{"text": row["text"][:1500].strip()} for row in first_lines(arguments.texts, arguments.text_count)]
    write_lines(work / "texts.jsonl", texts)
    problems = first_lines(arguments.problems, arguments.problem_count)
    for row in problems:
        row["answer"] = without_fraction(row.get("Answer", row.get("answer")))
        row.pop("Answer", None)
    write_lines(work / "problems.jsonl", problems)
    (work / "first_number.toml").write_text(TASK)


def ours(arguments, work):
    out = work / "ours"
    subprocess.run([f"{arguments.programs}/tf-eval", "--models", f"model={arguments.model}", "--call-top-k", "0",
                    "--tasks", str(work / "first_number.toml"), "--data", f"first_number={work}/problems.jsonl",
                    "--perplexity", str(work / "texts.jsonl"), "--output", str(out), "--dtype", "float32",
                    "--device", "cpu"], check=True, stdout=subprocess.DEVNULL)
    tasks = {task["name"]: task["rows"][0] for task in json.loads((out / "results.json").read_text())["tasks"]}
    return {"word perplexity": tasks["texts"]["word_perplexity"]["value"],
            "bits per byte": tasks["texts"]["bits_per_byte"]["value"],
            "right %": 100 * tasks["first_number"]["right"]["first number"]["value"]}


def harness(arguments, work):
    """The prompts are the very ones that tf-eval made of the problems."""
    items = first_lines(work / "ours" / "items" / "first_number.jsonl", arguments.problem_count)
    write_lines(work / "prompts.jsonl", [{"text": i["text"], "gold": i["meta"]["answers"][0]} for i in items])
    tasks = work / "tasks"
    tasks.mkdir(exist_ok=True)
    (tasks / "local_texts.yaml").write_text(PERPLEXITY.format(texts=work / "texts.jsonl"))
    (tasks / "local_problems.yaml").write_text(PROBLEMS.format(problems=work / "prompts.jsonl"))
    import lm_eval
    from lm_eval.models.huggingface import HFLM
    from lm_eval.tasks import TaskManager
    model = HFLM(pretrained=str(arguments.model), dtype="float32", device="cpu", batch_size=4)
    results = lm_eval.simple_evaluate(model=model, tasks=["local_texts", "local_problems"], bootstrap_iters=0,
                                      task_manager=TaskManager(include_path=str(tasks), include_defaults=False))["results"]
    return {"word perplexity": results["local_texts"]["word_perplexity,none"],
            "bits per byte": results["local_texts"]["bits_per_byte,none"],
            "right %": 100 * results["local_problems"]["exact_match,first"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", required=True)
    parser.add_argument("--model", required=True, type=lambda path: Path(path).resolve())
    parser.add_argument("--texts", required=True)
    parser.add_argument("--problems", required=True)
    parser.add_argument("--work", required=True, type=lambda path: Path(path).resolve())
    parser.add_argument("--text-count", type=int, default=16)
    parser.add_argument("--problem-count", type=int, default=60)
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    prepare(arguments, arguments.work)
    mine = ours(arguments, arguments.work)
    theirs = harness(arguments, arguments.work)
    worst = 0.0
    for figure in mine:
        difference = abs(mine[figure] - theirs[figure])
        worst = max(worst, difference)
        print(f"{figure:<16} tf-eval {mine[figure]:.4f}  harness {theirs[figure]:.4f}  difference {difference:.4f}")
    sys.exit(0 if worst <= 0.2 else 1)


if __name__ == "__main__":
    main()
