#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The best fp32 matrix product of one thread, in GFLOP per CPU second: what the share of peak is measured against.

At M rows, as sampling has them, with prepacked weights (mkldnn), and with torch.mm at M = 512, as scoring has them.
"""
import argparse
import json

import torch
from workload import Stopwatch

SHAPES = [(576, 1536), (640, 2048), (2048, 640)]  # inputs, outputs


def gflops(product, rows, inputs, outputs, seconds):
    product()
    watch, count = Stopwatch(), 0
    while watch.seconds()["cpu"] < seconds:
        for _ in range(10):
            product()
        count += 10
    return 2e-9 * rows * inputs * outputs * count / watch.seconds()["cpu"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=0.5, help="CPU seconds for each product")
    options = parser.parse_args()
    torch.set_num_threads(1)
    packed, plain = [], []
    with torch.inference_mode():
        for inputs, outputs in SHAPES:
            weight, rows = torch.randn(outputs, inputs), torch.randn(options.rows, inputs)
            reordered = torch.ops.mkldnn._reorder_linear_weight(weight, options.rows)
            packed.append(gflops(lambda: torch.ops.mkldnn._linear_pointwise(rows, reordered, None, "none", [], ""),
                                 options.rows, inputs, outputs, options.seconds))
            many, transposed = torch.randn(512, inputs), weight.t().contiguous()
            plain.append(gflops(lambda: torch.mm(many, transposed), 512, inputs, outputs, options.seconds))
    print(json.dumps({f"packed_{options.rows}_rows": round(max(packed), 1), "mm_512_rows": round(max(plain), 1)}))


if __name__ == "__main__":
    main()
