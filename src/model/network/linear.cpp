// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/network/linear.h"

namespace toolformer::model {
namespace {

torch::Tensor apply_weight(const Linear& linear, const torch::Tensor& x) {
  if (linear.packed.defined()) return multiply(linear.packed, x, linear.bias);
  if (!linear.in_out) return product(x, linear.weight, linear.bias);
  if (!linear.bias.defined()) return torch::mm(x, linear.weight);
  return torch::addmm(linear.bias, x, linear.weight);
}

}  // namespace

torch::Tensor apply(const Linear& linear, const torch::Tensor& x) {
  const torch::Tensor y = apply_weight(linear, x);
  const LowRank& adapter = linear.adapter;
  if (!adapter.a.defined()) return y;
  return y + product(product(x, adapter.a), adapter.b) * adapter.scale;
}

Linear pack(const Linear& linear, const PackWeight& pack_weight) {
  Linear result = linear;
  result.packed = pack_weight(linear.in_out ? linear.weight.t() : linear.weight);
  result.weight = torch::Tensor();
  return result;
}

}  // namespace toolformer::model
