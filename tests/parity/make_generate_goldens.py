#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How transformers continues 50 prompts greedily with the two real models, for generate_parity_test.cpp.

    python tests/parity/make_generate_goldens.py --models DIRECTORY [--output tests/parity/generate]

DIRECTORY holds gemma3-270m.gguf and smollm2-135m-instruct.gguf (scripts/setup.sh fetches them). For each model one JSON
file of {"prompt", "continuation": token ids, "margin": the least distance of the two likeliest logits on the way}. A
prompt with a smaller margin than 0.001 would not be the same on every processor: replace it.
"""
import argparse
import json
import pathlib

import torch
import transformers

MODELS = ["gemma3-270m", "smollm2-135m-instruct"]
CONTINUATION = 24
LEAST_MARGIN = 1e-3
PROMPTS = [
    "The lighthouse keeper climbed the stairs twice a day,",
    "Of the 320 lamps, 48 failed in the first year, which is",
    "Natalia sold 48 clips in April and half as many in May. Altogether she sold",
    "def mean(values):\n    return",
    "La ciudad de Cuenca se encuentra en",
    "Am 3. Oktober 1990 trat die Deutsche Demokratische Republik",
    "Today is Thursday, April 25, 2019, and the meeting takes place",
    "Water boils at 100 °C at sea level, but on the summit of Mount Everest",
    "\"Who is there?\" she asked.",
    "| name | length |\n|---|---|\n| Rhine | 1230 km |\n|",
    "東京は日本の首都であり、",
    "Photosynthesis converts carbon dioxide and water into",
    "The committee rejected the proposal by 14 votes to 3, with",
    "Recipe: mix 250 g flour, 2 eggs and",
    "In 1687 Isaac Newton published",
    "Error: connection refused while contacting",
    "Привет, мир! Это короткий текст",
    "She was born in Leeds, studied chemistry in Manchester and",
    "The the the the the the",
    "🙂 An emoji, and a tab\there",
    "The three primary colours are",
    "To be kept in a cool and dry place. Do not",
    "Chapter 1\n\nIt was a cold morning when",
    "Dear Sir or Madam,\n\nI am writing to",
    "Q: What is the largest planet of the solar system?\nA:",
    "for (int i = 0; i < n; ++i) {",
    "SELECT name, COUNT(*) FROM orders",
    "<html>\n<head>\n<title>",
    "{\"id\": 17, \"name\": \"lamp\", \"price\":",
    "import numpy as np\n\nx = np.",
    "The mitochondrion is often called",
    "A train leaves at 9:40 and arrives at 11:05, so the journey takes",
    "Each of the 12 boxes holds 30 pens, which makes",
    "12 + 30 = 42, and 15 + 27 =",
    "1, 2, 4, 8, 16,",
    "Le chat est assis sur",
    "Il treno per Roma parte",
    "O rio Amazonas é",
    "Het museum is geopend van",
    "The opposite of hot is",
    "Once upon a time there was a miller who had",
    "The first law of thermodynamics says that",
    "In the year 1969, two astronauts",
    "She opened the old wooden box and found",
    "The capital of France is Paris, and the capital of Italy is",
    "Berlin, Hamburg, Munich and Cologne are",
    "Step 1: Switch off the power.\nStep 2:",
    "The patient complained of headache and",
    "We thank the reviewers for",
    "Copyright (c) 2019. Permission is hereby granted,",
]


def continue_greedily(model, tokenizer, prompt):
    ids = tokenizer(prompt, add_special_tokens=False)["input_ids"]
    if tokenizer.bos_token_id is not None and model.config.model_type == "gemma3_text":
        ids = [tokenizer.bos_token_id] + ids
    cache, new, out, margin = transformers.DynamicCache(config=model.config), ids, [], float("inf")
    for _ in range(CONTINUATION):
        logits = model(torch.tensor([new]), past_key_values=cache, logits_to_keep=1).logits[0, -1]
        best, second = logits.topk(2).values.tolist()
        margin = min(margin, best - second)
        new = [int(logits.argmax())]
        out += new
    return {"prompt": prompt, "continuation": out, "margin": round(margin, 4)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=pathlib.Path, required=True)
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).parent / "generate")
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    for name in MODELS:
        load = {"gguf_file": name + ".gguf"}
        tokenizer = transformers.AutoTokenizer.from_pretrained(arguments.models, **load)
        model = transformers.AutoModelForCausalLM.from_pretrained(arguments.models, **load, dtype=torch.float32).eval()
        with torch.inference_mode():
            rows = [continue_greedily(model, tokenizer, prompt) for prompt in PROMPTS]
        lines = ",\n".join(json.dumps(row, separators=(",", ":"), ensure_ascii=False) for row in rows)
        (arguments.output / f"{name}.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
        close = [row["prompt"] for row in rows if row["margin"] < LEAST_MARGIN]
        print(name, len(rows), "prompts; to be replaced:", close or "none")


if __name__ == "__main__":
    main()
