#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes some of the tiny models as GGUF files, arranged as llama.cpp's convert_hf_to_gguf.py arranges them.

    python tests/parity/make_tiny_ggufs.py [--check]

Reads tests/parity/tiny, writes tests/parity/gguf. `--check` also loads those files with transformers, where it knows
the architecture, and compares the logits with the committed ones: an opinion other than this script's on the layout.
"""
import argparse
import json
import pathlib
import re

import gguf
import numpy as np
from safetensors.numpy import load_file

HERE = pathlib.Path(__file__).parent
MODULES = {
    "llama": [("model.embed_tokens", "token_embd"), ("model.norm", "output_norm"), ("lm_head", "output"),
              ("input_layernorm", "attn_norm"), ("post_attention_layernorm", "ffn_norm"),
              ("self_attn.q_proj", "attn_q"), ("self_attn.k_proj", "attn_k"), ("self_attn.v_proj", "attn_v"),
              ("self_attn.q_norm", "attn_q_norm"), ("self_attn.k_norm", "attn_k_norm"),
              ("self_attn.o_proj", "attn_output"), ("mlp.gate_proj", "ffn_gate"), ("mlp.up_proj", "ffn_up"),
              ("mlp.down_proj", "ffn_down")],
    "gpt2": [("transformer.wte", "token_embd"), ("transformer.wpe", "position_embd"),
             ("transformer.ln_f", "output_norm"), ("ln_1", "attn_norm"), ("ln_2", "ffn_norm"),
             ("attn.c_attn", "attn_qkv"), ("attn.c_proj", "attn_output"), ("mlp.c_fc", "ffn_up"),
             ("mlp.c_proj", "ffn_down")],
    "gptj": [("transformer.wte", "token_embd"), ("transformer.ln_f", "output_norm"), ("lm_head", "output"),
             ("ln_1", "attn_norm"), ("attn.q_proj", "attn_q"), ("attn.k_proj", "attn_k"), ("attn.v_proj", "attn_v"),
             ("attn.out_proj", "attn_output"), ("mlp.fc_in", "ffn_up"), ("mlp.fc_out", "ffn_down")],
    "gpt_neox": [("gpt_neox.embed_in", "token_embd"), ("gpt_neox.final_layer_norm", "output_norm"),
                 ("embed_out", "output"), ("input_layernorm", "attn_norm"), ("post_attention_layernorm", "ffn_norm"),
                 ("attention.query_key_value", "attn_qkv"), ("attention.dense", "attn_output"),
                 ("mlp.dense_h_to_4h", "ffn_up"), ("mlp.dense_4h_to_h", "ffn_down")],
}
MODULES["qwen3"] = MODULES["llama"]
MODULES["olmo2"] = [("post_attention_layernorm", "post_attention_norm"),
                    ("post_feedforward_layernorm", "post_ffw_norm")] + [
                        pair for pair in MODULES["llama"] if pair[0] != "post_attention_layernorm"]
MODULES["phi3"] = MODULES["llama"] + [("self_attn.qkv_proj", "attn_qkv"), ("mlp.gate_up_proj", "ffn_up")]
GGUF_NAME = {"gpt_neox": "gptneox"}


def gguf_name(architecture, name):
    module, part = name.rsplit(".", 1)
    layer = re.search(r"\.(\d+)\.", name)
    module = module.split(layer.group(0))[1] if layer else module
    stored = dict(MODULES[architecture])[module]
    return (f"blk.{layer.group(1)}." if layer else "") + stored + "." + part


def permute(rows, heads):
    """As LlamaModel.permute of the converter."""
    return rows.reshape(heads, 2, rows.shape[0] // heads // 2, *rows.shape[1:]).swapaxes(1, 2).reshape(rows.shape)


def arrange(config, name, tensor):
    architecture = config["model_type"]
    if architecture == "llama" and ".q_proj." in name:
        return permute(tensor, config["num_attention_heads"])
    if architecture == "llama" and ".k_proj." in name:
        return permute(tensor, config["num_key_value_heads"])
    if architecture == "gpt2" and ".h." in name and tensor.ndim == 2:
        return tensor.T
    if architecture == "gpt_neox" and ".query_key_value." in name:
        heads = config["num_attention_heads"]
        per_head = tensor.reshape(heads, 3, -1, *tensor.shape[1:])
        return np.concatenate([per_head[:, i].reshape(-1, *tensor.shape[1:]) for i in range(3)])
    return tensor


def write_metadata(writer, config):
    hidden = config.get("hidden_size", config.get("n_embd"))
    heads = config.get("num_attention_heads", config.get("n_head"))
    head_dim = config.get("head_dim") or hidden // heads
    writer.add_block_count(config.get("num_hidden_layers", config.get("n_layer")))
    writer.add_context_length(config.get("max_position_embeddings", config.get("n_positions")))
    writer.add_embedding_length(hidden)
    writer.add_feed_forward_length(config.get("intermediate_size", config.get("n_inner")) or 4 * hidden)
    writer.add_head_count(heads)
    writer.add_head_count_kv(config.get("num_key_value_heads", heads))
    writer.add_vocab_size(config["vocab_size"])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    if "rms_norm_eps" in config:
        writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    else:
        writer.add_layer_norm_eps(config.get("layer_norm_eps", config.get("layer_norm_epsilon")))
    rope = config.get("rope_parameters") or {}
    if "head_dim" in config:
        writer.add_key_length(head_dim)
        writer.add_value_length(head_dim)
    if rope:
        writer.add_rope_freq_base(rope["rope_theta"])
    rotated = config.get("rotary_dim", int(head_dim * rope.get("partial_rotary_factor", 1)))
    if config["model_type"] != "gpt2":
        writer.add_rope_dimension_count(rotated)
    if rope.get("rope_type") == "linear":
        writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(rope["factor"])
    if config["model_type"] == "phi3":
        writer.add_sliding_window(config["sliding_window"] or 0)
    if config["model_type"] == "gpt_neox":
        writer.add_parallel_residual(config["use_parallel_residual"])


def llama3_divisors(theta, dim, factor):
    """As the converter writes rope_freqs for Llama 3.1 (low 1, high 4, context 8192)."""
    wavelengths = 2 * np.pi * theta ** (np.arange(0, dim, 2) / dim)
    smooth = np.clip((8192 / wavelengths - 1) / 3, 0, 1)
    return (1 / ((1 - smooth) / factor + smooth)).astype(np.float32)


def write(case, output, rope_theta=None, divisors=None):
    directory = HERE / "tiny" / case
    config = json.loads((directory / "config.json").read_text())
    architecture = config["model_type"]
    if rope_theta is not None:
        config["rope_parameters"]["rope_theta"] = rope_theta
    writer = gguf.GGUFWriter(output, GGUF_NAME.get(architecture, architecture))
    write_metadata(writer, config)
    if divisors is not None:
        writer.add_tensor("rope_freqs.weight", divisors)
    for name, tensor in load_file(directory / "model.safetensors").items():
        arranged = np.ascontiguousarray(arrange(config, name, tensor))
        writer.add_tensor(gguf_name(architecture, name), arranged)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def check(case, path):
    import torch
    import transformers
    config = transformers.AutoConfig.from_pretrained(HERE / "tiny" / case)
    model = transformers.AutoModelForCausalLM.from_pretrained(path.parent, gguf_file=path.name, config=config,
                                                              dtype=torch.float32)
    expected = load_file(HERE / "tiny" / case / "expected.safetensors")
    lengths = [int(length) for length in expected["lengths"]]
    ids = torch.tensor(expected["ids"]).long().split(lengths)
    with torch.inference_mode():
        logits = torch.cat([model(input_ids=row[None]).logits[0] for row in ids])
    print(case, "largest difference in transformers:", float((logits - torch.tensor(expected["logits"])).abs().max()))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    folder = HERE / "gguf"
    folder.mkdir(exist_ok=True)
    for case in ["llama_mqa_linear_rope", "qwen3", "olmo2", "phi3_window", "gpt2", "gptj", "gpt_neox_parallel"]:
        write(case, folder / f"{case}.gguf")
        if arguments.check and case not in ("gptj", "gpt_neox_parallel"):
            try:
                check(case, folder / f"{case}.gguf")
            except (ValueError, KeyError, RuntimeError) as error:
                print(case, "transformers cannot load it:", error)
    theta = 5e6  # so large that one of the two frequencies is stretched by the whole factor
    write("llama_mha_biases", folder / "llama3_rope.gguf", theta, llama3_divisors(theta, 4, 32.0))


if __name__ == "__main__":
    main()
