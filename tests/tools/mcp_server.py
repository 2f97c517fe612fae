#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A server of the Model Context Protocol that does what it is told, right or wrong.

  mcp_server.py stdio [FAULT]   over standard input and output
  mcp_server.py http [FAULT]    on loopback: prints its port, serves until its input ends

Tools (listed in two pages): say(text) answers with the text; join(a, b, n) with its arguments as JSON; fail(why) says
that it failed. FAULT: see Faults; it strikes where the arguments of a call hold the word "strike".
"""
import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TEXT = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}
JOIN = {
    "type": "object",
    "properties": {"a": {"type": "string"}, "b": {"type": "string"}, "n": {"type": "integer"}},
    "required": ["a", "b"],
}
PAGES = {
    None: ([{"name": "say", "inputSchema": TEXT}, {"name": "join-all", "inputSchema": JOIN}], "second"),
    "second": ([{"name": "fail", "inputSchema": TEXT}], None),
}
NOTE = {"jsonrpc": "2.0", "method": "notifications/message", "params": {"level": "info", "data": "unasked"}}
PING = {"jsonrpc": "2.0", "id": "p-1", "method": "ping"}


def result(request, value):
    return {"jsonrpc": "2.0", "id": request["id"], "result": value}


def error(request, code, message):
    return {"jsonrpc": "2.0", "id": request["id"], "error": {"code": code, "message": message}}


def called(request):
    name, arguments = request["params"]["name"], request["params"]["arguments"]
    if name == "say":
        return result(request, {"content": [{"type": "text", "text": part} for part in arguments["text"].split("|")]})
    if name == "join-all":
        return result(request, {"content": [{"type": "text", "text": json.dumps(arguments)}]})
    if arguments["text"] == "protocol":
        return error(request, -32000, "it broke")
    if arguments["text"] == "parameters":
        return error(request, -32602, "bad parameters")
    return result(request, {"content": [{"type": "text", "text": arguments["text"]}], "isError": True})


def answer(request, fault=""):
    """To a request; None to a notification."""
    if "id" not in request or "method" not in request:
        return None
    method, params = request["method"], request["params"]
    if method == "initialize":
        revision = "1999-01-01" if fault == "revision" else params["protocolVersion"]
        about = {"name": "test", "version": "1"}
        return result(request, {"protocolVersion": revision, "capabilities": {"tools": {}}, "serverInfo": about})
    if method == "tools/list":
        if fault == "empty-page" and params.get("cursor") is None:
            return result(request, {"tools": [], "nextCursor": 7})
        tools, cursor = PAGES[None if params.get("cursor") == 7 else params.get("cursor")]
        if fault == "endless":
            cursor = "second"
        if fault == "empty-cursor":
            tools, cursor = tools + PAGES["second"][0], ""
        return result(request, {"tools": tools, "nextCursor": cursor})
    if method == "tools/call":
        return called(request)
    return error(request, -32601, "no such method")


NOISE = "\nTest server 1.0 is listening\n42\n{'python': 'dict'}\n{\"level\": 30, \"msg\": \"ready\"}\n[INFO] ready\r\n\n"


def shaped(fault, reply):
    """The same message as other libraries write it."""
    if fault == "null-members":
        return {"error": None, "method": None, "params": None, **reply}
    if fault == "null-result":
        return {**reply, "result": None, "error": {"code": -32000, "message": "no such town", "data": "Atlantis"}}
    if fault == "text-id":
        return {**reply, "id": str(reply["id"])}
    return [NOTE, reply] if fault == "batch" else reply


def line(message):
    return json.dumps(message) + "\n"


def strike(fault, request, reply):
    """What is written in place of the reply."""
    if fault == "other-id":
        return line({**reply, "id": request["id"] - 1})
    if fault == "half":
        return line(reply)[:20]
    if fault == "no-json":
        return "DEBUG: here I am\n"
    if fault == "cut-json":
        return line(reply)[:-9] + "\n"
    if fault == "neither":
        return line({"jsonrpc": "2.0", "id": request["id"]})
    if fault == "flood":
        return "x" * (4 << 20)
    if fault == "die":
        raise SystemExit("it had enough")
    if fault == "twice":
        return line(reply) + line(reply)
    if fault == "silent":
        return ""
    return line(reply)


def stdio(fault):
    if fault == "noise":
        print("\ufeff" + NOISE, end="", flush=True)
    for text in sys.stdin:
        request = json.loads(text)
        reply = answer(request, fault)
        if reply is None:
            continue
        if fault == "ping":  # answers only whoever answers it
            print(json.dumps(PING), flush=True)
            pong = json.loads(sys.stdin.readline())
            if pong != {"jsonrpc": "2.0", "id": "p-1", "result": {}}:
                raise SystemExit(f"not a pong: {pong}")
        if fault != "quiet":
            print(json.dumps(NOTE), flush=True)
        if fault == "noise":
            print(NOISE, end="", flush=True)
        struck = "strike" in text
        if fault != "null-result" or struck:
            reply = shaped(fault, reply)
        sys.stdout.write(strike(fault, request, reply) if struck else line(reply))
        sys.stdout.flush()


class Web(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    fault = ""
    sessions = set()
    count = 0

    def log_message(self, *_):
        pass

    def reply(self, status, body=b"", headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_DELETE(self):
        Web.sessions.discard(self.headers["Mcp-Session-Id"])
        self.reply(200)

    def do_GET(self):  # for tests: how many sessions there are
        self.reply(200, str(len(Web.sessions)).encode(), [("Content-Type", "text/plain")])

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        session = self.headers["Mcp-Session-Id"]
        is_first = request["method"] == "initialize"
        if is_first:
            Web.count += 1
            session = f"s-{Web.count}"
            Web.sessions.add(session)
        elif session not in Web.sessions:
            return self.reply(404, b"{}", [("Content-Type", "application/json")])
        elif self.headers["MCP-Protocol-Version"] != "2025-06-18":
            return self.reply(400)
        reply = answer(request, self.fault)
        if reply is None:
            return self.reply(202)
        struck = "strike" in json.dumps(request)
        if self.fault == "forget" and struck:
            Web.sessions.clear()
        if self.fault == "other-id" and struck:
            reply["id"] -= 1
        headers = [("Mcp-Session-Id", session)] if is_first else []
        if self.fault == "json":
            return self.reply(200, json.dumps(reply).encode(), headers + [("Content-Type", "application/json")])
        if self.fault == "no-json":
            return self.reply(200, b"<html>log in</html>", headers + [("Content-Type", "text/html")])
        events = [NOTE] if self.fault == "no-answer" and struck else [NOTE, reply]
        self.send_response(200)
        for name, value in headers + [("Content-Type", "text/event-stream"), ("Connection", "close")]:
            self.send_header(name, value)
        self.end_headers()
        if self.fault == "noise":
            self.wfile.write(b": keep-alive\n\nid: 1\nretry: 500\ndata: \n\nid: 2\ndata:\n\nevent: ping\ndata: {}\n\n"
                             b"event: ping\ndata:\n\nevent: heartbeat\ndata: alive\n\nevent: endpoint\ndata: /x\n\n"
                             b"data: connected\n\nevent: ping\ndata: {\"id\": 1}\n\n")
        for event in events:
            self.wfile.write(f"event: message\ndata: {json.dumps(event)}\n\n".encode())
            self.wfile.flush()
        if self.fault == "stays-open":
            time.sleep(60)
        self.close_connection = True
        return None


def main():
    transport, fault = sys.argv[1], (sys.argv[2:] or [""])[0]
    if transport == "stdio":
        return stdio(fault)
    Web.fault = fault
    server = ThreadingHTTPServer(("127.0.0.1", 0), Web)
    server.daemon_threads = True
    print(server.server_address[1], flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()
    return None


if __name__ == "__main__":
    main()
