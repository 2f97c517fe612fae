// SPDX-License-Identifier: Apache-2.0
// GGUF's tensors under their Hugging Face names and in their Hugging Face arrangement. llama.cpp's
// converter renames them and, for some architectures, rearranges their rows; both are undone here.
#pragma once

#include <torch/torch.h>

#include <map>
#include <string>
#include <vector>

#include "toolformer/formats/gguf.h"
#include "toolformer/model/architecture/config.h"
#include "toolformer/model/network/transformer.h"

namespace toolformer::model {

/// Hugging Face parameter name -> GGUF tensor name, for every parameter of the configuration.
std::map<std::string, std::string> gguf_names(const ModelConfig& config);

/// The tensor of one parameter as Hugging Face arranges it, from GGUF's arrangement.
torch::Tensor undo_gguf_arrangement(const ModelConfig& config, const std::string& name,
                                    const torch::Tensor& tensor);

/// Its inverse: a tensor of ours as GGUF arranges it. It may share memory with the argument.
torch::Tensor gguf_arrangement(const ModelConfig& config, const std::string& name,
                               const torch::Tensor& tensor);

/// The shape that the tensor of this parameter has in GGUF, outermost dimension first.
std::vector<std::int64_t> gguf_shape(const ModelConfig& config, const std::string& name,
                                     std::vector<std::int64_t> shape);

/// Every weight in `dtype` on `device`. A head equal to the embedding is dropped where the
/// architecture ties them: config.tied_head is set accordingly. Throws DataError listing missing,
/// unknown and misshapen tensors.
Parameters load_gguf_weights(const formats::GgufFile& file, ModelConfig& config,
                             torch::Device device, torch::Dtype dtype);

}  // namespace toolformer::model
