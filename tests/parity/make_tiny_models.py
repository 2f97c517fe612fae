#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes tiny random models of every architecture and what transformers computes with them.

    python tests/parity/make_tiny_models.py [--output tests/parity/tiny] [CASE...]

Needs transformers (5.23 made the committed files), torch and safetensors. For every case a directory:
  config.json, model.safetensors   as save_pretrained writes them
  expected.safetensors             ids and lengths of three documents, logits, gradients of the mean next-token loss of
                                   all documents together, and the losses before each of ten AdamW steps
tests/parity/tiny_models_test.cpp replays them.
"""
import argparse
import pathlib

import torch
import transformers
from safetensors.torch import save_file

VOCAB = 64
LENGTHS = [11, 5, 16]
ADAMW = {"lr": 3e-3, "betas": (0.9, 0.95), "eps": 1e-8, "weight_decay": 0.01}

SMALL = {"vocab_size": VOCAB, "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2,
         "num_attention_heads": 4, "max_position_embeddings": 64, "bos_token_id": 1, "eos_token_id": 2,
         "pad_token_id": None}
GPT = {"vocab_size": VOCAB, "n_embd": 16, "n_layer": 2, "n_head": 2, "n_positions": 32, "bos_token_id": 1,
       "eos_token_id": 2, "resid_pdrop": 0.0, "embd_pdrop": 0.0, "attn_pdrop": 0.0}


def llama(**more):
    return transformers.LlamaConfig(**{**SMALL, "num_key_value_heads": 4, **more})


CASES = {
    "llama_mha_biases": lambda: llama(attention_bias=True, mlp_bias=True),
    "llama_gqa_llama3_rope": lambda: llama(
        num_key_value_heads=2, head_dim=8, tie_word_embeddings=True,
        rope_parameters={"rope_type": "llama3", "rope_theta": 5000.0, "factor": 8.0, "low_freq_factor": 1.0,
                         "high_freq_factor": 4.0, "original_max_position_embeddings": 24}),
    "llama_mqa_linear_rope": lambda: llama(
        num_key_value_heads=1, rope_parameters={"rope_type": "linear", "rope_theta": 10000.0, "factor": 4.0}),
    "mistral_window": lambda: transformers.MistralConfig(**{**SMALL, "num_key_value_heads": 2, "sliding_window": 4}),
    "qwen2_window": lambda: transformers.Qwen2Config(
        **{**SMALL, "num_key_value_heads": 2, "tie_word_embeddings": True, "use_sliding_window": True,
           "sliding_window": 3, "max_window_layers": 1}),
    "qwen3": lambda: transformers.Qwen3Config(**{**SMALL, "num_key_value_heads": 2, "head_dim": 8}),
    "olmo2": lambda: transformers.Olmo2Config(**{**SMALL, "num_key_value_heads": 2}),
    "phi3_window": lambda: transformers.Phi3Config(
        **{**SMALL, "num_attention_heads": 2, "num_key_value_heads": 1, "sliding_window": 4,
           "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.5}}),
    "gemma3": lambda: transformers.Gemma3TextConfig(
        **{**SMALL, "num_key_value_heads": 1, "head_dim": 8, "query_pre_attn_scalar": 10, "sliding_window": 4,
           "layer_types": ["sliding_attention", "full_attention"],
           "rope_parameters": {
               "full_attention": {"rope_type": "linear", "rope_theta": 1000000.0, "factor": 8.0},
               "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0}}}),
    "gpt2": lambda: transformers.GPT2Config(**GPT),
    "gpt2_inverse_layer_scale": lambda: transformers.GPT2Config(
        **{**GPT, "scale_attn_by_inverse_layer_idx": True, "n_inner": 24, "activation_function": "gelu"}),
    "gptj": lambda: transformers.GPTJConfig(**{**GPT, "rotary_dim": 4}),
    "gpt_neox_parallel": lambda: transformers.GPTNeoXConfig(
        **{**SMALL, "num_attention_heads": 2, "hidden_dropout": 0.0, "attention_dropout": 0.0,
           "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.25}}),
    "gpt_neox_sequential": lambda: transformers.GPTNeoXConfig(
        **{**SMALL, "num_attention_heads": 2, "use_parallel_residual": False, "attention_bias": False,
           "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.5}}),
}


def randomise(model):
    """Far from the initial values, where most differences between implementations would vanish."""
    generator = torch.Generator().manual_seed(20260101)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            centre = 1.0 if parameter.dim() == 1 and name.endswith("weight") else 0.0
            parameter.copy_(centre + 0.3 * noise)


def forward(model, documents):
    """Logits of all documents end to end, and the mean next-token loss over all of them."""
    logits = [model(input_ids=ids[None]).logits[0] for ids in documents]
    losses = [torch.nn.functional.cross_entropy(row[:-1], ids[1:], reduction="sum")
              for row, ids in zip(logits, documents)]
    return torch.cat(logits), sum(losses) / sum(len(ids) - 1 for ids in documents)


def make(name, output):
    model = transformers.AutoModelForCausalLM.from_config(CASES[name](), attn_implementation="eager")
    model = model.float().eval()
    randomise(model)
    directory = output / name
    model.save_pretrained(directory)
    generator = torch.Generator().manual_seed(7)
    documents = [torch.randint(3, VOCAB, (length,), generator=generator) for length in LENGTHS]
    logits, loss = forward(model, documents)
    loss.backward()
    expected = {"ids": torch.cat(documents).float(), "lengths": torch.tensor(LENGTHS).float(),
                "logits": logits.detach().contiguous()}
    for parameter_name, parameter in model.named_parameters():
        if parameter_name == "lm_head.weight" and model.config.model_type == "gpt_neox":
            parameter_name = "embed_out.weight"  # its name in files
        expected["grad." + parameter_name] = parameter.grad.detach().clone().contiguous()
    optimizer = torch.optim.AdamW(model.parameters(), **ADAMW)
    losses = []
    for _ in range(10):
        optimizer.zero_grad()
        _, loss = forward(model, documents)
        losses.append(loss.item())
        loss.backward()
        optimizer.step()
    expected["losses"] = torch.tensor(losses)
    save_file(expected, directory / "expected.safetensors")
    print(f"{name}: loss {losses[0]:.5f} -> {losses[-1]:.5f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).parent / "tiny")
    parser.add_argument("cases", nargs="*", metavar="CASE")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    for name in arguments.cases or CASES:
        make(name, arguments.output)


if __name__ == "__main__":
    main()
