// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/network/block.h"

#include <cmath>

#include "toolformer/model/cpu/row_kernels.h"

namespace toolformer::model {
namespace {

struct Heads {
  torch::Tensor query;       // [N, H, D]
  torch::Tensor key, value;  // [N, G, D]
};

Heads project(const Block& block, const ModelConfig& config, const torch::Tensor& x) {
  const std::int64_t dim = config.head_dim;
  if (!block.fused_qkv.defined()) {
    return {apply(block.query, x).unflatten(-1, {config.heads, dim}),
            apply(block.key, x).unflatten(-1, {config.kv_heads, dim}),
            apply(block.value, x).unflatten(-1, {config.kv_heads, dim})};
  }
  const torch::Tensor fused = apply(block.fused_qkv, x);  // [N, (H + 2 G) D]
  const std::int64_t rows = config.heads + 2 * config.kv_heads;
  const auto parts =
      config.fused_by_head
          ? fused.unflatten(-1, {config.heads, 3 * dim}).chunk(3, -1)
          : fused.unflatten(-1, {rows, dim})
                .split_with_sizes({config.heads, config.kv_heads, config.kv_heads}, 1);
  return {parts[0], parts[1], parts[2]};
}

/// x [N, heads, D]
torch::Tensor norm_heads(const NormWeights& norm, const ModelConfig& config,
                         const torch::Tensor& x) {
  return config.joint_qk_norm ? apply(norm, config, x.flatten(1)).view_as(x)
                              : apply(norm, config, x);
}

AttentionLayer describe(const Block& block, const ModelConfig& config) {
  AttentionLayer layer;
  layer.index = block.index;
  layer.scale = config.attention_scale > 0 ? config.attention_scale
                                           : 1 / std::sqrt(static_cast<double>(config.head_dim));
  if (config.inverse_layer_scale) layer.scale /= static_cast<double>(block.index + 1);
  if (config.is_windowed(block.index)) layer.window = config.sliding_window;
  return layer;
}

/// x [N, C], already normalised -> [N, C]
torch::Tensor attend(const Block& block, const ModelConfig& config, const torch::Tensor& x,
                     const RopeAngles* angles, Attention& attention) {
  Heads heads = project(block, config, x);
  heads.query = norm_heads(block.query_norm, config, heads.query);
  heads.key = norm_heads(block.key_norm, config, heads.key);
  if (angles != nullptr) {
    const torch::Dtype dtype = heads.query.scalar_type();
    heads.query = rotate(heads.query, *angles, config.rope_layout);
    heads.key = rotate(heads.key, *angles, config.rope_layout);
    if (config.rope_in_float32)
      heads.query = heads.query.to(dtype), heads.key = heads.key.to(dtype);
  }
  const torch::Tensor mixed =
      attention.attend(describe(block, config), heads.query, heads.key, heads.value);  // [N, H, D]
  return apply(block.attention_out, mixed.flatten(1));
}

torch::Tensor activate(Activation activation, const torch::Tensor& x) {
  switch (activation) {
    case Activation::kSilu:
      return torch::silu(x);
    case Activation::kGeluTanh:
      return torch::gelu(x, "tanh");
    case Activation::kGelu:
      break;
  }
  return torch::gelu(x);
}

/// x [N, C], already normalised -> [N, C]
torch::Tensor feed_forward(const Block& block, const ModelConfig& config, const torch::Tensor& x) {
  if (block.fused_gate_up.defined()) {
    const auto parts = apply(block.fused_gate_up, x).chunk(2, -1);  // [N, M] each
    return apply(block.down, activate(config.activation, parts[0]) * parts[1]);
  }
  const torch::Tensor up = apply(block.up, x);  // [N, M]
  if (config.mlp_kind == Mlp::kPlain) return apply(block.down, activate(config.activation, up));
  return apply(block.down, activate(config.activation, apply(block.gate, x)) * up);
}

}  // namespace

torch::Tensor apply(const NormWeights& norm, const ModelConfig& config, const torch::Tensor& x) {
  if (!norm.weight.defined()) return x;
  if (config.norm == Norm::kLayer)
    return torch::layer_norm(x, {x.size(-1)}, norm.weight, norm.bias, config.norm_eps);
  if (has_row_kernels(x))
    return rms_norm_rows(x, norm.weight, config.norm_eps, config.norm_plus_one);
  const torch::Tensor wide = x.to(torch::kFloat32);
  const torch::Tensor unit = wide * torch::rsqrt(wide.square().mean(-1, true) + config.norm_eps);
  if (!config.norm_in_float32 && !config.norm_plus_one) return norm.weight * unit.to(x.dtype());
  const torch::Tensor scale = norm.weight.to(torch::kFloat32);
  return (unit * (config.norm_plus_one ? 1 + scale : scale)).to(x.dtype());
}

torch::Tensor apply(const Block& block, const ModelConfig& config, const torch::Tensor& x,
                    const RopeAngles* angles, Attention& attention) {
  const torch::Tensor normed = apply(block.attention_norm, config, x);
  const torch::Tensor attended = attend(block, config, normed, angles, attention);
  if (config.parallel_residual) {
    const torch::Tensor mlp_input = config.shared_norm ? normed : apply(block.mlp_norm, config, x);
    return feed_forward(block, config, mlp_input) + attended + x;
  }
  const torch::Tensor middle = x + apply(block.attention_post_norm, config, attended);
  const torch::Tensor fed = feed_forward(block, config, apply(block.mlp_norm, config, middle));
  return middle + apply(block.mlp_post_norm, config, fed);
}

}  // namespace toolformer::model
