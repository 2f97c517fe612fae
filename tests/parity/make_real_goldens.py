#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What transformers computes with the two real models, for tests/parity/real_models_test.cpp.

    python tests/parity/make_real_goldens.py --models DIRECTORY [--output tests/parity/real]

DIRECTORY holds gemma3-270m.gguf and smollm2-135m-instruct.gguf (scripts/setup.sh fetches them). For each model one JSON
file: token ids of 20 texts (BOS first where the model has one), the log-probability of every token given those before
it, and the 12 tokens with which greedy decoding goes on. Dequantising takes transformers about a minute a model.
"""
import argparse
import json
import pathlib

import torch
import transformers

MODELS = ["gemma3-270m", "smollm2-135m-instruct"]
CONTINUATION = 12
TEXTS = [
    "The lighthouse keeper climbed the stairs twice a day, once to trim the lamp and once to watch the ships.",
    "Of the 320 lamps, 48 (15%) failed in the first year; the rest lasted for 7.5 years on average.",
    "Natalia sold 48 clips in April and half as many in May. Altogether she sold 48 + 24 = 72 clips.",
    "def mean(values):\n    return sum(values) / len(values)\n\nprint(mean([1, 2, 3]))\n",
    "La ciudad de Cuenca se encuentra en el sur de los Andes ecuatorianos, a 2550 metros sobre el nivel del mar.",
    "Am 3. Oktober 1990 trat die Deutsche Demokratische Republik der Bundesrepublik bei.",
    "Today is Thursday, April 25, 2019, and the meeting takes place in nine days.",
    "Water boils at 100 °C (212 °F) at sea level, but at only about 70 °C on the summit of Mount Everest.",
    "\"Who is there?\" she asked. Nobody answered. The wind moved the curtains, and that was all.",
    "| name | year | length |\n|---|---|---|\n| Rhine | 1230 km | Europe |\n| Nile | 6650 km | Africa |\n",
    "東京は日本の首都であり、世界最大の都市圏の一つである。",
    "Photosynthesis converts carbon dioxide and water into glucose and oxygen, using the energy of sunlight.",
    "The committee rejected the proposal by 14 votes to 3, with 2 abstentions, after a debate of six hours.",
    "Recipe: mix 250 g flour, 2 eggs, half a litre of milk and a pinch of salt; let it rest for 30 minutes.",
    "In 1687 Isaac Newton published the Principia, in which he stated the three laws of motion.",
    "Error: connection refused (os error 111) while contacting http://127.0.0.1:8080/health after 3 retries",
    "Привет, мир! Это короткий текст на русском языке.",
    "She was born in Leeds, studied chemistry in Manchester and moved to Toronto in 1954, where she taught until 1989.",
    "The the the the the the the the the the the the the the the the the the the the the the the the",
    "🙂 emoji and combining: e\u0301, and a tab\there, and three newlines\n\n\nend",
]


def continue_greedily(model, ids):
    out = list(ids)
    for _ in range(CONTINUATION):
        with torch.inference_mode():
            out.append(int(model(input_ids=torch.tensor([out])).logits[0, -1].argmax()))
    return out[len(ids):]


def measure(model, tokenizer, text):
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    if tokenizer.bos_token_id is not None and model.config.model_type == "gemma3_text":
        ids = [tokenizer.bos_token_id] + ids
    with torch.inference_mode():
        logprobs = torch.log_softmax(model(input_ids=torch.tensor([ids])).logits[0].float(), -1)
    given = [round(float(logprobs[i, ids[i + 1]]), 5) for i in range(len(ids) - 1)]
    return {"ids": ids, "logprobs": given, "continuation": continue_greedily(model, ids)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=pathlib.Path, required=True)
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).parent / "real")
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    for name in MODELS:
        load = {"gguf_file": name + ".gguf"}
        tokenizer = transformers.AutoTokenizer.from_pretrained(arguments.models, **load)
        model = transformers.AutoModelForCausalLM.from_pretrained(arguments.models, **load, dtype=torch.float32).eval()
        rows = [measure(model, tokenizer, text) for text in TEXTS]
        lines = ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)
        (arguments.output / f"{name}.json").write_text(f"[\n{lines}\n]\n")
        print(name, sum(len(row["ids"]) for row in rows), "tokens")


if __name__ == "__main__":
    main()
