#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tf-annotate's work in llama.cpp: p(open marker) everywhere, then m samples at each of the k best places.

By the low-level functions of llama-cpp-python, as fast as they allow: the prompt is read once and shared by copying
sequences, which in a unified cache copies no state; a document's pass gives all probabilities and is the prefill of its
samples; the head of a call is read once for each place; then all samples of a document are one batch, rows that are over
leave it. The weights are those of the Hugging Face directory, written as a GGUF file of the type asked for beside it.
Prints one JSON object. Loading the model and reading the prompt are not timed.
"""
import argparse
import json
from pathlib import Path

import gguf
import llama_cpp as llama
import numpy
import safetensors.numpy
import transformers
from workload import OPEN, Prompt, Stopwatch, most_probable, read_documents, scan_input

TYPES = {kind: getattr(gguf.GGMLQuantizationType, kind) for kind in ("F32", "F16", "Q8_0")}
ARCHITECTURES = {"llama": (gguf.MODEL_ARCH.LLAMA, "llama"), "gemma3_text": (gguf.MODEL_ARCH.GEMMA3, "gemma3")}


def pairs_of_neighbours(weight, heads):
    """Hugging Face turns number i with i + d/2, GGUF's Llama its neighbour: rows of q and k in the other order."""
    out = weight.shape[0]
    return weight.reshape(heads, 2, out // heads // 2, -1).swapaxes(1, 2).reshape(weight.shape)


def write_gguf(directory, path, kind):
    config = json.loads((directory / "config.json").read_text())
    architecture, name = ARCHITECTURES[config["model_type"]]
    heads, groups = config["num_attention_heads"], config["num_key_value_heads"]
    head_dim = config.get("head_dim") or config["hidden_size"] // heads
    writer = gguf.GGUFWriter(str(path), name)
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(heads)
    writer.add_head_count_kv(groups)
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_key_length(head_dim)
    writer.add_value_length(head_dim)
    writer.add_vocab_size(config["vocab_size"])
    rope = config.get("rope_parameters") or {}
    writer.add_rope_freq_base(config.get("rope_theta") or rope.get("rope_theta")
                              or rope.get("full_attention", {}).get("rope_theta", 1e6))
    if name == "gemma3":
        writer.add_sliding_window(config["sliding_window"])
    else:
        writer.add_rope_dimension_count(head_dim)
    writer.add_tokenizer_model("no_vocab")  # ids come from transformers
    names = gguf.get_tensor_name_map(architecture, config["num_hidden_layers"])
    for file in sorted(directory.glob("*.safetensors")):
        for key, data in safetensors.numpy.load_file(file).items():
            data = data.astype(numpy.float32)
            if name == "llama" and "q_proj" in key:
                data = pairs_of_neighbours(data, heads)
            if name == "llama" and "k_proj" in key:
                data = pairs_of_neighbours(data, groups)
            if name == "gemma3" and key.endswith("norm.weight"):
                data = data + 1
            stored = TYPES["F32"] if data.ndim == 1 else TYPES[kind]
            writer.add_tensor(names.get_name(key, (".weight", ".bias")), gguf.quants.quantize(data, stored),
                              raw_dtype=stored)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


class Context:
    def __init__(self, path, options):
        llama.llama_backend_init()
        llama.llama_log_set(SILENT, None)
        parameters = llama.llama_model_default_params()
        parameters.n_gpu_layers = 0
        self.model = llama.llama_model_load_from_file(str(path).encode(), parameters)
        settings = llama.llama_context_default_params()
        settings.n_ctx, settings.n_batch, settings.n_ubatch = options.cells, 512, 512
        settings.n_seq_max = min(256, options.k * (options.m + 1) + 2)
        settings.n_threads = settings.n_threads_batch = options.threads
        settings.kv_unified, settings.no_perf = True, True
        self.context = llama.llama_init_from_model(self.model, settings)
        self.memory = llama.llama_get_memory(self.context)
        self.vocabulary = llama.llama_vocab_n_tokens(llama.llama_model_get_vocab(self.model))
        self.batch = llama.llama_batch_init(512, 0, 1)

    def decode(self, rows, wanted):
        """rows [(token, position, sequence)], wanted: for each whether its logits are -> [wanted rows, vocabulary]"""
        found = []
        for begin in range(0, len(rows), 512):
            part = rows[begin:begin + 512]
            self.batch.n_tokens = len(part)
            for i, (token, position, sequence) in enumerate(part):
                self.batch.token[i], self.batch.pos[i] = token, position
                self.batch.n_seq_id[i], self.batch.seq_id[i][0] = 1, sequence
                self.batch.logits[i] = wanted[begin + i]
            if llama.llama_decode(self.context, self.batch) != 0:
                raise SystemExit("llama_decode failed: more --cells?")
            for i in range(len(part)):
                if wanted[begin + i]:
                    row = llama.llama_get_logits_ith(self.context, i)
                    found.append(numpy.ctypeslib.as_array(row, shape=(self.vocabulary,)).copy())
        return numpy.stack(found) if found else None

    def copy(self, source, target, length):
        llama.llama_memory_seq_rm(self.memory, target, -1, -1)
        llama.llama_memory_seq_cp(self.memory, source, target, 0, length)

    def drop(self, sequence):
        llama.llama_memory_seq_rm(self.memory, sequence, -1, -1)


@llama.llama_log_callback
def SILENT(level, text, data):
    pass


class Annotation:
    PROMPT, DOCUMENT, PLACES = 0, 1, 2  # sequences; places are followed by samples

    def __init__(self, options):
        self.options, self.random = options, numpy.random.default_rng(options.seed)
        self.tokenizer = transformers.AutoTokenizer.from_pretrained(options.model)
        config = json.loads((Path(options.model) / "config.json").read_text())
        ends = config["eos_token_id"]
        self.ends = set(ends if isinstance(ends, list) else [ends])
        self.prompt = Prompt(options.prompts, options.tool, options.style)
        starts = config["model_type"].startswith("gemma")
        self.before = [self.tokenizer.bos_token_id] * starts + self.ids(self.prompt.before)
        self.head = self.ids(OPEN) + self.ids(options.tool + "(")
        path = Path(options.model) / f"bench-{options.type}.gguf"
        if not path.exists():
            write_gguf(Path(options.model), path, options.type)
        self.context = Context(path, options)
        # The last token is read again with each document: its logits give p(open marker) before the first one.
        rows = [(token, i, self.PROMPT) for i, token in enumerate(self.before[:-1])]
        self.context.decode(rows, [False] * len(rows))

    def ids(self, text):
        return self.tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"]

    def annotate(self, document):
        behind, first = self.prompt.behind(self.ids, document)
        start = len(self.before) - 1
        self.context.copy(self.PROMPT, self.DOCUMENT, start)
        tokens = self.before[-1:] + behind
        rows = [(token, start + i, self.DOCUMENT) for i, token in enumerate(tokens)]
        wanted = [first <= i < first + len(document) for i in range(len(rows))]
        logits = self.context.decode(rows, wanted)
        largest = logits.max(1)
        logprobs = logits[:, self.head[0]] - largest - numpy.log(numpy.exp(logits - largest[:, None]).sum(1))
        places = most_probable(logprobs.tolist(), self.options.k)
        texts = self.decode([len(self.before) + first + place for place in places])
        self.context.drop(self.DOCUMENT)
        return places, texts

    def decode(self, lengths):
        k, m, head = len(lengths), self.options.m, len(self.head)
        rows, wanted = [], []
        for place, length in enumerate(lengths):
            self.context.copy(self.DOCUMENT, self.PLACES + place, length)
            rows += [(token, length + i, self.PLACES + place) for i, token in enumerate(self.head)]
            wanted += [False] * (head - 1) + [True]
        logits = numpy.repeat(self.context.decode(rows, wanted), m, 0)
        samples = [{"sequence": self.PLACES + k + i, "position": lengths[i // m] + head, "ids": []} for i in range(k * m)]
        for i, sample in enumerate(samples):
            self.context.copy(self.PLACES + i // m, sample["sequence"], sample["position"])
        left = samples
        for _ in range(self.options.max_call_tokens):
            for sample, token in zip(left, self.draw(logits)):
                sample["ids"].append(token)
            over = [sample for sample in left if self.is_over(sample["ids"])]
            left = [sample for sample in left if not self.is_over(sample["ids"])]
            for sample in over:
                self.context.drop(sample["sequence"])
            if not left:
                break
            logits = self.context.decode([(s["ids"][-1], s["position"] + len(s["ids"]) - 1, s["sequence"]) for s in left],
                                         [True] * len(left))
        for sequence in range(self.PLACES, self.PLACES + k + k * m):
            self.context.drop(sequence)
        return [self.tokenizer.decode(sample["ids"]) for sample in samples]

    def draw(self, logits):
        weights = numpy.exp(logits - logits.max(1, keepdims=True)).cumsum(1)
        targets = self.random.random(len(weights)) * weights[:, -1]
        return [min(int(numpy.searchsorted(row, target, "right")), len(row) - 1) for row, target in zip(weights, targets)]

    def is_over(self, ids):
        return ids[-1] in self.ends or scan_input(self.tokenizer.decode(ids))[0]

    def run(self, documents):
        samples, places = [], []
        tokens = [self.ids(document["text"]) for document in documents]
        watch = Stopwatch()
        for ids in tokens:
            chosen, texts = self.annotate(ids)
            places.append(chosen)
            samples += texts
        seconds = watch.seconds()
        for i, ids in enumerate(tokens):
            places[i] = [len(self.tokenizer.decode(ids[:place]).encode()) for place in places[i]]
        return {"samples": len(samples), "calls": sum(scan_input(text)[1] is not None for text in samples), **seconds,
                "places": places, "keys": len(self.before) + sum(map(len, tokens)) // (2 * len(tokens))}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="Hugging Face directory in float32 (tf-model convert)")
    parser.add_argument("--input", required=True, help="documents, .jsonl")
    parser.add_argument("--prompts", required=True, help="directory of the prompt files")
    parser.add_argument("--type", choices=list(TYPES), default="F32", help="of the weights")
    parser.add_argument("--style", choices=["primed", "instruct"], default="primed")
    parser.add_argument("--tool", default="Calculator")
    parser.add_argument("--k", type=int, default=5, help="places per document")
    parser.add_argument("--m", type=int, default=5, help="samples per place")
    parser.add_argument("--max-call-tokens", type=int, default=48)
    parser.add_argument("--cells", type=int, default=4096, help="tokens that the cache holds")
    parser.add_argument("--limit", type=int, help="use only the first documents")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    print(json.dumps(Annotation(options).run(read_documents(options.input, options.limit))))


if __name__ == "__main__":
    main()
