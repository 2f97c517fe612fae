// SPDX-License-Identifier: Apache-2.0
// That peft reads these directories with the same logits was checked with
// tests/parity/exported_adapter.py.
#include "toolformer/finetune/training/adapters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake/refusal.h"
#include "fake/temporary_directory.h"
#include "finetune/tiny_model.h"
#include "toolformer/base/error.h"
#include "toolformer/finetune/training/chunked_cross_entropy.h"
#include "toolformer/finetune/training/train_step.h"
#include "toolformer/formats/safetensors.h"
#include "toolformer/formats/strict_json.h"

namespace toolformer::finetune {
namespace {

using testing::HasSubstr;

const AdapterOptions kOptions{2, 4, {"*"}, 7};
const std::vector<AddedToken> kTokens{{"<API>", 35, {1}}, {"</API>", 36, {2}}};

MicroBatch batch() {
  LabelledTokens example;
  example.ids = {3, 35, 9, 36, 4, 35, 20};
  example.roles.assign(example.ids.size(), TokenRole::kText);
  const LabelledTokens* const members[] = {&example};
  return make_micro_batch(members, /*result_loss=*/true, torch::kCPU);
}

model::Transformer adapted(bool tied, const std::vector<AddedToken>& tokens) {
  model::Transformer transformer = tiny_model(tiny_config(tied));
  add_adapters(transformer, kOptions, tokens);
  return transformer;
}

TEST(AddAdapters, ChangesNothingAtFirstAndTrainsOnlyWhatItAdds) {
  const double before = evaluate(tiny_model(tiny_config(true)), batch()).mean();
  model::Transformer transformer = tiny_model(tiny_config(true));
  const Trainable trainable = add_adapters(transformer, {2, 4, {"q_proj", "*layers.1.mlp.*"}}, {});
  EXPECT_EQ(evaluate(transformer, batch()).mean(), before);
  // Two q_proj [16, 16], gate, up [24, 16] and down [16, 24] of a layer.
  EXPECT_EQ(trainable.trained, 2 * (2 * 32 + 3 * 40));
  EXPECT_EQ(trainable.frozen, model::count_parameters(model::parameter_shapes(tiny_config(true))));
  for (const auto& [name, tensor] : transformer.parameters()) {
    EXPECT_EQ(tensor.requires_grad(), name.find(".lora_") != std::string::npos) << name;
  }
}

TEST(AddAdapters, DrawsFromSeedAndModule) {
  const auto a = [](std::uint64_t seed, const std::string& module) {
    model::Transformer transformer = tiny_model(tiny_config(true));
    add_adapters(transformer, {2, 4, {"*"}, seed}, {});
    return transformer.parameters().at("model.layers." + module + ".lora_A.weight").detach();
  };
  const torch::Tensor first = a(7, "0.mlp.up_proj");
  EXPECT_TRUE(torch::equal(first, a(7, "0.mlp.up_proj")));
  EXPECT_FALSE(torch::equal(first, a(8, "0.mlp.up_proj")));
  EXPECT_FALSE(torch::equal(first, a(7, "1.mlp.up_proj")));
  EXPECT_LE(first.abs().max().item<double>(), 0.25);  // 1 / sqrt(16)
  EXPECT_GT(first.std().item<double>(), 0.1);         // 0.25 / sqrt(3) = 0.144
}

TEST(AddAdapters, TargetsThatAreNotThereAreRefused) {
  model::Transformer transformer = tiny_model(tiny_config(true));
  EXPECT_THAT(fake::refusal<base::UsageError>([&] {
                add_adapters(transformer, {2, 4, {"q_proj", "c_attn"}}, {});
              }),
              testing::AllOf(HasSubstr("\"c_attn\""), HasSubstr("down_proj, gate_proj")));
}

TEST(AddAdapters, RowsHaveTheGradientsThatTheyHaveInTheTable) {
  for (const bool tied : {true, false}) {
    const model::Transformer whole = tiny_model(tiny_config(tied));
    const model::Transformer rows = adapted(tied, kTokens);
    AdamW whole_optimizer(whole, {}), rows_optimizer(rows, {});
    const double a = train_step(whole, whole_optimizer, {batch()}, {})->loss.mean();
    const double b = train_step(rows, rows_optimizer, {batch()}, {})->loss.mean();
    EXPECT_EQ(a, b);
    for (const std::string module : {"model.embed_tokens", "lm_head"}) {
      if (tied && module == "lm_head") continue;
      const auto of_table = whole.parameters().at(module + ".weight").grad().narrow(0, 35, 2);
      const auto of_rows = rows.parameters().at(module + model::kOwnRows).grad();
      EXPECT_GT(of_rows.abs().max().item<double>(), 0);
      EXPECT_LT(relative_difference(of_rows, of_table), 1e-5) << module << tied;
    }
  }
}

TEST(AddAdapters, TheMergedModelComputesTheSame) {
  for (const bool tied : {true, false}) {
    model::Transformer transformer = adapted(tied, kTokens);
    AdamW optimizer(transformer, {});
    const double before = evaluate(transformer, batch()).mean();
    for (int i = 0; i < 5; ++i) train_step(transformer, optimizer, {batch()}, {0.05, 0});
    const double after = evaluate(transformer, batch()).mean();
    EXPECT_LT(after, 0.8 * before);
    const auto frozen = transformer.parameters().at("model.norm.weight");
    EXPECT_TRUE(
        torch::equal(frozen, tiny_model(tiny_config(tied)).parameters().at("model.norm.weight")));
    transformer.merge_adapters();
    EXPECT_EQ(transformer.parameters().size(), model::parameter_shapes(tiny_config(tied)).size());
    EXPECT_NEAR(evaluate(transformer, batch()).mean(), after, 1e-5);
  }
}

TEST(ExportAdapters, WritesWhatPeftReads) {
  const fake::TemporaryDirectory folder;
  export_adapters(adapted(false, kTokens), kOptions, "base", folder.path());
  const auto config = formats::read_strict_json(folder.path() / "adapter_config.json");
  EXPECT_EQ(config.at("r"), 2);
  EXPECT_EQ(config.at("lora_alpha"), 4);
  EXPECT_EQ(config.at("base_model_name_or_path"), "base");
  EXPECT_EQ(config.at("target_modules"), nlohmann::json({"down_proj", "gate_proj", "k_proj",
                                                         "o_proj", "q_proj", "up_proj", "v_proj"}));
  EXPECT_EQ(config.at("trainable_token_indices"),
            nlohmann::json({{"embed_tokens", {35, 36}}, {"lm_head", {35, 36}}}));
  const formats::SafetensorsFile file(folder.path() / "adapter_model.safetensors");
  EXPECT_EQ(file.tensors().size(), 2 * 2 * 7 + 2U);
  std::map<std::string, std::vector<std::int64_t>> shapes;
  for (const formats::TensorView& tensor : file.tensors()) shapes[tensor.name] = tensor.shape;
  EXPECT_EQ(shapes.at("base_model.model.model.layers.1.mlp.down_proj.lora_B.weight"),
            (std::vector<std::int64_t>{16, 2}));
  EXPECT_EQ(shapes.at("base_model.model.lm_head.token_adapter.trainable_tokens_delta"),
            (std::vector<std::int64_t>{2, 16}));
}

TEST(ExportAdapters, NamesModulesInFullWhereTheirLastPartsAreNotEnough) {
  const fake::TemporaryDirectory folder;
  const AdapterOptions options{2, 4, {"*.1.*.up_proj"}, 7};
  model::Transformer transformer = tiny_model(tiny_config(true));
  add_adapters(transformer, options, {});
  export_adapters(transformer, options, "base", folder.path());
  const auto config = formats::read_strict_json(folder.path() / "adapter_config.json");
  EXPECT_EQ(config.at("target_modules"), nlohmann::json({"model.layers.1.mlp.up_proj"}));
  EXPECT_TRUE(config.at("trainable_token_indices").is_null());
}

}  // namespace
}  // namespace toolformer::finetune
