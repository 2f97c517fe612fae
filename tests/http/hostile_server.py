#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A server on loopback that does what no server should. Each path is one behaviour.

  hostile_server.py [CERTIFICATE KEY]     prints "PORT" or "PORT TLS_PORT", serves until its input ends

It speaks in raw bytes: an HTTP library would keep it from lying.
"""
import gzip
import json
import os
import socket
import ssl
import struct
import sys
import threading
import time
import zlib
from urllib.parse import parse_qs, unquote, urlsplit

STARTED = {"connections": 0, "requests": 0}
LOCK = threading.Lock()


def answer(body, status="200 OK", headers=()):
    body = body.encode() if isinstance(body, str) else body
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def raw(head, body=b""):
    return head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


def forever(send, piece, pause=0.0):
    while True:
        send(piece)
        time.sleep(pause)


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def later(send, first, then):
    send(first)
    time.sleep(0.02)
    send(then)


POISON = answer('{"answer":"of another request"}')
JSON = ["Content-Type: application/json"]
OPEN = "HTTP/1.1 200 OK\nContent-Length: "
FOLD = "HTTP/1.1 200 OK\nTransfer-Encoding: chunked"

# path -> bytes to send, or a function of (send, connection); the connection is closed behind those in CLOSING
BEHAVIOURS = {
    "/html": answer("<html>Sign in to the hotel's network</html>", headers=["Content-Type: text/html"]),
    "/bad-json": answer('{"answer": ', headers=JSON),
    "/deep-json": answer("[" * 100_000, headers=JSON),
    "/nan-json": answer('{"answer": NaN}', headers=JSON),
    "/not-utf8": answer(b'{"answer": "\xff\xfe"}', headers=JSON),
    "/big": answer(b"x" * 10_000_000),
    "/429": answer("slow down", "429 Too Many Requests", ["Retry-After: 1000000000"]),
    "/429-date": answer("", "429 Too Many Requests", ["Retry-After: Fri, 31 Dec 2100 23:59:59 GMT"]),
    "/429-garbage": answer("", "429 Too Many Requests", ["Retry-After: -1e9"]),
    "/500": answer("Traceback (most recent call last)", "500 Internal Server Error"),
    "/404": answer("", "404 Not Found"),
    "/401": answer("", "401 Unauthorized", ['WWW-Authenticate: Basic realm="x"']),
    "/no-content": raw("HTTP/1.1 204 No Content"),
    "/gzip": answer(gzip.compress(b"plain text"), headers=["Content-Encoding: gzip"]),
    "/gzip-bomb": lambda send, _: send(answer(gzip.compress(bytes(32 << 20), 1), headers=["Content-Encoding: gzip"])),
    "/gzip-twice": answer(gzip.compress(gzip.compress(b"x")), headers=["Content-Encoding: gzip, gzip"]),
    "/gzip-and-more": answer(gzip.compress(b"x") + b"more", headers=["Content-Encoding: gzip"]),
    "/gzip-cut": answer(gzip.compress(os.urandom(4000))[:2000], headers=["Content-Encoding: gzip"]),
    "/deflate-garbage": answer(b"\x00\xff" * 500, headers=["Content-Encoding: deflate"]),
    "/deflate": answer(zlib.compress(b"plain text"), headers=["Content-Encoding: deflate"]),
    "/unknown-encoding": answer("text", headers=["Content-Encoding: rot13"]),
    "/length-too-long": raw(OPEN + "100", b"only this"),
    "/length-too-short": raw(OPEN + "2", b"{}" + POISON),
    "/length-negative": raw(OPEN + "-5", b"{}"),
    "/length-no-number": raw(OPEN + "two", b"{}"),
    "/two-lengths": raw(OPEN + "2\nContent-Length: 40", b"{}" + POISON),
    "/length-and-chunks": raw(OPEN + "2\nTransfer-Encoding: chunked", b"2\r\n{}\r\n0\r\n\r\n"),
    "/chunk-too-long": raw(FOLD, b"ffff\r\nonly this"),
    "/chunk-no-number": raw(FOLD, b"zz\r\nwhat\r\n"),
    "/chunk-overflow": raw(FOLD, b"fffffffffffffffff1\r\nwhat\r\n"),
    "/chunk-no-end": raw(FOLD, b"4\r\nwhat\r\n"),
    "/chunk-negative": raw(FOLD, b"-4\r\nwhat\r\n"),
    "/poison-late": lambda send, _: later(send, answer("{}"), POISON),
    "/cut-in-header": b"HTTP/1.1 200 OK\r\nContent-Le",
    "/cut-in-status": b"HTTP/1.",
    "/no-http": b"SSH-2.0-OpenSSH_9.2\r\n",
    "/http-0.9": b"hello\n",
    "/other-version": b"HTTP/7.3 200 OK\r\n\r\n",
    "/status-no-number": b"HTTP/1.1 abc OK\r\nContent-Length: 0\r\n\r\n",
    "/nothing": b"",
    "/reset": lambda _, connection: reset(connection),
    "/half-then-reset": lambda send, connection: (later(send, raw(OPEN + "9", b"half"), b""), reset(connection)),
    "/hang": lambda _, __: time.sleep(60),
    "/drip": lambda send, _: (send(raw(OPEN + "100000")), forever(send, b".", 0.02)),
    "/drip-headers": lambda send, _: (send(b"HTTP/1.1 200 OK\r\n"), forever(send, b"X: y\r\n", 0.02)),
    "/headers-forever": lambda send, _: (send(b"HTTP/1.1 200 OK\r\n"), forever(send, b"X: " + b"y" * 1000 + b"\r\n")),
    "/header-line-forever": lambda send, _: (send(b"HTTP/1.1 200 OK\r\nX: "), forever(send, b"y" * 1000)),
    "/continue-forever": lambda send, _: forever(send, raw("HTTP/1.1 100 Continue")),
    "/body-forever": lambda send, _: (send(raw("HTTP/1.1 200 OK")), forever(send, b"x" * 10_000)),
    "/chunks-forever": lambda send, _: (send(raw(FOLD)), forever(send, chunk(b"x" * 5000))),
    "/chunks-drip": lambda send, _: (send(raw(FOLD)), forever(send, chunk(b"x"), 0.001)),
    "/trailers-forever": lambda send, _: (send(raw(FOLD, b"0\r\n")), forever(send, b"X: " + b"y" * 1000 + b"\r\n")),
    "/switch": raw("HTTP/1.1 101 Switching Protocols\nUpgrade: h2c\nConnection: Upgrade", b"\0" * 100),
    "/cookie": answer("", headers=["Set-Cookie: spy=1; Path=/"]),
    "/events": lambda send, _: (
        send(raw("HTTP/1.1 200 OK\nContent-Type: text/event-stream\nMcp-Session-Id: s-1\nTransfer-Encoding: chunked")),
        send(chunk(b'event: message\ndata: {"a":\n')),
        send(chunk(b"data: 1}\n\n")),
        time.sleep(60),
    ),
}
LIES = ("/length-", "/two-", "/chunk-", "/cut-", "/no-http", "/http-0.9", "/other-", "/status-no", "/nothing", "/half-",
        "/reset")
CLOSING = {path for path in BEHAVIOURS if path.startswith(LIES)} - {"/length-too-short", "/two-lengths"}


def read_request(stream):
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = stream.readline(100_000)
        if not line:
            return None
        head += line
    length = 0
    for line in head.decode("latin-1").split("\r\n")[1:]:
        name, _, value = line.partition(":")
        if name.lower() == "content-length":
            length = int(value)
    return head, stream.read(length)


def told(target, head, body, number):
    """The answers that depend on the request; None: there is none."""
    parts = urlsplit(target)
    query = parse_qs(parts.query)
    if parts.path == "/ok":
        return answer(json.dumps({"answer": "yes", "number": number}), headers=JSON)
    if parts.path == "/echo":
        return answer(head + body)
    if parts.path == "/counts":
        return answer(json.dumps(STARTED), headers=JSON)
    if parts.path == "/redirect":
        return answer("", query.get("status", ["301 Moved"])[0], ["Location: " + unquote(query["to"][0])])
    if parts.path == "/loop":
        return answer("", "302 Found", ["Location: /loop"])
    if parts.path == "/echo-key":
        key = [line for line in head.decode("latin-1").split("\r\n") if line.startswith("Authorization")]
        return answer("".join(key), query.get("status", ["200 OK"])[0], ["X-Seen: " + "".join(key)])
    return None


def serve(connection):
    try:
        stream = connection.makefile("rb")
        number = 0
        while request := read_request(stream):
            number += 1
            with LOCK:
                STARTED["requests"] += 1
            head, body = request
            target = head.split(b" ", 2)[1].decode("latin-1")
            path = urlsplit(target).path
            reply = told(target, head, body, number)
            if reply is None:
                reply = BEHAVIOURS.get(path, BEHAVIOURS["/404"])
            if callable(reply):
                reply(connection.sendall, connection)
            else:
                connection.sendall(reply)
            if path in CLOSING:
                break
    except OSError:
        pass  # the client had enough
    finally:
        try:
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        connection.close()


def accept(listener, context):
    while True:
        connection, _ = listener.accept()
        with LOCK:
            STARTED["connections"] += 1

        def run(connection=connection):
            try:
                serve(context.wrap_socket(connection, server_side=True) if context else connection)
            except OSError:
                connection.close()

        threading.Thread(target=run, daemon=True).start()


def main():
    ports = []
    contexts = [None]
    if len(sys.argv) > 2:
        contexts.append(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
        contexts[1].load_cert_chain(sys.argv[1], sys.argv[2])
    for context in contexts:
        listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        ports.append(str(listener.getsockname()[1]))
        threading.Thread(target=accept, args=(listener, context), daemon=True).start()
    print(" ".join(ports), flush=True)
    sys.stdin.read()  # the test ends, or its process does: this ends too


if __name__ == "__main__":
    main()
