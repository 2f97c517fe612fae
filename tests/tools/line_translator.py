#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A program that "translates" each line to `FROM>TO: line`, with its number among the lines of this process.

  line_translator.py FROM TO [FAULT]     FAULT strikes at a line that holds "strike"
"""
import sys
import time


def main():
    source, target, fault = (sys.argv[1:] + [""])[:3]
    for count, line in enumerate(sys.stdin, 1):
        answer = f"{source}>{target} {count}: {line}"
        if "strike" in line:
            if fault == "half":
                answer = answer[:5]
            elif fault == "twice":
                answer += answer
            elif fault == "silent":
                answer = ""
            elif fault == "flood":
                answer = "x" * (4 << 20)
            elif fault == "empty":
                answer = "\n"
            elif fault == "die":
                raise SystemExit("it had enough")
        sys.stdout.write(answer)
        sys.stdout.flush()
        if "strike" in line and fault == "late":
            time.sleep(0.2)
            print("another line", flush=True)


if __name__ == "__main__":
    main()
