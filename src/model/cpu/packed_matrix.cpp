// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/cpu/packed_matrix.h"

#include <ATen/autocast_mode.h>

#include <optional>
#include <string_view>

#include "toolformer/model/cpu/find_operator.h"
#include "toolformer/model/cpu/row_kernels.h"

namespace toolformer::model {
namespace {

using Reorder = at::Tensor(const at::Tensor&, std::optional<std::int64_t>);
using Pointwise = at::Tensor(const at::Tensor&, const at::Tensor&, const std::optional<at::Tensor>&,
                             std::string_view, c10::List<std::optional<at::Scalar>>,
                             std::optional<std::string_view>);

using Int8Prepack = at::Tensor(at::Tensor, std::optional<c10::List<std::int64_t>>);
using Int8Pointwise = at::Tensor(at::Tensor, double, std::int64_t, at::Tensor, at::Tensor,
                                 at::Tensor, std::optional<at::Tensor>, double, std::int64_t,
                                 std::optional<c10::ScalarType>, std::string_view,
                                 c10::List<std::optional<at::Scalar>>, std::string_view);

/// x [n, in], weight [out, in], packed or not -> [n, out]
torch::Tensor multiply_many(const torch::Tensor& x, const torch::Tensor& weight,
                            const torch::Tensor& bias) {
  // One row would take another kernel, with other rounding, than the same row among others.
  const bool alone = x.size(0) == 1;
  const torch::Tensor rows = alone ? x.expand({2, x.size(1)}).contiguous() : x.contiguous();
  static const auto linear_pointwise = find_operator<Pointwise>("mkldnn::_linear_pointwise");
  const auto out =
      linear_pointwise.call(rows, weight, bias.defined() ? std::optional(bias) : std::nullopt,
                            "none", c10::List<std::optional<at::Scalar>>(), "");
  return alone ? out.narrow(0, 0, 1) : out;
}

/// x [n, in] -> [n, out]: integer sums of both sides in eight bits, scaled back.
torch::Tensor multiply_int8(const torch::Tensor& x, const PackedMatrix& weight,
                            const torch::Tensor& bias) {
  const ByteRows rows = quantize_rows(x);
  const auto zeros = torch::zeros(weight.channel_scales.sizes(), torch::kInt32);
  static const auto qlinear_pointwise = find_operator<Int8Pointwise>("onednn::qlinear_pointwise");
  auto out = qlinear_pointwise.call(
      rows.values, 1.0, kByteZero, weight.packed, weight.channel_scales, zeros, std::nullopt, 1.0,
      0, torch::kFloat32, "none", c10::List<std::optional<at::Scalar>>(), "");
  rescale_rows(out, rows.scales, bias);
  return out;
}

torch::Tensor reorder(const torch::Tensor& weight) {
  static const auto reorder_weight = find_operator<Reorder>("mkldnn::_reorder_linear_weight");
  return reorder_weight.call(weight, std::nullopt);
}

/// Whether oneDNN has kernels for this type on this processor: it says so by throwing.
bool has_kernels_for(torch::Dtype dtype) {
  try {
    reorder(torch::zeros({16, 16}, dtype));
    return true;
  } catch (const c10::Error&) {
    return false;
  }
}

/// Without VNNI, pairs of products are added in 16 bits, which the largest ones do not fit into.
bool int8_sums_are_exact() {
  const auto ones = torch::ones({64, 64});
  return torch::allclose(multiply_int8(ones, pack_int8(ones), {}), ones * 64);
}

/// x W' with gradients: all three products are oneDNN's.
class Product : public torch::autograd::Function<Product> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& x,
                               const torch::Tensor& weight) {
    context->save_for_backward({x, weight});
    return multiply_many(x, weight.contiguous(), {});
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto& x = saved[0];
    const auto& weight = saved[1];
    const auto& out = gradients[0];  // [n, out]
    torch::Tensor x_gradient, weight_gradient;
    if (context->needs_input_grad(0)) x_gradient = multiply_many(out, weight.t().contiguous(), {});
    if (context->needs_input_grad(1))
      weight_gradient = multiply_many(out.t(), x.t().contiguous(), {});
    return {x_gradient, weight_gradient};
  }
};

/// Mixed precision is libtorch's autocast: it casts, and comes to oneDNN's kernels too.
bool takes_product(const torch::Tensor& weight) {
  return can_pack(weight) && weight.scalar_type() == torch::kFloat32 &&
         !at::autocast::is_autocast_enabled(torch::kCPU);
}

}  // namespace

torch::Tensor multiply(const PackedMatrix& weight, const torch::Tensor& x,
                       const torch::Tensor& bias) {
  if (weight.channel_scales.defined()) return multiply_int8(x, weight, bias);
  if (has_row_product(weight.order, x)) return multiply_rows(weight.blocks, weight.order, x, bias);
  return multiply_many(x, weight.packed, bias);
}

bool can_pack(const torch::Tensor& weight) {
  if (!weight.device().is_cpu() || !at::globalContext().hasMKLDNN()) return false;
  static const bool bfloat16 = has_kernels_for(torch::kBFloat16);
  static const bool float16 = has_kernels_for(torch::kFloat16);
  const auto dtype = weight.scalar_type();
  return dtype == torch::kFloat32 || (dtype == torch::kBFloat16 && bfloat16) ||
         (dtype == torch::kFloat16 && float16);
}

PackedMatrix MatrixPacker::pack(const torch::Tensor& weight) {
  const std::int64_t outputs = weight.size(0), inputs = weight.size(1);
  PackedMatrix result;
  result.packed = reorder(weight.detach().contiguous());
  result.blocks = find_blocks(result.packed, inputs, outputs);
  if (result.blocks.weights == nullptr) return result;
  const auto [found, is_new] = orders_.try_emplace({outputs, inputs});
  if (is_new) {
    found->second = find_accumulation_order(
        result.blocks, [&](const torch::Tensor& x) { return multiply_many(x, result.packed, {}); });
  }
  result.order = found->second;
  return result;
}

PackedMatrix pack_matrix(const torch::Tensor& weight) {
  return MatrixPacker().pack(weight);
}

bool can_pack_int8(const torch::Tensor& weight) {
  if (!weight.device().is_cpu() || weight.scalar_type() != torch::kFloat32) return false;
  static const bool exact = at::globalContext().hasMKLDNN() && int8_sums_are_exact();
  return exact;
}

PackedMatrix pack_int8(const torch::Tensor& weight) {
  const torch::Tensor rows = weight.detach().contiguous();
  const auto largest = rows.abs().amax(1);
  PackedMatrix result;
  result.channel_scales = torch::where(largest > 0, largest / 127, torch::ones_like(largest));
  const auto bytes = (rows / result.channel_scales.unsqueeze(1)).round().to(torch::kInt8);
  static const auto prepack = find_operator<Int8Prepack>("onednn::qlinear_prepack");
  result.packed = prepack.call(bytes, std::nullopt);
  return result;
}

torch::Tensor product(const torch::Tensor& x, const torch::Tensor& weight,
                      const torch::Tensor& bias) {
  if (!takes_product(weight)) return torch::linear(x, weight, bias);
  const torch::Tensor out = Product::apply(x, weight);
  return bias.defined() ? out + bias : out;
}

bool has_bfloat16_tiles() {
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
  return __builtin_cpu_supports("amx-bf16") != 0;
#else
  return false;
#endif
}

}  // namespace toolformer::model
