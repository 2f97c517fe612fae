// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/network/rope.h"

#include <numbers>

#include "toolformer/model/cpu/row_kernels.h"

namespace toolformer::model {
namespace {

/// Llama 3.1: long wavelengths are stretched by `factor`, short ones kept, those between blended.
torch::Tensor scale_llama3(const torch::Tensor& frequencies, const Llama3RopeScaling& scaling) {
  const double context = static_cast<double>(scaling.original_context);
  const double longest_kept = context / scaling.high_freq_factor;
  const double shortest_stretched = context / scaling.low_freq_factor;
  const torch::Tensor wavelength = 2 * std::numbers::pi / frequencies;  // [pairs], in tokens
  const torch::Tensor stretched = frequencies / scaling.factor;
  const torch::Tensor blend = (context / wavelength - scaling.low_freq_factor) /
                              (scaling.high_freq_factor - scaling.low_freq_factor);
  const torch::Tensor blended = (1 - blend) * stretched + blend * frequencies;
  const torch::Tensor outer = torch::where(wavelength > shortest_stretched, stretched, frequencies);
  const torch::Tensor between = (wavelength >= longest_kept) & (wavelength <= shortest_stretched);
  return torch::where(between, blended, outer);
}

/// The partner of every dimension in its pair, negated for the first: (a, b) -> (-b, a).
torch::Tensor turn_quarter(const torch::Tensor& x, RopeLayout layout) {
  if (layout == RopeLayout::kHalf) {
    const std::vector<torch::Tensor> halves = x.chunk(2, -1);
    return torch::cat({-halves[1], halves[0]}, -1);
  }
  const torch::Tensor pairs = x.unflatten(-1, {-1, 2});  // [N, heads, rotary_dim / 2, 2]
  return torch::stack({-pairs.select(-1, 1), pairs.select(-1, 0)}, -1).flatten(-2);
}

}  // namespace

torch::Tensor rope_frequencies(const ModelConfig& config, bool windowed) {
  const std::int64_t dim = config.rotary_dim();
  const bool own_base = windowed && config.windowed_rope_theta.has_value();
  const double theta = own_base ? *config.windowed_rope_theta : config.rope_theta;
  const torch::Tensor exponent =
      torch::arange(0, dim, 2, torch::kFloat32) / static_cast<double>(dim);
  torch::Tensor frequencies = torch::reciprocal(torch::pow(theta, exponent));
  if (own_base) return frequencies;
  if (config.rope_llama3) return scale_llama3(frequencies, *config.rope_llama3);
  return frequencies / config.rope_linear_factor;
}

RopeAngles rope_angles(const torch::Tensor& frequencies, const torch::Tensor& positions,
                       RopeLayout layout, torch::Dtype dtype) {
  const torch::Tensor angles =
      positions.to(torch::kFloat32).unsqueeze(-1) * frequencies;  // [N, rotary_dim / 2]
  const torch::Tensor both = layout == RopeLayout::kHalf ? torch::cat({angles, angles}, -1)
                                                         : angles.repeat_interleave(2, -1);
  return {both.cos().to(dtype).unsqueeze(1), both.sin().to(dtype).unsqueeze(1)};
}

torch::Tensor rotate(const torch::Tensor& x, const RopeAngles& angles, RopeLayout layout) {
  if (layout == RopeLayout::kHalf && has_row_kernels(x))
    return rotate_rows(x, angles.cos, angles.sin);
  const std::int64_t dim = angles.cos.size(-1);
  const std::int64_t head_dim = x.size(-1);
  const torch::Tensor turning = dim == head_dim ? x : x.narrow(-1, 0, dim);
  const torch::Tensor turned = turning * angles.cos + turn_quarter(turning, layout) * angles.sin;
  if (dim == head_dim) return turned;
  return torch::cat({turned, x.narrow(-1, dim, head_dim - dim)}, -1);
}

}  // namespace toolformer::model
