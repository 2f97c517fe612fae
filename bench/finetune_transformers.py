#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Training steps of transformers on documents of uneven lengths: the other side of run_finetune.py.

--method trainer: Trainer as it comes, batches padded to their longest document; --method flat: Trainer with
DataCollatorWithFlattening, the documents of a batch one behind the other without padding; --method loop: a plain loop,
every document alone, no padding and no attention to anything else. The first step is not timed.
Prints one JSON object.
"""
import argparse
import json
import random
import resource
import tempfile

import torch
import transformers
from workload import Stopwatch, read_documents


class Side:
    def __init__(self, options):
        self.options = options
        self.tokenizer = transformers.AutoTokenizer.from_pretrained(options.model)
        self.model = transformers.AutoModelForCausalLM.from_pretrained(options.model, dtype=torch.float32)
        self.model.config.use_cache = False
        if options.freeze == "embeddings":
            self.model.get_input_embeddings().weight.requires_grad_(False)
        texts = [document["text"] for document in read_documents(options.documents, None)]
        self.documents = [{"input_ids": ids} for ids in self.tokenizer(texts)["input_ids"]]
        self.steps, self.tokens = [], 0

    def done(self, watch):
        self.steps.append({"tokens": self.tokens, **watch.seconds()})
        self.tokens = 0

    def loop(self):
        trained = [p for p in self.model.parameters() if p.requires_grad]
        optimizer = torch.optim.AdamW(trained, lr=self.options.lr, weight_decay=0.0, fused=True)
        self.model.train()
        generator = random.Random(0)
        for _ in range(self.options.steps + 1):
            batch = [torch.tensor([d["input_ids"]]) for d in generator.sample(self.documents, self.options.batch)]
            watch = Stopwatch()
            predicted = sum(ids.shape[1] - 1 for ids in batch)
            for ids in batch:
                logits = self.model(input_ids=ids).logits[0, :-1]
                (torch.nn.functional.cross_entropy(logits, ids[0, 1:], reduction="sum") / predicted).backward()
                self.tokens += ids.numel()
            torch.nn.utils.clip_grad_norm_(trained, 1.0)
            optimizer.step()
            optimizer.zero_grad()
            self.done(watch)

    def trainer(self, flat):
        side = self

        class Counting(transformers.Trainer):
            def training_step(self, model, inputs, *rest):
                mask = inputs.get("attention_mask")
                side.tokens += int(inputs["input_ids"].numel() if mask is None else mask.sum())
                return super().training_step(model, inputs, *rest)

        class Timing(transformers.TrainerCallback):
            def on_step_begin(self, *_, **__):
                self.watch = Stopwatch()

            def on_step_end(self, *_, **__):
                side.done(self.watch)

        if flat:
            collator = transformers.DataCollatorWithFlattening()
        else:
            if self.tokenizer.pad_token is None:
                self.tokenizer.pad_token = self.tokenizer.eos_token
            collator = transformers.DataCollatorForLanguageModeling(self.tokenizer, mlm=False)
        with tempfile.TemporaryDirectory() as output:
            arguments = transformers.TrainingArguments(
                output, per_device_train_batch_size=self.options.batch, max_steps=self.options.steps + 1,
                learning_rate=self.options.lr, optim="adamw_torch_fused", use_cpu=True, save_strategy="no",
                report_to="none", disable_tqdm=True, logging_strategy="no")
            trainer = Counting(self.model, arguments, data_collator=collator, train_dataset=self.documents,
                               callbacks=[Timing()])
            trainer.remove_callback(transformers.PrinterCallback)  # standard output is for the figures
            trainer.train()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="Hugging Face directory")
    parser.add_argument("--documents", required=True)
    parser.add_argument("--method", choices=["trainer", "flat", "loop"], required=True)
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--batch", type=int, default=8, help="documents of a step")
    parser.add_argument("--lr", type=float, default=1e-5)
    parser.add_argument("--freeze", choices=["", "embeddings"], default="")
    options = parser.parse_args()
    side = Side(options)
    if options.method == "loop":
        side.loop()
    else:
        side.trainer(flat=options.method == "flat")
    timed = side.steps[1:]
    total = {name: sum(step[name] for step in timed) for name in ("tokens", "cpu", "wall")}
    print(json.dumps({**total, "peak_rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))


if __name__ == "__main__":
    main()
