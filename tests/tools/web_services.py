#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Well-behaved web services on loopback, as small as their interfaces allow: a search, OpenAI's chat and completions,
LibreTranslate. Prints its port and serves until its input ends.

Each answer quotes the request that it answers, so that a test sees what was sent.
"""
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

KEY = "k-0123456789"
WORDS = {("es", "El perro corre por la calle."): "The dog runs along the street."}


def chat(request):
    said = " | ".join(f"{message['role']}: {message['content']}" for message in request["messages"])
    cut = request["max_tokens"] < 10
    text = "Half of an ans" if cut else f"\n{said}\nand another line"
    return {
        "choices": [{"message": {"role": "assistant", "content": text}, "finish_reason": "length" if cut else "stop"}],
        "usage": {"prompt_tokens": 7, "completion_tokens": 3},
    }


def completions(request):
    asked = {name: request[name] for name in ("model", "prompt", "max_tokens", "temperature", "seed", "stop")}
    return {"choices": [{"text": json.dumps(asked), "finish_reason": "stop"}]}


BEHIND_A_MARK = {"choices": [{"message": {"content": "Oslo"}}]}


def shaped(request):
    """The answer that the request's input names, of a server with its own idea of the interface."""
    message = {
        "parts": {"content": [{"type": "text", "text": "Os"}, {"type": "text", "text": "lo"}]},
        "thoughts": {"content": [{"type": "thinking", "thinking": "Rome?"}, {"type": "text", "text": "Oslo"}]},
        "part": {"content": {"type": "output_text", "text": "Oslo"}},
        "image": {"content": [{"type": "image_url", "image_url": {"url": "x"}}]},
        "refusal": {"content": None, "refusal": "not that"},
        "reasoning": {"content": None, "reasoning_content": "Rome?"},
        "closed": {"content": "Rome was older.\nNo.\n</think>\n\nOslo"},
        "empty": {"content": "Rome.</think>"},
        "null": {"content": None},
    }
    whole = {
        "error": {"error": {"message": "no model is loaded", "type": "x"}},
        "string": {"error": "no model is loaded"},
        "list": {"errors": [{"message": "no model is loaded"}]},
        "flag": {"error": True, "message": "no model is loaded"},
        "object": {"object": "error", "message": "no model is loaded", "code": 40303},
        "busy": {"error": {"message": "come later", "code": 429}},
        "overloaded": {"type": "error", "error": {"type": "overloaded_error", "message": "come later"}},
        "none": {"choices": []},
        "mark": BEHIND_A_MARK,
    }
    said = request["messages"][-1]["content"]
    return whole.get(said) or {"choices": [{"message": {"role": "assistant", **message[said]}, "finish_reason": "stop"}]}


def translate(request):
    if request.get("api_key") != KEY:
        return 403, {"error": f"Visit /keys to get an API key, not {request.get('api_key')}"}
    found = WORDS.get((request["source"], request["q"]))
    return {"translatedText": found or f"{request['source']}>{request['target']}: {request['q']}"}


class Services(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def reply(self, value, status=200):
        body = (b"\xef\xbb\xbf" if value == BEHIND_A_MARK else b"") + json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        parts = urlsplit(self.path)
        query = parse_qs(parts.query, keep_blank_values=True)
        if parts.path == "/search":
            good = {"path": self.path, "accept": self.headers["Accept"], "token": self.headers["X-Token"] or ""}
            found = [{"text": f"about {query['q'][0]}", "score": 1.5, "seen": good}] if query["q"][0] else []
            self.reply({"results": found})
        elif parts.path == "/keyed":
            self.reply({"right": query.get("key") == [KEY], "header": self.headers["Authorization"] is not None})
        else:
            self.reply({"error": "no such page"}, 404)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        services = {"/v1/chat/completions": chat, "/v1/completions": completions,
                    "/shaped/chat/completions": shaped, "/translate": translate,
                    "/echo": lambda request: {"request": json.dumps(request, sort_keys=True)}}
        if self.path not in services:
            return self.reply({"error": {"message": "The model `x` does not exist"}}, 404)
        answer = services[self.path](json.loads(body))
        if isinstance(answer, tuple):
            return self.reply(answer[1], answer[0])
        return self.reply(answer)


def main():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Services)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
