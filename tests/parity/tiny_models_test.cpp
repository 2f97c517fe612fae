// SPDX-License-Identifier: Apache-2.0
// Every architecture against transformers: logits, gradients of every parameter, ten steps of
// AdamW.
#include <gtest/gtest.h>

#include "parity/tiny_models.h"
#include "toolformer/model/weights/checkpoint.h"

namespace toolformer {
namespace {

class TinyModel : public testing::TestWithParam<std::string> {
 protected:
  TinyModel()
      : expected_(parity::read_expected(GetParam())),
        transformer_(model::load_transformer(parity::tiny_directory() / GetParam(), {})) {}

  torch::Tensor logits() const {
    model::PackedAttention attention(expected_.lengths);
    return transformer_.logits(transformer_.forward(expected_.ids, expected_.positions, attention));
  }
  void require_gradients() const {
    for (const auto& [name, parameter] : transformer_.parameters())
      parameter.set_requires_grad(true);
  }

  parity::Expected expected_;
  model::Transformer transformer_;
};

TEST_P(TinyModel, LogitsAreThoseOfTransformers) {
  const torch::InferenceMode inference;
  EXPECT_LT((logits() - expected_.logits).abs().max().item<double>(), 1e-4);
}

TEST_P(TinyModel, EveryGradientIsThatOfTransformers) {
  require_gradients();
  parity::mean_loss(logits(), expected_).backward();
  ASSERT_EQ(transformer_.parameters().size(), expected_.grads.size());
  for (const auto& [name, parameter] : transformer_.parameters()) {
    ASSERT_TRUE(expected_.grads.contains(name)) << name;
    ASSERT_TRUE(parameter.grad().defined()) << name;
    const torch::Tensor& reference = expected_.grads.at(name);
    const double relative = (parameter.grad().to_dense() - reference).norm().item<double>() /
                            std::max(reference.norm().item<double>(), 1e-6);
    EXPECT_LT(relative, 1e-3) << name;
  }
}

/// AdamW as published (Loshchilov and Hutter, arXiv 1711.05101), with the settings of
/// make_tiny_models.py.
class AdamW {
 public:
  void step(const model::Parameters& parameters) {
    const torch::NoGradGuard no_grad;
    ++count_;
    for (const auto& [name, parameter] : parameters) {
      const torch::Tensor gradient = parameter.grad().to_dense();
      auto& [first, second] = moments_[name];
      if (!first.defined())
        first = torch::zeros_like(parameter), second = torch::zeros_like(parameter);
      first = 0.9 * first + 0.1 * gradient;
      second = 0.95 * second + 0.05 * gradient.square();
      const torch::Tensor mean = first / (1 - std::pow(0.9, count_));
      const torch::Tensor spread = (second / (1 - std::pow(0.95, count_))).sqrt() + 1e-8;
      parameter.mul_(1 - kRate * 0.01).sub_(kRate * mean / spread);
      parameter.mutable_grad() = torch::Tensor();
    }
  }

 private:
  static constexpr double kRate = 3e-3;
  int count_ = 0;
  std::map<std::string, std::pair<torch::Tensor, torch::Tensor>> moments_;
};

TEST_P(TinyModel, TenStepsOfAdamWHaveTheSameLosses) {
  require_gradients();
  AdamW optimizer;
  ASSERT_EQ(expected_.losses.size(), 10U);
  for (const double reference : expected_.losses) {
    const torch::Tensor loss = parity::mean_loss(logits(), expected_);
    EXPECT_NEAR(loss.item<double>(), reference, 1e-4);
    loss.backward();
    optimizer.step(transformer_.parameters());
  }
  EXPECT_LT(expected_.losses.back(), expected_.losses.front() - 0.5)
      << "the reference did not learn";
}

TEST_P(TinyModel, BFloat16StaysCloseToFloat32) {
  const torch::InferenceMode inference;
  const model::Transformer half = model::load_transformer(parity::tiny_directory() / GetParam(),
                                                          {torch::kCPU, torch::kBFloat16});
  EXPECT_EQ(half.dtype(), torch::kBFloat16);
  model::PackedAttention attention(expected_.lengths);
  const torch::Tensor rounded =
      half.logits(half.forward(expected_.ids, expected_.positions, attention));
  EXPECT_EQ(rounded.scalar_type(), torch::kBFloat16);
  const double difference = (rounded.to(torch::kFloat32) - expected_.logits).norm().item<double>();
  EXPECT_LT(difference / expected_.logits.norm().item<double>(), 0.05);
}

INSTANTIATE_TEST_SUITE_P(Parity, TinyModel, testing::ValuesIn(parity::tiny_cases()),
                         [](const testing::TestParamInfo<std::string>& test) {
                           return test.param;
                         });

}  // namespace
}  // namespace toolformer
