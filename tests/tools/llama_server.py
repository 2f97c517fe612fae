#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""llama.cpp's own server, as the package xllamacpp brings it, on a free port of loopback.

  llama_server.py MODEL.gguf     prints its port when it is ready, serves until its input ends
"""
import os
import sys

import xllamacpp


def main():
    settings = xllamacpp.CommonParams()
    settings.model.path = sys.argv[1]
    settings.hostnames, settings.port = ["127.0.0.1"], 0
    settings.n_ctx, settings.n_parallel = 2048, 2
    settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = 1
    settings.warmup, settings.fit_params, settings.verbosity = False, False, 0
    server = xllamacpp.Server(settings)
    print(server.listening_address.rsplit(":", 1)[1], flush=True)
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
