#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A key in the environment, used by tools that ask a real server (which does its best to give it away), through all
programs: it must be sent where it belongs, and stand in nothing that is printed or written.

  secrets_test.py PROGRAM_DIR
"""

import base64
import json
import os
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

GOLDEN = Path(__file__).resolve().parent.parent / "golden"
KEY = "planted+" + base64.b64encode(os.urandom(18)).decode().replace("=", "/") + "/key"
TRACES = {
    "as it is": KEY.encode(),
    "in base64": base64.b64encode(KEY.encode()).rstrip(b"=")[:-1],
    "percent-encoded": quote(KEY, safe="").encode(),
    "as JSON": json.dumps(KEY)[1:-1].replace("/", "\\/").encode(),
}
SEEN = {}  # path -> how often the key came with a request for it


class Server(BaseHTTPRequestHandler):
    """Answers with the value of the sum; to inputs that hold a word of trouble, with the key in many places."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def reply(self, status, body, headers=()):
        body = body.encode()
        self.send_response(status)
        for name, value in [("Content-Type", "application/json"), ("Content-Length", str(len(body))), *headers]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def answer(self, path, text, key):
        SEEN[path] = SEEN.get(path, 0) + (key == KEY)
        if "leak" in text:
            return self.reply(200, json.dumps({"answer": f"your key is {key}", "choices": [
                {"message": {"content": f"your key is {key}"}}]}))
        if "refuse" in text:
            return self.reply(401, json.dumps({"error": {"message": f"Incorrect API key provided: {key}"}}))
        if "break" in text:
            return self.reply(500, json.dumps({"error": f"crashed with {key}"}), [("X-Key", key)])
        if "redirect" in text:
            return self.reply(302, "{}", [("Location", f"http://127.0.0.1:1/?key={quote(key)}")])
        try:
            left, operator, right = text.split()
            value = str(int(left) + int(right) if operator == "+" else int(left) - int(right))
        except ValueError:
            value = "17"
        return self.reply(200, json.dumps({"answer": value, "choices": [{"message": {"content": value}}]}))

    def do_GET(self):
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        bearer = (self.headers["Authorization"] or "").removeprefix("Bearer ")
        self.answer(parts.path, query.get("q", ""), query.get("key") or self.headers["X-Key"] or bearer)

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        bearer = (self.headers["Authorization"] or "").removeprefix("Bearer ")
        self.answer("/v1/chat/completions", request["messages"][-1]["content"], bearer)


def toolbox(port):
    """Four ways to hand a key on, each a tool; Calculator is the one that the model's calls name."""
    remote = 'allow_private = true\nretries = 0\nkey_env = "PLANTED_KEY"\nanswer = "/answer"\n'
    url = f"http://127.0.0.1:{port}"
    return (
        f'[tool.Calculator]\nkind = "http"\nurl = "{url}/bearer?q={{input}}"\n{remote}'
        f'[tool.Header]\nkind = "http"\nurl = "{url}/header?q={{input}}"\nkey_header = "X-Key"\n{remote}'
        f'[tool.Url]\nkind = "http"\nurl = "{url}/url?q={{input}}&key={{key}}"\n{remote}'
        f'[tool.QA]\nkind = "openai"\nurl = "{url}/v1"\nmodel = "m"\nallow_private = true\nretries = 0\n'
        'key_env = "PLANTED_KEY"\n'
        '[tool.Program]\nkind = "command"\ncommand = ["printenv", "{input}"]\npass_env = ["PLANTED_KEY"]\n'
    )


class Runs:
    def __init__(self, programs, folder):
        self.programs, self.folder = Path(programs).resolve(), folder
        self.printed = []
        self.environment = {**os.environ, "PLANTED_KEY": KEY}

    def run(self, name, *arguments, codes=(0,)):
        command = [str(self.programs / name), "--log-level", "trace", *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, timeout=600, env=self.environment, cwd=self.folder)
        self.printed.append((f"output of {name} {' '.join(map(str, arguments))}", done.stdout + done.stderr))
        if done.returncode not in codes:
            sys.exit(f"{command}\n{done.stderr.decode(errors='replace')}\nexit code {done.returncode}")
        return done.stdout.decode()

    def find(self):
        """Every place where the key stands, as text."""
        found, files = [], 0
        for path in sorted(self.folder.rglob("*")):
            if path.is_file():
                files += 1
                self.printed.append((str(path.relative_to(self.folder)), path.read_bytes()))
        for where, data in self.printed:
            found += [f"{where}: the key {how}" for how, trace in TRACES.items() if trace in data]
        return found, files


def run_tools(runs, box):
    runs.run("tf-tools", "list", "--toolbox", box)
    runs.run("tf-tools", "check", "--toolbox", box, codes=(0, 1))
    for tool in ("Calculator", "Header", "Url", "QA"):
        for text in ("30 + 4", "leak", "refuse", "break", "redirect"):
            runs.run("tf-tools", "call", tool, text, "--toolbox", box, "--tool-cache", "tools.sqlite", codes=(0, 1, 3))
    runs.run("tf-tools", "call", "Program", "PLANTED_KEY", "--toolbox", box, codes=(1,))


def run_pipeline(runs, box):
    model = ["--model", GOLDEN / "tiny_model"]
    calls = ["--tools", "Calculator", "--prompts", GOLDEN / "prompts"]
    quiet = ["--progress", "none", "--threads", "1"]
    runs.run("tf-annotate", "--input", GOLDEN / "documents.jsonl", "--output", "annotated", *model, *calls, *quiet, "--k", 2,
             "--m", 2, "--tau-s", 0.01, "--max-failed-fraction", 1)
    # One call of each document is replaced by one that makes the server talk.
    part = next(path for path in (runs.folder / "annotated").glob("part-*.jsonl") if "rejects" not in path.name)
    records = [json.loads(line) for line in part.read_text().splitlines()]
    for record, text in zip([r for r in records if r["calls"]], ["leak", "refuse", "break", "redirect"] * 5):
        record["calls"][0]["input"] = text
    (runs.folder / "talk.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    runs.run("tf-filter", "--input", "talk.jsonl", "--output", "filtered", *model, *calls, *quiet, "--toolbox", box,
             "--max-failed-fraction", 1)
    runs.run("tf-inspect", "--input", "filtered", "--html", "report.html")
    runs.run("tf-finetune", "--input", "filtered", "--output", "model", *model, *quiet, "--max-steps", 1, "--seq-len", 64,
             "--batch-tokens", 64)
    runs.run("tf-generate", "--input", GOLDEN / "prompts.jsonl", "--output", "generated", *model, *quiet, "--tools",
             "Calculator", "--toolbox", box, "--max-new-tokens", 12)
    (runs.folder / "task.toml").write_text(
        'version = 1\nprompt = "{question}"\nanswers = ["{answer}"]\nmax-new-tokens = 12\n'
        '[[rule]]\nname = "strict"\ntake = "first-number"\ncompare = "number"\n')
    (runs.folder / "task.jsonl").write_text('{"question": "Sam has 14 books and buys 22 more. Now there are", "answer": "36"}\n')
    runs.run("tf-eval", "--models", f"tiny={GOLDEN / 'tiny_model'}", "--tasks", "task.toml", "--data", "task=task.jsonl",
             "--tools", "Calculator", "--toolbox", box, "--output", "eval", "--threads", 1)
    runs.run("tf-index", "--input", "filtered", "--output", "pages.index")
    runs.run("tf-model", "info", *model)


def main():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory(prefix="toolformer-secrets-") as scratch:
        runs = Runs(sys.argv[1], Path(scratch))
        box = runs.folder / "tools.toml"
        box.write_text(toolbox(server.server_address[1]))
        run_tools(runs, box)
        run_pipeline(runs, box)
        found, files = runs.find()
        missing = [path for path in ("/bearer", "/header", "/url", "/v1/chat/completions") if not SEEN.get(path)]
        if missing:
            sys.exit(f"the key did not reach the server: {missing}")
        results = [call for path in (runs.folder / "filtered").glob("part-*.jsonl") if "rejects" not in path.name
                   for line in path.read_text().splitlines() for call in json.loads(line)["calls"]]
        if not any("result" in call for call in results) or not any("error" in call for call in results):
            sys.exit("the filter saw no result, or no error, of the server")
        if found:
            sys.exit("\n".join(found))
        print(f"no trace of the key in {len(runs.printed) - files} outputs and {files} files")


if __name__ == "__main__":
    main()
