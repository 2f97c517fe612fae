// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/network/mixed_precision.h"

#include <gtest/gtest.h>

#include "model/random_model.h"
#include "toolformer/model/network/linear.h"

namespace toolformer::model {
namespace {

torch::Dtype type_of_products() {
  const Linear linear{.weight = torch::ones({16, 32}), .bias = torch::ones({16})};
  const torch::Tensor y = apply(linear, torch::ones({3, 32}));
  EXPECT_EQ(product(torch::ones({3, 32}), linear.weight).scalar_type(), y.scalar_type());
  return y.scalar_type();
}

TEST(MixedPrecision, LastsAsLongAsItsScope) {
  EXPECT_EQ(type_of_products(), torch::kFloat32);
  {
    const MixedPrecision outer(torch::kCPU, torch::kBFloat16);
    EXPECT_EQ(type_of_products(), torch::kBFloat16);
    {
      const MixedPrecision inner(torch::kCPU, torch::kFloat32);
      EXPECT_EQ(type_of_products(), torch::kFloat32);
    }
    EXPECT_EQ(type_of_products(), torch::kBFloat16);
  }
  EXPECT_EQ(type_of_products(), torch::kFloat32);
}

TEST(MixedPrecision, AWeightThatMovedIsCastAnew) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor weight = torch::ones({16, 32}).set_requires_grad(true);
  const MixedPrecision precision(torch::kCPU, torch::kBFloat16);
  {
    const torch::AutoGradMode with_gradients(true);
    product(torch::ones({3, 32}), weight).sum().backward();
  }
  weight.fill_(2);
  EXPECT_EQ(product(torch::ones({3, 32}), weight)[0][0].item<double>(), 64);
}

// Everything the backward pass leaves, of a loss over all states.
Parameters gradients(Activations activations, torch::Dtype dtype) {
  Transformer transformer = random_transformer(random_config({"gqa", 6, 2, 32, 3}));
  for (const auto& entry : transformer.parameters()) entry.second.set_requires_grad(true);
  transformer.set_activations(activations);
  const MixedPrecision precision(torch::kCPU, dtype);
  const torch::Tensor ids = torch::tensor({3, 7, 1, 30, 12, 12, 5}, torch::kInt64);
  PackedAttention attention({4, 3});
  const torch::Tensor hidden =
      transformer.forward(ids, torch::tensor({0, 1, 2, 3, 0, 1, 2}, torch::kInt64), attention);
  EXPECT_EQ(hidden.scalar_type(), torch::kFloat32);
  transformer.logits(hidden).to(torch::kFloat32).logsumexp(1).sum().backward();
  Parameters result;
  for (const auto& [name, tensor] : transformer.parameters()) result[name] = tensor.grad();
  return result;
}

TEST(MixedPrecision, GradientsAreThoseOfFloat32WithinItsRounding) {
  const Parameters exact = gradients(Activations::kKept, torch::kFloat32);
  for (const auto& [name, gradient] : gradients(Activations::kKept, torch::kBFloat16)) {
    EXPECT_EQ(gradient.scalar_type(), torch::kFloat32) << name;
    const double difference =
        ((gradient - exact.at(name)).norm() / exact.at(name).norm()).item<double>();
    EXPECT_GT(difference, 1e-4) << name << ": was this bfloat16?";
    EXPECT_LT(difference, 0.04) << name;
  }
}

TEST(MixedPrecision, LayersThatRunAgainGiveTheSameBits) {
  const Parameters kept = gradients(Activations::kKept, torch::kBFloat16);
  for (const auto& [name, gradient] : gradients(Activations::kRecomputed, torch::kBFloat16))
    EXPECT_TRUE(torch::equal(gradient, kept.at(name))) << name;
}

}  // namespace
}  // namespace toolformer::model
