// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/checkpoint/trained_weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake/refusal.h"
#include "fake/temporary_directory.h"
#include "finetune/tiny_model.h"
#include "toolformer/base/error.h"
#include "toolformer/finetune/training/freeze.h"

namespace toolformer::finetune {
namespace {

TEST(TrainedWeights, OnlyWhatIsTrainedComesBack) {
  const fake::TemporaryDirectory folder;
  const auto file = folder.path() / kTrainedFile;
  const model::Transformer saved = tiny_model(tiny_config(false), 1);
  const model::Transformer other = tiny_model(tiny_config(false), 2);
  freeze(saved, {"model.layers.*"});
  freeze(other, {"model.layers.*"});
  save_trained(saved, file);
  load_trained(file, other);
  for (const auto& [name, tensor] : saved.parameters()) {
    EXPECT_EQ(torch::equal(tensor, other.parameters().at(name)), tensor.requires_grad()) << name;
  }
}

TEST(TrainedWeights, OthersThanThoseTrainedAreRefused) {
  const fake::TemporaryDirectory folder;
  const auto file = folder.path() / kTrainedFile;
  const model::Transformer transformer = tiny_model(tiny_config(false));
  freeze(transformer, {"model.layers.*"});
  save_trained(transformer, file);
  freeze(transformer, {"model.layers.0.*"});
  EXPECT_THAT(fake::refusal<base::DataError>([&] { load_trained(file, transformer); }),
              testing::HasSubstr("parameters are trained"));
  freeze(transformer, {"model.layers.*", "lm_head.weight"});
  transformer.parameters().at("model.layers.0.mlp.up_proj.weight").set_requires_grad(true);
  EXPECT_THAT(fake::refusal<base::DataError>([&] { load_trained(file, transformer); }),
              testing::HasSubstr("lm_head.weight is not what is trained"));
}

}  // namespace
}  // namespace toolformer::finetune
