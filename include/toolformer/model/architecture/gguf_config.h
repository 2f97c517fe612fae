// SPDX-License-Identifier: Apache-2.0
// The configuration that a GGUF file's metadata describes (keys: ggml's docs/gguf.md).
#pragma once

#include <torch/torch.h>

#include <vector>

#include "toolformer/formats/gguf.h"
#include "toolformer/formats/write_gguf.h"
#include "toolformer/model/architecture/config.h"

namespace toolformer::model {

/// Throws DataError that lists everything wrong; an unknown architecture, rope scaling or expert
/// layer by name.
ModelConfig gguf_config(const formats::GgufFile& file);

/// general.architecture and the architecture's own keys. What the format cannot say is left out:
/// gguf_config of the written file tells.
std::vector<formats::GgufEntry> gguf_metadata(const ModelConfig& config);

/// rope_freqs.weight [rotary_dim / 2] of Llama 3.1's scaling; undefined without it.
torch::Tensor gguf_rope_divisors(const ModelConfig& config);

/// What Llama 3.1's scaling divides the frequency of a rotary pair by.
double llama3_divisor(const ModelConfig& config, const Llama3RopeScaling& scaling,
                      std::int64_t pair);

}  // namespace toolformer::model
