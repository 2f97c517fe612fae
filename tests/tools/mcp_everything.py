#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""@modelcontextprotocol/server-everything over HTTP, on a free port of loopback.

  mcp_everything.py INDEX.js     prints its port when it is ready, serves until its input ends
"""
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time

PR_SET_PDEATHSIG = 1


def end_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def main():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        ["node", sys.argv[1], "streamableHttp"],
        env={**os.environ, "PORT": str(port)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=end_with_parent,
    )
    while server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            time.sleep(0.05)
    else:
        raise SystemExit("it did not start")
    print(port, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
