// SPDX-License-Identifier: Apache-2.0
// The oracle is the loss over full logits, with gradients by autograd.
#include "toolformer/finetune/training/chunked_cross_entropy.h"

#include <c10/core/CPUAllocator.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "finetune/tiny_model.h"
#include "toolformer/model/network/mixed_precision.h"

namespace toolformer::finetune {
namespace {

namespace F = torch::nn::functional;

struct Case {
  std::int64_t rows, block;
  bool bias;
};

class HeadLossTest : public testing::TestWithParam<Case> {};

TEST_P(HeadLossTest, EqualsFullLogits) {
  const auto [rows, block, with_bias] = GetParam();
  torch::manual_seed(5);
  const double scale = 1.0 / 7;
  Head head{torch::randn({101, 12}).set_requires_grad(true), {}};
  if (with_bias) head.bias = torch::randn({101}).set_requires_grad(true);
  const torch::Tensor hidden = torch::randn({rows, 12}).set_requires_grad(true);
  const torch::Tensor targets = torch::randint(0, 101, {rows}, torch::kInt64);

  torch::Tensor logits = hidden.matmul(head.weight.t());
  if (with_bias) logits = logits + head.bias;
  const torch::Tensor expected =
      F::cross_entropy(logits, targets, F::CrossEntropyFuncOptions().reduction(torch::kNone));
  (expected.sum() * scale).backward();
  const torch::Tensor weight_grad = head.weight.grad().clone();
  const torch::Tensor bias_grad = with_bias ? head.bias.grad().clone() : torch::Tensor();
  head.weight.mutable_grad() = torch::Tensor();
  if (with_bias) head.bias.mutable_grad() = torch::Tensor();

  const CrossEntropy actual = chunked_cross_entropy(hidden.detach(), head, targets, scale, block);
  EXPECT_LT(relative_difference(actual.losses, expected), 1e-5);
  EXPECT_LT(relative_difference(actual.hidden_grad, hidden.grad()), 1e-4);
  EXPECT_LT(relative_difference(head.weight.grad(), weight_grad), 1e-4);
  if (with_bias) {
    EXPECT_LT(relative_difference(head.bias.grad(), bias_grad), 1e-4);
  }
}

INSTANTIATE_TEST_SUITE_P(Blocks, HeadLossTest,
                         testing::Values(Case{1, 0, false}, Case{16, 101, false},
                                         Case{17, 16, true}, Case{50, 7, false}, Case{50, 1, true},
                                         Case{50, 0, true}));

struct Gradients {
  torch::Tensor losses, hidden, weight, bias;
};

/// Of full logits from the same products as the blocks': in bfloat16 with mixed precision.
Gradients full_logits(const torch::Tensor& hidden, const Head& head, const torch::Tensor& targets,
                      double scale) {
  const torch::Tensor x = hidden.clone().set_requires_grad(true);
  const torch::Tensor weight = head.weight.detach().clone().set_requires_grad(true);
  const torch::Tensor bias = head.bias.detach().clone().set_requires_grad(true);
  const torch::Tensor logits = torch::linear(x, weight).to(torch::kFloat32) + bias;
  const torch::Tensor losses =
      F::cross_entropy(logits, targets, F::CrossEntropyFuncOptions().reduction(torch::kNone));
  (losses.sum() * scale).backward();
  return {losses.detach(), x.grad(), weight.grad(), bias.grad()};
}

// Tokens from doubtful to certain, whose logits reach the hundreds: there the resolution of
// bfloat16 is a half to one nat, more than their loss.
TEST(CrossEntropy, ConfidentTokensInBFloat16AreThoseOfTheRoundedLogits) {
  const model::MixedPrecision precision(torch::kCPU, torch::kBFloat16);
  torch::manual_seed(8);
  constexpr std::int64_t kVocab = 101, kRows = 64;
  constexpr double kScale = 1.0 / kRows;
  const torch::Tensor targets = torch::randint(0, kVocab, {kRows}, torch::kInt64);
  const torch::Tensor weight = torch::randn({kVocab, 64}), bias = torch::randn({kVocab});
  const torch::Tensor confidence = torch::linspace(0.02, 3, kRows).unsqueeze(1);
  const torch::Tensor hidden = weight.index_select(0, targets) * confidence;
  const torch::Tensor weight_norm = weight.norm() / std::sqrt(kVocab);
  for (const std::int64_t block : {101, 40, 7}) {
    Head head{weight.clone().set_requires_grad(true), bias.clone().set_requires_grad(true)};
    const Gradients expected = full_logits(hidden, head, targets, kScale);
    const CrossEntropy actual = chunked_cross_entropy(hidden, head, targets, kScale, block);
    EXPECT_GE(actual.losses.min().item<double>(), 0);
    EXPECT_TRUE(torch::allclose(actual.losses, expected.losses, 1e-4, 1e-4));
    // A row's gradient is (share - one hot) of the head's rows: nothing is left of a certain
    // token's.
    const torch::Tensor error = (actual.hidden_grad - expected.hidden).norm(2, 1);
    const torch::Tensor allowed = 0.02 * expected.hidden.norm(2, 1) + 1e-4 * kScale * weight_norm;
    EXPECT_TRUE((error <= allowed).all().item<bool>()) << (error / allowed).max();
    EXPECT_LT(relative_difference(head.weight.grad(), expected.weight), 0.02);
    EXPECT_LT(relative_difference(head.bias.grad(), expected.bias), 0.02);
  }
}

/// Counts the bytes of all CPU tensors, and of oneDNN's scratch memory, that begin while it lives.
class TensorMemory final : public c10::Allocator {
 public:
  TensorMemory() : system_(c10::GetCPUAllocator()) {
    counts().peak = counts().now.load();
    c10::SetCPUAllocator(this, kPriority);
  }
  ~TensorMemory() override { c10::SetCPUAllocator(system_, kPriority); }
  TensorMemory(const TensorMemory&) = delete;
  TensorMemory& operator=(const TensorMemory&) = delete;

  std::int64_t peak() const { return counts().peak; }

  c10::DataPtr allocate(std::size_t bytes) override {
    void* const data = std::aligned_alloc(64, (bytes + 64) / 64 * 64);
    Counts& total = counts();
    total.now += static_cast<std::int64_t>(malloc_usable_size(data));
    total.peak = std::max(total.peak.load(), total.now.load());
    return {data, data, &release, c10::Device(c10::kCPU)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &release; }
  void copy_data(void* to, const void* from, std::size_t bytes) const override {
    default_copy_data(to, from, bytes);
  }

 private:
  struct Counts {
    std::atomic<std::int64_t> now{0}, peak{0};
  };
  static Counts& counts() {  // a deleter gets nothing but the address
    static Counts all;
    return all;
  }
  static constexpr std::uint8_t kPriority = 255;

  static void release(void* data) {
    counts().now -= static_cast<std::int64_t>(malloc_usable_size(data));
    std::free(data);
  }

  c10::Allocator* system_;
};

// Vocabularies of SmolLM2, Llama 3 and Gemma 3, packs of 512 tokens and of 1024.
TEST(CrossEntropy, TakesATenthOfTheMemoryOfFullLogitsAtMost) {
  const std::vector<std::pair<std::int64_t, std::int64_t>> cases{
      {49152, 512}, {128256, 1024}, {262144, 512}};
  for (const auto& [vocab, rows] : cases) {
    Head head{torch::randn({vocab, 4}).set_requires_grad(true), {}};
    head.weight.mutable_grad() = torch::zeros({vocab, 4});
    const torch::Tensor hidden = torch::randn({rows, 4});
    const torch::Tensor targets = torch::randint(0, vocab, {rows}, torch::kInt64);
    const TensorMemory memory;
    chunked_cross_entropy(hidden, head, targets, 1.0);
    const double share = static_cast<double>(memory.peak()) / static_cast<double>(4 * rows * vocab);
    EXPECT_GT(share, 0);
    EXPECT_LE(share, 0.1) << rows << " rows, " << vocab << " tokens";
    RecordProperty("percent_of_full_logits_" + std::to_string(vocab), std::to_string(100 * share));
  }
}

TEST(CrossEntropy, AddsToTheGradientThatIsThere) {
  const Head head{torch::randn({9, 4}).set_requires_grad(true), {}};
  const torch::Tensor hidden = torch::randn({3, 4});
  const torch::Tensor targets = torch::tensor({1, 2, 8}, torch::kInt64);
  chunked_cross_entropy(hidden, head, targets, 1.0);
  const torch::Tensor once = head.weight.grad().clone();
  chunked_cross_entropy(hidden, head, targets, 1.0);
  EXPECT_LT(relative_difference(head.weight.grad(), 2 * once), 1e-6);
}

TEST(CrossEntropy, WithoutScaleNoGradient) {
  const Head head{torch::randn({9, 4}).set_requires_grad(true), {}};
  const CrossEntropy loss = chunked_cross_entropy(
      torch::randn({2, 4}), head, torch::tensor({0, 3}, torch::kInt64), std::nullopt);
  EXPECT_FALSE(loss.hidden_grad.defined());
  EXPECT_FALSE(head.weight.grad().defined());
}

TEST(CrossEntropy, FrozenHeadGetsNoGradientButPassesItOn) {
  const Head head{torch::randn({9, 4}), {}};
  const CrossEntropy loss =
      chunked_cross_entropy(torch::randn({2, 4}), head, torch::tensor({0, 3}, torch::kInt64), 1.0);
  EXPECT_TRUE(loss.hidden_grad.defined());
  EXPECT_FALSE(head.weight.grad().defined());
}

TEST(CrossEntropy, NoRows) {
  const Head head{torch::randn({9, 4}), {}};
  const CrossEntropy loss =
      chunked_cross_entropy(torch::empty({0, 4}), head, torch::empty({0}, torch::kInt64), 1.0);
  EXPECT_EQ(loss.losses.numel(), 0);
}

TEST(HeadOf, FindsTiedAndUntiedHeads) {
  const model::Transformer tied = tiny_model(tiny_config(true));
  EXPECT_TRUE(head_of(tied).weight.is_same(tied.parameters().at("model.embed_tokens.weight")));
  const model::Transformer untied = tiny_model(tiny_config(false));
  EXPECT_TRUE(head_of(untied).weight.is_same(untied.parameters().at("lm_head.weight")));
}

}  // namespace
}  // namespace toolformer::finetune
