#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Token ids and the begin token of GGUF files, for every pre-tokenizer name, against the server of llama.cpp (/tokenize):

  gguf_pre_tokenizers.py TOKENIZER_IDS [NAME ... | all]

TOKENIZER_IDS is the program built from tokenizer_ids.cpp; $TOOLFORMER_PEERS holds the server (scripts/setup.sh --peers), without it
the exit code is 77. The files leave out tokenizer.ggml.add_bos_token. Names that this server does not know are counted."""
import json
import os
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import urllib.request

peers = pathlib.Path(os.environ.get("TOOLFORMER_PEERS", "/nonexistent"))
try:
    import xllamacpp
except ImportError:
    if not (peers / "bin/python").exists() or os.environ.get("TOOLFORMER_PEERS_TRIED"):
        print("skipped: no llama.cpp server in $TOOLFORMER_PEERS (scripts/setup.sh --peers)")
        sys.exit(77)
    os.execve(peers / "bin/python", [str(peers / "bin/python"), "-B", *sys.argv], {**os.environ, "TOOLFORMER_PEERS_TRIED": "1"})

# One name for each way to cut, then the others that share it.
NAMES = """llama-bpe tekken chameleon minicpm5 granite-embed-multi-97m gpt-2 smollm qwen2 qwen35 dbrx chatglm-bpe glm4 default falcon
jais-2 deepseek-llm deepseek-coder deepseek-v3 spark2_5 bloom viking gpt-4o bailingmoe seed-coder ufakzeka laguna exaone-moe
superbpe""".split()
OTHERS = """llama3 llama-v3 falcon3 falcon-h1 pixtral midm-2.0 lfm2 jina-v5-nano phi-2 olmo mpt jais trillion granite-docling jina-es
jina-de jina-v2-es jina-v2-de jina-v1-en jina-v2-code roberta-bpe gigachat a.x-4.0 mellum modern-bert exaone4 starcoder refact
command-r codeshell exaone minerva-7b mellum2 deepseek-r1-qwen kormo f2llmv2 stablelm2 hunyuan megrez solar-open grok-2 smaug-bpe
glm5 hunyuan-dense joyai-llm hy_v4 poro-chat gpt3-finnish llama4 kanana2 talkie minimax-m2 bailingmoe2 llada-moe""".split()
# Without U+017F, which only the models' own patterns take for an s, and without letters outside of form C: Qwen2 normalises.
PARTS = ["a", "The", "cat", "B", "CASE", "mixedCase", "é", "été", "École", "ÉCOLE", "日本語", "かな", "한국어", "привет", "العربية", "ไทย", "हिन्दी", "1", "12", "345", "67890", "٣", "½", " ", " ", " ",
         "  ", "    ", "\n", "\n\n", "\r\n", "\t", ".", "...", "!?", ",", "-", "_", "'s", "'LL", "don't", "$", "+=", "<b>", "(", ")", "/", "\\", "\"", "#", "👍🏽", "—", "“", "”", "、", "。", "\u00a0", "\u3000",
         "…", "|", "~", "^", "`", "@", "x1", "v2.0", "http://a.b/c", "e.g."]


def symbols():
    printed = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [b for b in range(256) if b not in printed]
    return {**{b: chr(b) for b in printed}, **{b: chr(0x100 + i) for i, b in enumerate(others)}}


def vocabulary(draw, texts):
    """Pieces and merges that join whatever stands side by side, so that every cut can be seen."""
    symbol = symbols()
    pieces = [symbol[b] for b in range(256)]
    known, merges = set(pieces), []
    for _ in range(3000):
        written = "".join(symbol[b] for b in draw.choice(texts).encode())
        at, size = draw.randrange(len(written)), draw.choice([2, 2, 2, 3, 4])
        part = written[at:at + size]
        cut = draw.randrange(1, max(2, len(part)))
        if len(part) < 2 or part in known or part[:cut] not in known or part[cut:] not in known:
            continue
        known.add(part)
        pieces.append(part)
        merges.append(f"{part[:cut]} {part[cut:]}")
    return pieces, merges


class Gguf:
    def __init__(self):
        self.values, self.count = b"", 0

    @staticmethod
    def string(text):
        return struct.pack("<Q", len(text.encode())) + text.encode()

    def add(self, key, kind, data):
        self.values += self.string(key) + struct.pack("<I", kind) + data
        self.count += 1

    def text(self, key, value):
        self.add(key, 8, self.string(value))

    def number(self, key, value):
        self.add(key, 4, struct.pack("<I", value))

    def write(self, path, tensors):
        header, data = b"", b""
        for name, shape in tensors:
            size = 4
            for length in shape:
                size *= length
            header += self.string(name) + struct.pack("<I", len(shape)) + struct.pack(f"<{len(shape)}Q", *shape) + struct.pack("<IQ", 0, len(data))
            data += bytes(size + -size % 32)
        whole = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), self.count) + self.values + header
        path.write_bytes(whole + bytes(-len(whole) % 32) + data)


def write_model(path, name, pieces, merges):
    size, width = len(pieces) + 2, 32
    file = Gguf()
    file.text("general.architecture", "llama")
    for key, value in (("context_length", 64), ("embedding_length", width), ("block_count", 1), ("feed_forward_length", width), ("attention.head_count", 1)):
        file.number("llama." + key, value)
    file.add("llama.attention.layer_norm_rms_epsilon", 6, struct.pack("<f", 1e-5))
    file.text("tokenizer.ggml.model", "gpt2")
    if name:
        file.text("tokenizer.ggml.pre", name)
    tokens = pieces + ["<|begin|>", "<|end|>"]
    file.add("tokenizer.ggml.tokens", 9, struct.pack("<IQ", 8, size) + b"".join(map(file.string, tokens)))
    file.add("tokenizer.ggml.token_type", 9, struct.pack("<IQ", 5, size) + struct.pack(f"<{size}i", *[1] * len(pieces), 3, 3))
    file.add("tokenizer.ggml.merges", 9, struct.pack("<IQ", 8, len(merges)) + b"".join(map(file.string, merges)))
    file.number("tokenizer.ggml.bos_token_id", size - 2)
    file.number("tokenizer.ggml.eos_token_id", size - 1)
    layer = [("attn_norm", [width]), ("ffn_norm", [width])] + [(n, [width, width]) for n in ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")]
    file.write(path, [("token_embd.weight", [width, size]), ("output_norm.weight", [width])] + [(f"blk.0.{n}.weight", shape) for n, shape in layer])


def server_ids(path, texts):
    """llama.cpp's ids; None where it does not take the file."""
    settings = xllamacpp.CommonParams()
    settings.model.path = str(path)
    settings.hostnames, settings.port = ["127.0.0.1"], 0
    settings.n_ctx, settings.n_parallel = 64, 1
    settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = 1
    settings.warmup, settings.fit_params, settings.verbosity = False, False, 0
    try:
        server = xllamacpp.Server(settings)
    except RuntimeError:
        return None
    out = []
    for text in texts:
        body = json.dumps({"content": text, "add_special": True, "parse_special": False}).encode()
        request = urllib.request.Request(server.listening_address + "/tokenize", body, {"Content-Type": "application/json"})
        out.append(json.load(urllib.request.urlopen(request, timeout=30))["tokens"])
    del server
    return out


def one(program, name):
    """In a process of its own: 0 equal, 1 different, 2 unknown to the server."""
    draw = random.Random(7)
    texts = ["".join(draw.choice(PARTS) for _ in range(draw.randint(1, 14))) for _ in range(150)]
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "x.gguf")
        write_model(path, name, *vocabulary(draw, texts))
        answer = json.loads(subprocess.run([program], input=json.dumps({"model": str(path), "texts": texts}) + "\n", capture_output=True, text=True, check=True).stdout)
        theirs = server_ids(path, texts)
    if theirs is None:
        return 2
    if "refused" in answer:
        print(f"{name}: refused: {answer['refused']}")
        return 1
    size = answer["size"]
    ours = [([size - 2] if answer["adds_bos"] else []) + ids for ids in answer["ids"]]
    wrong = [i for i in range(len(texts)) if ours[i] != theirs[i]]
    if wrong:
        print(f"{name}: {len(wrong)} of {len(texts)} differ: {texts[wrong[0]]!r}\n  here      {ours[wrong[0]]}\n  llama.cpp {theirs[wrong[0]]}")
    return 1 if wrong else 0


def main():
    program, names = sys.argv[1], sys.argv[2:]
    if len(names) == 1 and names != ["all"]:
        code = one(program, names[0])
        sys.stdout.flush()
        os._exit(code)  # the server's threads would keep the process
    if names == ["all"]:
        names = NAMES + OTHERS
    results = {0: [], 1: [], 2: []}
    for name in names or NAMES:
        done = subprocess.run([sys.executable, "-B", __file__, program, name], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=120)
        results.setdefault(done.returncode, []).append(name)
        print(done.stdout, end="")
    print(f"{len(results[0])} names equal; different: {results[1]}; not known to this server: {results[2]}; failed: {[r for r in results if r not in (0, 1, 2)]}")
    sys.exit(1 if any(code not in (0, 2) and results[code] for code in results) or not results[0] else 0)


if __name__ == "__main__":
    main()
