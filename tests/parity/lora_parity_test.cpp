// SPDX-License-Identifier: Apache-2.0
// Twenty steps of a low-rank adapter on the two real models against transformers, peft and
// torch.optim.AdamW (make_lora_goldens.py).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "fake/test_files.h"
#include "toolformer/finetune/training/adapters.h"
#include "toolformer/finetune/training/train_step.h"
#include "toolformer/formats/strict_json.h"
#include "toolformer/model/architecture/parameter_layout.h"
#include "toolformer/model/weights/checkpoint.h"

namespace toolformer::finetune {
namespace {

constexpr double kTolerance = 1e-4;  // relative

nlohmann::json read_golden(const std::string& name) {
  return formats::read_strict_json(std::filesystem::path(TOOLFORMER_SOURCE_DIR) /
                                   "tests/parity/real" / (name + ".json"));
}

/// The texts of a step in one pack.
MicroBatch pack_of(const nlohmann::json& texts, std::size_t step, std::size_t count) {
  std::vector<calls::LabelledTokens> examples(count);
  std::vector<const calls::LabelledTokens*> members;
  for (std::size_t i = 0; i < count; ++i) {
    const nlohmann::json& text = texts.at((step * count + i) % texts.size());
    examples[i].ids = text.at("ids").get<std::vector<text::TokenId>>();
    examples[i].roles.assign(examples[i].ids.size(), calls::TokenRole::kText);
    members.push_back(&examples[i]);
  }
  return make_micro_batch(members, /*result_loss=*/true, torch::kCPU);
}

/// A [rank, in] as the reference starts with: fractions of a hash of the index.
torch::Tensor start(c10::IntArrayRef shape) {
  torch::Tensor values = torch::empty(shape, torch::kDouble);
  for (std::int64_t i = 0; i < values.numel(); ++i) {
    const auto hashed = static_cast<std::uint32_t>(static_cast<std::uint64_t>(i) * 2654435761U);
    values.mutable_data_ptr<double>()[i] = hashed / 4294967296.0 * 2 - 1;
  }
  return (values * (1 / std::sqrt(static_cast<double>(shape[1])))).to(torch::kFloat32);
}

class LoraParity : public testing::TestWithParam<std::string> {};

TEST_P(LoraParity, LossesAndGradientNormsAreThoseOfPeft) {
  const std::string& name = GetParam();
  const auto path = fake::model_file(name + ".gguf");
  if (!path) GTEST_SKIP() << "TOOLFORMER_MODELS names no directory with " << name << ".gguf";
  const nlohmann::json golden = read_golden(name + ".lora");
  const nlohmann::json& expected = golden.at("expected");
  ASSERT_EQ(expected.size(), 20U);
  model::Transformer transformer = model::load_transformer(*path, {});
  const Trainable trainable =
      add_adapters(transformer, {golden.at("rank"), golden.at("alpha"), golden.at("targets")}, {});
  EXPECT_EQ(trainable.trained, golden.at("trained").get<std::int64_t>());
  for (const auto& [parameter, tensor] : transformer.parameters()) {
    if (parameter.ends_with(model::kLowRankA)) tensor.detach().copy_(start(tensor.sizes()));
  }
  AdamW optimizer(transformer, {golden.at("betas")[0], golden.at("betas")[1], golden.at("eps"),
                                golden.at("weight_decay")});
  const nlohmann::json texts = read_golden(name);
  double worst_loss = 0, worst_norm = 0;
  for (std::size_t step = 0; step < expected.size(); ++step) {
    const auto result =
        train_step(transformer, optimizer, {pack_of(texts, step, golden.at("texts_per_step"))},
                   {golden.at("lr"), golden.at("clip")});
    ASSERT_TRUE(result);
    const double loss = expected[step].at("loss"), norm = expected[step].at("grad_norm");
    EXPECT_NEAR(result->loss.mean(), loss, kTolerance * loss) << step;
    EXPECT_NEAR(result->grad_norm, norm, kTolerance * norm) << step;
    worst_loss = std::max(worst_loss, std::abs(result->loss.mean() - loss) / loss);
    worst_norm = std::max(worst_norm, std::abs(result->grad_norm - norm) / norm);
  }
  RecordProperty("largest_relative_difference_of_losses", std::to_string(worst_loss));
  RecordProperty("largest_relative_difference_of_norms", std::to_string(worst_norm));
  // The texts take turns: two of three are the same in these steps.
  EXPECT_LT(expected[19].at("loss").get<double>(), 0.85 * expected[6].at("loss").get<double>());
}

INSTANTIATE_TEST_SUITE_P(Parity, LoraParity,
                         testing::Values("gemma3-270m", "smollm2-135m-instruct"),
                         [](const testing::TestParamInfo<std::string>& test) {
                           return test.param.substr(0, test.param.find_first_of("23"));
                         });

}  // namespace
}  // namespace toolformer::finetune
