// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/network/attention.h"

#include <numeric>

#include "toolformer/base/error.h"

namespace toolformer::model {
namespace {

torch::Tensor window_mask(std::int64_t length, std::int64_t window, torch::Device device) {
  const torch::Tensor place =
      torch::arange(length, torch::TensorOptions(torch::kInt64).device(device));
  const torch::Tensor back = place.unsqueeze(1) - place.unsqueeze(0);  // [query, key], tokens ago
  return (back >= 0) & (back < window);
}

/// [n, heads, D] -> [1, heads, n, D]
torch::Tensor heads_first(const torch::Tensor& x) {
  return x.transpose(0, 1).unsqueeze(0);
}

}  // namespace

torch::Tensor PackedAttention::attend(const AttentionLayer& layer, const torch::Tensor& q,
                                      const torch::Tensor& k, const torch::Tensor& v) {
  const std::int64_t total = std::accumulate(lengths_.begin(), lengths_.end(), std::int64_t{0});
  if (total != q.size(0))
    throw base::Error(
        base::ExitCode::kInternal,
        fmt::format("packed attention: documents of {} tokens, a pass of {}", total, q.size(0)));
  std::vector<torch::Tensor> documents;
  documents.reserve(lengths_.size());
  std::int64_t begin = 0;
  for (const std::int64_t length : lengths_) {
    const bool windowed = layer.window > 0 && length > layer.window;
    std::optional<torch::Tensor> mask;
    if (windowed) mask = window_mask(length, layer.window, q.device());
    const torch::Tensor out = at::scaled_dot_product_attention(
        heads_first(q.narrow(0, begin, length)), heads_first(k.narrow(0, begin, length)),
        heads_first(v.narrow(0, begin, length)), mask, /*dropout_p=*/0.0, /*is_causal=*/!windowed,
        layer.scale,
        /*enable_gqa=*/q.size(1) != k.size(1));
    documents.push_back(out.squeeze(0).transpose(0, 1));  // [length, H, D]
    begin += length;
  }
  return torch::cat(documents, 0);
}

}  // namespace toolformer::model
