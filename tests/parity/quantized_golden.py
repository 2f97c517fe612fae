#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random blocks of every type and what the gguf package makes of them: tests/parity/quantized_golden.py > FILE
A line is `<type> <blocks, hexadecimal> <float32, hexadecimal>`."""
import numpy
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType
from gguf.quants import dequantize

SCALES = {"Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208]}

rng = numpy.random.default_rng(1)
for name in ["F16", "BF16", *SCALES]:
    kind = GGMLQuantizationType[name]
    elements, size = GGML_QUANT_SIZES[kind]
    count = 2 if elements > 1 else 64
    blocks = rng.integers(0, 256, (count, size), dtype=numpy.uint8)
    for at in SCALES.get(name, []):  # random bits are no sensible scale
        blocks[:, at : at + 2] = rng.normal(0, 1, (count, 1)).astype(numpy.float16).view(numpy.uint8)
    if name == "F16":
        halves = [0x0000, 0x8000, 0x0001, 0x83FF, 0x0400, 0x3C00, 0xBC00, 0x7BFF, 0x7C00, 0xFC00]
        blocks[: len(halves)] = numpy.array(halves, dtype="<u2").view(numpy.uint8).reshape(-1, 2)
        values = blocks.view("<f2").astype("<f4")
        keep = ~numpy.isnan(values).ravel()
        blocks, values = blocks[keep], values[keep]
    elif name == "BF16":
        values = (blocks.view("<u2").astype("<u4") << 16).view("<f4")
        keep = ~numpy.isnan(values).ravel()
        blocks, values = blocks[keep], values[keep]
    else:
        values = dequantize(blocks, kind)
    print(name, blocks.tobytes().hex(), numpy.ascontiguousarray(values, dtype="<f4").tobytes().hex())
