// SPDX-License-Identifier: Apache-2.0
// Ten steps against transformers and torch.optim.AdamW (tests/parity/finetune_reference.py): the
// reference runs every document alone, this replay packs them.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <fstream>

#include "finetune/tiny_model.h"
#include "toolformer/finetune/training/train_step.h"
#include "toolformer/model/weights/checkpoint.h"

namespace toolformer::finetune {
namespace {

const std::filesystem::path kGolden =
    std::filesystem::path(TOOLFORMER_SOURCE_DIR) / "tests/finetune/golden";

// How far every parameter, by name, is at the end from where it was: the norm of the difference,
// of train() in finetune_reference.py on this golden's model and batches.
constexpr double kMovedTolerance = 1e-4;  // relative
constexpr std::array<double, 20> kMoved{2.8520945774, 0.1223100526, 0.8952975751, 0.8800461738,
                                        0.8807908841, 0.1232837266, 0.4287059233, 0.5207700541,
                                        0.6172083950, 0.3617805158, 0.1053859088, 0.9080040694,
                                        0.9041064648, 0.9410678186, 0.1000038128, 0.4550124328,
                                        0.5682900263, 0.6474719018, 0.3673185259, 0.0982308319};

// A batch of the golden as two packs of three documents; what does not count is marked as a result.
std::vector<MicroBatch> read_batch(const nlohmann::json& documents) {
  std::vector<calls::LabelledTokens> examples;
  for (const auto& document : documents) {
    calls::LabelledTokens example;
    example.ids = document.at("ids").get<std::vector<text::TokenId>>();
    for (const int counts : document.at("counts")) {
      example.roles.push_back(counts == 1 ? calls::TokenRole::kText : calls::TokenRole::kResult);
    }
    examples.push_back(example);
  }
  std::vector<MicroBatch> packs;
  for (std::size_t i = 0; i < examples.size(); i += 3) {
    std::vector<const calls::LabelledTokens*> members;
    for (std::size_t j = i; j < std::min(i + 3, examples.size()); ++j)
      members.push_back(&examples[j]);
    packs.push_back(make_micro_batch(members, /*result_loss=*/false, torch::kCPU));
  }
  return packs;
}

TEST(Golden, TenStepsEqualTransformers) {
  const auto golden = nlohmann::json::parse(std::ifstream(kGolden / "training.json"));
  const model::Transformer transformer = model::load_transformer(kGolden, {});
  model::Parameters first;
  for (const auto& [name, tensor] : transformer.parameters()) {
    first[name] = tensor.detach().to(torch::kDouble);
    tensor.set_requires_grad(true);
  }
  AdamW optimizer(transformer, {golden.at("betas")[0], golden.at("betas")[1], golden.at("eps"),
                                golden.at("weight_decay")});
  const auto& expected = golden.at("expected");
  const auto& batches = golden.at("batches");
  ASSERT_EQ(expected.size(), 10U);
  for (std::size_t step = 0; step < expected.size(); ++step) {
    const double rate = expected[step].at("lr");  // transformers' schedule
    const auto result =
        train_step(transformer, optimizer, read_batch(batches[step % batches.size()]),
                   {rate, golden.at("clip")});
    ASSERT_TRUE(result);
    const double loss = expected[step].at("loss"), norm = expected[step].at("grad_norm");
    EXPECT_NEAR(result->loss.mean(), loss, 1e-4 * loss) << step;
    EXPECT_NEAR(result->grad_norm, norm, 1e-4 * norm) << step;
  }
  ASSERT_EQ(first.size(), kMoved.size());
  auto moved = kMoved.begin();
  for (const auto& [name, tensor] : transformer.parameters()) {
    const torch::Tensor last = tensor.detach().to(torch::kDouble);
    EXPECT_NEAR((last - first.at(name)).norm().item<double>(), *moved, kMovedTolerance * *moved)
        << name;
    // The numbers moved by the same amount, but in the right directions?
    EXPECT_NEAR(last.sum().item<double>(), golden.at("final_sums").at(name).get<double>(),
                kMovedTolerance * *moved * std::sqrt(static_cast<double>(last.numel())))
        << name;
    ++moved;
  }
}

}  // namespace
}  // namespace toolformer::finetune
