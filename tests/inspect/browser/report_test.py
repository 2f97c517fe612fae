#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The report of tf-inspect in headless Chromium: no error, no request, no violation that axe-core finds, and the numbers
of the records. Pictures of each width and colour scheme are left in PICTURES.

  report_test.py TF-INSPECT PICTURES
"""
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
DOCUMENTS, PLACES = 120, 40  # more than a page of cards; more calls than a card lists
WORDS = "the lamps of 320 rooms were 48 or <b>15</b> & more in the first year".split()


def call(chance, at, tool):
    delta = round(chance.gauss(-0.5, 1.5), 4)
    made = {"tool": tool, "at": at, "p_api": 0.25, "sample": 0, "input": f"{at} + {chance.randrange(9)}"}
    if chance.random() < 0.1:
        return {**made, "error": {"kind": "bad_input", "message": "<script>no number</script>"}, "keep": False}
    return {**made, "result": str(chance.randrange(500)), "loss": {"plain": 5.0, "no_result": 5.5, "result": 5.0 - delta},
            "delta": delta, "keep": delta > 1, **({} if delta > 1 else {"reason": "delta is not above 1"})}


def documents(count, places):
    chance = random.Random(7)
    for number in range(count):
        text = " ".join(chance.choice(WORDS) for _ in range(8 * places))
        starts = [at for at in range(1, len(text)) if text[at - 1] == " "]
        tool = ("Calculator", "Calendar")[number % 2]
        yield {"schema": 1, "id": f"d-{number:04}", "text": text,
               "calls": [call(chance, at, tool) for at in sorted(chance.sample(starts, places))]}


def write(path, records):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def write_run(folder):
    """A run's folder: records of tf-filter, metrics of tf-finetune, results and items of tf-eval."""
    records = list(documents(DOCUMENTS, PLACES))
    write(folder / "filtered/part-00000-of-00001.jsonl", records)
    (folder / "filtered/run.json").write_text('{"version": "1", "stage": "filter", "config": {"model": "m.gguf"}}')
    write(folder / "model/metrics.jsonl", [{"step": n, "loss": 3 - n / 20, "loss_by_part": {"text": 3, "call": 2}} for n in range(1, 21)])
    write(folder / "model/validation.jsonl", [{"step": n, "loss": 2.5 - n / 40} for n in (0, 20)])
    share = {"value": 0.5, "low": 0.3, "high": 0.7}
    (folder / "eval").mkdir()
    (folder / "eval/results.json").write_text(json.dumps({"tasks": [{"name": "sums", "items": 60, "rows": [
        {"row": "base", "right": {"strict": share}}, {"row": "tools", "right": {"strict": share}}]}]}))
    for row in ("base", "tools"):
        write(folder / f"eval/{row}/sums.jsonl", [
            {"id": f"q{n}", "text": f"{n} and 2 make {n + 2}.", "meta": {"answers": [str(n + 2)]}, "prompt_bytes": len(f"{n} and 2 make"),
             "answers": [{"rule": "strict", "answer": str(n + 2), "right": row == "tools"}]} for n in range(60)])
        (folder / f"eval/{row}/sums.run.json").write_text('{"version": "1", "stage": "eval", "config": {}}')
    return records


def best_of_places(records, tool):
    """Document -> the deltas that a threshold decides on: the largest at each place."""
    return {record["id"]: [one["delta"] for one in record["calls"] if one["tool"] == tool and "delta" in one]
            for record in records}


def check_numbers(found, records):
    for gamma, said in found["kept"].items():
        deltas = best_of_places(records, "Calculator")
        kept = sum(delta > float(gamma) for some in deltas.values() for delta in some)
        holding = sum(any(delta > float(gamma) for delta in some) for some in deltas.values())
        assert f": {kept:,} calls kept in {holding} documents" in said, (gamma, said, kept, holding)
    cards = found["cards"]
    with_kept = sum(any(one["keep"] for one in record["calls"]) for record in records)
    assert cards["all"] == 50 and cards["status"] == f"1 to 50 of {DOCUMENTS} documents", cards
    assert cards["kept"].endswith(f"of {with_kept} documents"), (cards, with_kept)
    assert cards["second"].startswith("51 to 100 of") and cards["nothing"] == "no document", cards
    assert cards["more"].endswith(" more"), cards


def main():
    program, pictures = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
    cache = Path(os.environ.get("TOOLFORMER_CACHE") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "toolformer")
    modules, chromium = cache / "browser" / "node_modules", shutil.which("chromium")
    pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="toolformer-report-") as scratch:
        folder = Path(scratch)
        records = write_run(folder / "run")
        report, large = folder / "report.html", folder / "large.html"
        subprocess.run([program, folder / "run", "--html", report], check=True)
        many = write(folder / "many.jsonl", documents(2500, PLACES))  # 100,000 calls
        subprocess.run([program, many, "--html", large], check=True)
        assert large.stat().st_size < 5_000_000, large.stat().st_size
        if not (chromium and (modules / "playwright-core").is_dir() and shutil.which("node")):
            print("skipped: no Chromium with playwright-core and axe-core; scripts/setup.sh --peers installs them")
            sys.exit(77)
        for html in (report, large):
            done = subprocess.run(["node", HERE / "report_browser.cjs", modules, chromium, html, pictures if html == report else ""],
                                  capture_output=True, text=True, timeout=400)
            assert done.returncode == 0, done.stderr
            found = json.loads(done.stdout)
            print(html.name, {key: found.get(key) for key in ("desktop", "phone", "slider", "cards")})
            for bad in ("errors", "requests", "violations"):
                assert found[bad] == [], (html.name, bad, found[bad])
            assert found["landmarks"] and found["keyboard"], "landmarks; the slider by the keyboard"
            assert not found["phone"]["wide"], "the page is wider than a phone"
            if html == report:
                assert found["sections"] == ["card", "funnel", "threshold", "table2", "position", "documents", "training",
                                             "evaluation"], found["sections"]
                check_numbers(found, records)


if __name__ == "__main__":
    main()
