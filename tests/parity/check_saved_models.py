#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whether transformers computes the same from directories that save_transformer wrote.

    TOOLFORMER_KEEP_SAVED=DIRECTORY build/tests/model/test_model --gtest_filter='SaveTransformer.EveryArch*'
    python tests/parity/check_saved_models.py DIRECTORY

The test leaves a copy of every tiny model in DIRECTORY; exit code 1 when a logit differs by more than 1e-4.
"""
import pathlib
import sys

import torch
import transformers
from safetensors.torch import load_file

HERE = pathlib.Path(__file__).parent


def difference(directory):
    expected = load_file(HERE / "tiny" / directory.name / "expected.safetensors")
    model = transformers.AutoModelForCausalLM.from_pretrained(directory, attn_implementation="eager").float().eval()
    documents = expected["ids"].long().split([int(length) for length in expected["lengths"]])
    with torch.inference_mode():
        logits = torch.cat([model(input_ids=ids[None]).logits[0] for ids in documents])
    return float((logits - expected["logits"]).abs().max())


def main():
    worst = 0.0
    for directory in sorted(pathlib.Path(sys.argv[1]).iterdir()):
        value = difference(directory)
        worst = max(worst, value)
        print(f"{directory.name}: {value:.1e}")
    return 0 if worst < 1e-4 else 1


if __name__ == "__main__":
    sys.exit(main())
