#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Which calls are right, checked against the text that follows them, and how well each baseline tells them apart.

    right_calls.py FILTERED... [--gamma G] [--json FILE] [--list N]

FILTERED: outputs of tf-filter --losses all (files or folders). A call is right when
  Calculator       its result is the number that the text goes on with
  Calendar         the weekday, month, day or year of its result stands in the next 8 words
  WikiSearch, QA   a word of its result that the text before does not have, no stop word, stands in the next 8 words
  MT               at least half of the words of its result stand in the next 2n + 4 words, n being their number
Per tool: how many calls were scored, how many of them are right, and for the baselines min (the paper's) and other: the
area under the ROC curve of delta, and calls kept, right share and recall at the threshold. At every place only the best
call counts, as in tf-filter.
"""
import argparse
import glob
import gzip
import json
import os
import re
import sys

WORD = re.compile(r"\w+")
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
STOP = set("""a about after all also an and are as at be been before but by can did do does during for from had has have he
her his how in into is it its made many more most no not of on one or other out over she so some such than that the
their them then there these they this to two up used was we were what when where which who will with would you""".split())
MONTHS = ("January February March April May June July August September October November December").split()


def words(text):
    return [word.lower() for word in WORD.findall(text)]


def number(text):
    found = NUMBER.search(text)
    return float(found.group().replace(",", "")) if found else None


def right_calculator(result, before, after):
    goes_on = re.match(r"[\s$€£=~]*(-?\d[\d,]*(?:\.\d+)?|-?\.\d+)", after)
    if not goes_on:
        return False
    said, made = float(goes_on.group(1).replace(",", "")), number(result)
    return made is not None and abs(said - (-made if result.startswith("-") else made)) < 0.0051


def right_calendar(result, before, after):
    parts = set(words(result)) - {"today", "is"}
    parts |= {month[:3].lower() for month in MONTHS if month.lower() in parts}
    return any(word in parts or word.rstrip("stndrh") in parts for word in words(after)[:8])


def right_search(result, before, after):
    known = set(words(before)) | STOP
    found = set(words(result)) - known
    return any(word in found and (len(word) > 2 or word.isdigit()) for word in words(after)[:8])


def right_translation(result, before, after):
    wanted = words(result)
    follows = set(words(after)[:2 * len(wanted) + 4])
    return bool(wanted) and sum(word in follows for word in wanted) * 2 >= len(wanted)


CHECKS = {"Calculator": right_calculator, "Calendar": right_calendar, "WikiSearch": right_search, "QA": right_search,
          "MT": right_translation}


def files_of(paths):
    for path in paths:
        names = sorted(glob.glob(os.path.join(path, "*.jsonl*"))) if os.path.isdir(path) else [path]
        yield from (name for name in names if ".rejects." not in name and ".summary." not in name)


def records_of(paths):
    for name in files_of(paths):
        with (gzip.open if name.endswith(".gz") else open)(name, "rt", encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def delta_of(baseline, loss):
    compared = [loss["plain"], loss.get("no_result")] + ([loss.get("other")] if baseline == "other" else [])
    return min(value for value in compared if value is not None) - loss["result"]


def best_of_places(calls, baseline):
    best = {}
    for place, loss, right, text in calls:
        delta = delta_of(baseline, loss)
        if place not in best or delta > best[place][0]:
            best[place] = (delta, right, text)
    return list(best.values())


def area(scored):
    """The chance that a right call has a larger delta than a wrong one."""
    ordered = sorted(scored, key=lambda one: one[0])
    right = sum(one[1] for one in ordered)
    wrong = len(ordered) - right
    if not right or not wrong:
        return None
    below, wins, at = 0, 0.0, 0
    while at < len(ordered):
        end = at
        while end < len(ordered) and ordered[end][0] == ordered[at][0]:
            end += 1
        ties = sum(not one[1] for one in ordered[at:end])
        wins += (end - at - ties) * (below + ties / 2)
        below, at = below + ties, end
    return wins / (right * wrong)


def figures_of(calls, gamma):
    rows = {"calls": len(calls), "right": sum(call[2] for call in calls)}
    for baseline in ("min", "other"):
        scored = best_of_places(calls, baseline)
        kept = [one for one in scored if one[0] > gamma]
        right_kept, right = sum(one[1] for one in kept), sum(one[1] for one in scored)
        rows[baseline] = {"auc": area(scored), "kept": len(kept), "right_kept": right_kept,
                          "right_share": right_kept / len(kept) if kept else None,
                          "recall": right_kept / right if right else None}
    return rows


def shown(value):
    return "-" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("filtered", nargs="+")
    parser.add_argument("--gamma", type=float, default=1.0)
    parser.add_argument("--json")
    parser.add_argument("--list", type=int, default=0, metavar="N", help="print N kept calls of each tool")
    arguments = parser.parse_args()
    tools = {}
    for record in records_of(arguments.filtered):
        data = record["text"].encode()
        for call in record.get("calls", []):
            if "loss" not in call or call["tool"] not in CHECKS:
                continue
            before, after = data[:call["at"]].decode(), data[call["at"]:].decode()
            right = CHECKS[call["tool"]](call["result"], before, after)
            text = f"{'right' if right else 'wrong'}  ...{before[-50:]} [{call['tool']}({call['input']}) -> " \
                   f"{call['result'][:80]}] {after[:50]}..."
            tools.setdefault(call["tool"], []).append(((record["id"], call["at"]), call["loss"], right, text))
    if not tools:
        sys.exit("right_calls.py: no scored call in " + " ".join(arguments.filtered))
    figures = {tool: figures_of(calls, arguments.gamma) for tool, calls in sorted(tools.items())}
    print("tool        calls  right  baseline  AUC    kept  right share  recall")
    for tool, rows in figures.items():
        for baseline in ("min", "other"):
            row = rows[baseline]
            print(f"{tool:<11} {rows['calls']:>5} {rows['right']:>6}  {baseline:<8}  {shown(row['auc']):<5} "
                  f"{row['kept']:>5}  {shown(row['right_share']):<11}  {shown(row['recall'])}")
        for delta, _, text in sorted(best_of_places(tools[tool], "other"), reverse=True)[:arguments.list]:
            if delta > arguments.gamma:
                print(f"  {delta:6.2f} {text!r}")
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as out:
            json.dump({"gamma": arguments.gamma, "tools": figures}, out, indent=2)
            out.write("\n")


if __name__ == "__main__":
    main()
