#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tf-index destroys no document, makes the folder of its index, and adds no page twice.

  index_test.py PROGRAM
"""
import subprocess
import sys
import tempfile
from pathlib import Path

PAGES = "".join(f'{{"id": "{i}", "text": "Page {i}\\nSome text."}}\n' for i in range(3))


def main():
    program = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory(prefix="toolformer-index-") as scratch:
        folder = Path(scratch)
        pages = folder / "in" / "pages.jsonl"
        pages.parent.mkdir()
        pages.write_text(PAGES)
        (folder / "link").symlink_to(pages)

        def run(*arguments):
            return subprocess.run([program, *arguments], capture_output=True, text=True, cwd=folder, timeout=300)

        def refuses(given, output, *more):
            done = run("--input", given, "--output", output, *more)
            assert done.returncode == 2 and f"--output {output}: is one of the inputs" in done.stderr, done
            assert pages.read_text() == PAGES, f"{output}: the documents were overwritten"

        for output in ("in/pages.jsonl", "./in/../in/pages.jsonl", str(pages), "link"):
            refuses("in/pages.jsonl", output)
            refuses("in", output, "--extend")
        assert [path.name for path in pages.parent.iterdir()] == ["pages.jsonl"]

        done = run("--input", "in", "--output", "out/new/pages.index")
        assert done.returncode == 0 and "3 pages, 3 of them new" in done.stderr, done
        done = run("--input", "in", "--output", "out/new/pages.index")
        assert done.returncode == 2 and "is there already" in done.stderr and "--extend" in done.stderr, done
        done = run("--input", "in", "--output", "out/new/pages.index", "--restart")
        assert done.returncode == 0 and "3 pages, 3 of them new" in done.stderr, done
        done = run("--input", "in", "--output", "none/")
        assert done.returncode == 2 and "names a directory" in done.stderr, done
        (folder / "notes.txt").write_text("mine")
        done = run("--input", "in", "--output", "notes.txt")
        assert done.returncode == 2 and (folder / "notes.txt").read_text() == "mine", done
        with pages.open("a") as more:
            more.write('{"id": "3", "text": "Page 3"}\n')
        done = run("--input", "in", "--output", "out/new/pages.index", "--extend")
        expected = "4 pages, 1 of them new, 3 left out that were there"
        assert done.returncode == 0 and expected in done.stderr, done


if __name__ == "__main__":
    main()
