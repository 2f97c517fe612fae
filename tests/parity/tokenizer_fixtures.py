#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Small Hugging Face tokenizers of the four styles, trained on the sample data, with their ids:
tests/parity/tokenizer_fixtures.py DATA tests/text/fixtures   (DATA: the development data)
gpt2, llama3, qwen2: tokenizer.json; llama2: tokenizer.model (SentencePiece BPE) and, as llama2_json, the tokenizer.json
that transformers makes of it; unigram: tokenizer.model. ids.jsonl holds {"tokenizer", "text", "ids"}: transformers' for a
tokenizer.json, SentencePiece's own for a tokenizer.model (transformers leaves out the dummy prefix before a space)."""
import gzip
import json
import pathlib
import shutil
import sys
import tempfile

import sentencepiece
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from tokenizers import Regex
from transformers import AutoTokenizer

LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN2 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
TEXTS = [
    "Hello world", " leading and trailing ", "Of the 320 lamps, 48 (15%) failed in the first year.", "a  b   c\n\n\td\r\n",
    "don't DON'T we'Ve it\u2019s 'S \u017f'\u017f", "1 12 123 1234 12345.678", "café cafe\u0301 Å\u212b \uac01\u1100\u1161\u11a8", "日本語 한국어 العربية 👩‍👧",
    "<s> </s> <|im_start|> <|endoftext|> <|begin_of_text|>", "<tool> x<tool>y", "\u00a0\u2003\u3000\u0085\u180e\ufeff", "==>->\u2581<-", "\x00\x01", " ", "ﬁne ½",
]


def split(pattern):
    return pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(pattern), "isolated"), pre_tokenizers.ByteLevel(False, use_regex=False)])


def byte_level(lines, pre_tokenizer, special, normalizer=None, ignore_merges=False):
    tokenizer = Tokenizer(models.BPE(ignore_merges=ignore_merges))
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(lines, trainers.BpeTrainer(vocab_size=600, initial_alphabet=alphabet, show_progress=False))
    tokenizer.add_special_tokens(special)
    tokenizer.add_tokens([AddedToken("<tool>", normalized=False)])
    return tokenizer


def save(tokenizer, folder, config):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokenizer.json").write_text(tokenizer.to_str(pretty=False), encoding="utf-8")
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "PreTrainedTokenizerFast", **config}) + "\n")


def spm(lines, folder, kind, **options):
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        source = pathlib.Path(place) / "text"
        source.write_text("\n".join(lines), encoding="utf-8")
        sentencepiece.SentencePieceTrainer.train(
            input=str(source), model_prefix=f"{place}/m", model_type=kind, vocab_size=600, byte_fallback=True,
            character_coverage=0.98, minloglevel=2, user_defined_symbols=["<tool>"], **options)
        shutil.copy(f"{place}/m.model", folder / "tokenizer.model")


def main():
    data, out = map(pathlib.Path, sys.argv[1:3])
    with gzip.open(data / "c4.jsonl.gz", "rt", encoding="utf-8") as file:
        lines = [json.loads(line)["text"] for line, _ in zip(file, range(100))]
    gpt2 = byte_level(lines, pre_tokenizers.ByteLevel(False), ["<|endoftext|>"])
    save(gpt2, out / "gpt2", {"bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>"})
    llama3 = byte_level(lines, split(LLAMA3), ["<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>"], ignore_merges=True)
    llama3.post_processor = processors.TemplateProcessing(
        single="<|begin_of_text|> $A", special_tokens=[("<|begin_of_text|>", llama3.token_to_id("<|begin_of_text|>"))])
    save(llama3, out / "llama3", {"bos_token": "<|begin_of_text|>", "eos_token": "<|end_of_text|>"})
    (out / "llama3" / "generation_config.json").write_text(
        json.dumps({"eos_token_id": [llama3.token_to_id("<|end_of_text|>"), llama3.token_to_id("<|eot_id|>")]}) + "\n")
    qwen2 = byte_level(lines, split(QWEN2), ["<|endoftext|>", "<|im_start|>", "<|im_end|>"], normalizers.NFC())
    save(qwen2, out / "qwen2", {"eos_token": {"__type": "AddedToken", "content": "<|im_end|>", "lstrip": False, "normalized": False, "rstrip": False, "single_word": False, "special": True}, "bos_token": None, "add_bos_token": False})
    spm(lines, out / "llama2", "bpe", normalization_rule_name="identity", remove_extra_whitespaces=False)
    (out / "llama2" / "tokenizer_config.json").write_text(
        json.dumps({"tokenizer_class": "LlamaTokenizer", "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}) + "\n")
    with tempfile.TemporaryDirectory() as place:
        rules = pathlib.Path(place) / "rules.tsv"  # the ligature fi to "fi", U+212B to U+00C5
        rules.write_text("FB01\t66 69\n212B\tC5\n", encoding="utf-8")
        spm(lines, out / "unigram", "unigram", normalization_rule_tsv=str(rules))
    with tempfile.TemporaryDirectory() as place:
        AutoTokenizer.from_pretrained(out / "llama2").save_pretrained(place)
        (out / "llama2_json").mkdir(exist_ok=True)
        text = json.dumps(json.loads(pathlib.Path(place, "tokenizer.json").read_text()), ensure_ascii=False, separators=(",", ":"))
        (out / "llama2_json" / "tokenizer.json").write_text(text, encoding="utf-8")
    with open(out / "ids.jsonl", "w", encoding="utf-8") as file:
        for name in ("gpt2", "llama3", "qwen2", "llama2_json"):
            tokenizer = AutoTokenizer.from_pretrained(out / ("llama2" if name.startswith("llama2") else name))
            for text in TEXTS:
                ids = tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"]
                file.write(json.dumps({"tokenizer": name, "text": text, "ids": ids}) + "\n")
        for name in ("llama2", "unigram"):
            processor = sentencepiece.SentencePieceProcessor(model_file=str(out / name / "tokenizer.model"))
            for text in TEXTS:
                file.write(json.dumps({"tokenizer": name, "text": text, "ids": processor.encode(text)}) + "\n")


if __name__ == "__main__":
    main()
