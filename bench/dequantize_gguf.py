#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Copies a GGUF file with all its tensors in F32: `dequantize_gguf.py IN.gguf OUT.gguf`. Needs the package gguf."""
import sys

import gguf


def main(source, target):
    reader = gguf.GGUFReader(source)
    architecture = reader.fields["general.architecture"].contents()
    writer = gguf.GGUFWriter(target, architecture)
    for name, field in reader.fields.items():
        if name.startswith("GGUF.") or name in ("general.architecture", "general.file_type"):
            continue
        kind, *items = field.types
        writer.add_key_value(name, field.contents(), kind, items[-1] if items else None)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    for tensor in reader.tensors:
        writer.add_tensor(tensor.name, gguf.dequantize(tensor.data, tensor.tensor_type).astype("float32"))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
