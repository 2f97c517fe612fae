// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/linear.h"

#include <ATen/core/dispatch/Dispatcher.h>

#include <optional>
#include <string_view>

namespace toolformer::model {
namespace {

// oneDNN is reached through the dispatcher only; libtorch has no C++ function for prepacked
// weights.
using Reorder = at::Tensor(const at::Tensor&, std::optional<std::int64_t>);
using Pointwise = at::Tensor(const at::Tensor&, const at::Tensor&, const std::optional<at::Tensor>&,
                             std::string_view, c10::List<std::optional<at::Scalar>>,
                             std::optional<std::string_view>);

template <class Signature>
const c10::TypedOperatorHandle<Signature>& find_operator(const char* name) {
  static const auto handle =
      c10::Dispatcher::singleton().findSchemaOrThrow(name, "").typed<Signature>();
  return handle;
}

torch::Tensor apply_packed(const Linear& linear, const torch::Tensor& x) {
  // One row would take another kernel, with other rounding, than the same row among others.
  const bool alone = x.size(0) == 1;
  const torch::Tensor rows = alone ? x.expand({2, x.size(1)}).contiguous() : x.contiguous();
  const std::optional<at::Tensor> bias =
      linear.bias.defined() ? std::optional(linear.bias) : std::nullopt;
  const auto out =
      find_operator<Pointwise>("mkldnn::_linear_pointwise")
          .call(rows, linear.packed, bias, "none", c10::List<std::optional<at::Scalar>>(), "");
  return alone ? out.narrow(0, 0, 1) : out;
}

}  // namespace

torch::Tensor apply(const Linear& linear, const torch::Tensor& x) {
  if (linear.packed.defined()) return apply_packed(linear, x);
  if (!linear.in_out) return torch::linear(x, linear.weight, linear.bias);
  if (!linear.bias.defined()) return torch::mm(x, linear.weight);
  return torch::addmm(linear.bias, x, linear.weight);
}

bool can_pack(const torch::Tensor& weight) {
  return weight.device().is_cpu() && weight.scalar_type() == torch::kFloat32 &&
         at::globalContext().hasMKLDNN();
}

Linear pack(const Linear& linear) {
  Linear result = linear;
  const torch::Tensor weight =
      linear.in_out ? linear.weight.t().contiguous() : linear.weight.contiguous();
  result.packed =
      find_operator<Reorder>("mkldnn::_reorder_linear_weight").call(weight.detach(), std::nullopt);
  result.weight = torch::Tensor();
  return result;
}

}  // namespace toolformer::model
