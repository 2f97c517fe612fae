// SPDX-License-Identifier: Apache-2.0
// Ten steps against transformers and torch.optim.AdamW (tests/parity/finetune_reference.py): the
// reference runs every document alone, this replay packs them.
#include <gtest/gtest.h>

#include <fstream>

#include "finetune/tiny_model.h"
#include "toolformer/finetune/schedule.h"
#include "toolformer/finetune/train_step.h"
#include "toolformer/model/checkpoint.h"

namespace toolformer::finetune {
namespace {

const std::filesystem::path kGolden =
    std::filesystem::path(TOOLFORMER_SOURCE_DIR) / "tests/finetune/golden";

// A batch of the golden as two packs of three documents; what does not count is marked as a result.
std::vector<MicroBatch> read_batch(const nlohmann::json& documents) {
  std::vector<LabelledTokens> examples;
  for (const auto& document : documents) {
    LabelledTokens example;
    example.ids = document.at("ids").get<std::vector<text::TokenId>>();
    for (const int counts : document.at("counts")) {
      example.parts.push_back(counts == 1 ? Part::kText : Part::kResult);
    }
    examples.push_back(example);
  }
  std::vector<MicroBatch> packs;
  for (std::size_t i = 0; i < examples.size(); i += 3) {
    std::vector<const LabelledTokens*> members;
    for (std::size_t j = i; j < std::min(i + 3, examples.size()); ++j)
      members.push_back(&examples[j]);
    packs.push_back(make_micro_batch(members, /*result_loss=*/false, torch::kCPU));
  }
  return packs;
}

TEST(Golden, TenStepsEqualTransformers) {
  const auto golden = nlohmann::json::parse(std::ifstream(kGolden / "training.json"));
  const model::Transformer transformer = model::load_transformer(kGolden, {});
  for (const auto& entry : transformer.parameters()) entry.second.set_requires_grad(true);
  AdamW optimizer(transformer, {golden.at("betas")[0], golden.at("betas")[1], golden.at("eps"),
                                golden.at("weight_decay")});
  const auto& expected = golden.at("expected");
  const auto& batches = golden.at("batches");
  const Schedule schedule{golden.at("peak"), golden.at("warmup_steps"), expected.size(),
                          Decay::kLinear};
  ASSERT_EQ(expected.size(), 10U);
  for (std::size_t step = 0; step < expected.size(); ++step) {
    const double rate = learning_rate(schedule, step);
    const auto result =
        train_step(transformer, optimizer, read_batch(batches[step % batches.size()]),
                   {rate, golden.at("clip")});
    ASSERT_TRUE(result);
    const double loss = expected[step].at("loss"), norm = expected[step].at("grad_norm");
    EXPECT_DOUBLE_EQ(rate, expected[step].at("lr").get<double>()) << step;
    EXPECT_NEAR(result->loss.mean(), loss, 1e-4 * loss) << step;
    EXPECT_NEAR(result->grad_norm, norm, 1e-4 * norm) << step;
  }
  for (const auto& [name, sum] : golden.at("final_sums").items()) {
    const torch::Tensor tensor = transformer.parameters().at(name).detach().to(torch::kDouble);
    EXPECT_NEAR(tensor.sum().item<double>(), sum.get<double>(),
                1e-4 * static_cast<double>(tensor.numel()))
        << name;
  }
}

}  // namespace
}  // namespace toolformer::finetune
