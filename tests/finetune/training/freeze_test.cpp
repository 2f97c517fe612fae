// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/training/freeze.h"

#include <gmock/gmock.h>

#include "finetune/tiny_model.h"
#include "toolformer/base/error.h"

namespace toolformer::finetune {
namespace {

TEST(Freeze, NothingByDefault) {
  const model::Transformer transformer = tiny_model(tiny_config(true));
  const Trainable trainable = freeze(transformer, {});
  EXPECT_EQ(trainable.frozen, 0);
  EXPECT_GT(trainable.trained, 0);
}

TEST(Freeze, EmbeddingsByWord) {
  const model::Transformer transformer = tiny_model(tiny_config(false));
  const Trainable trainable = freeze(transformer, {"embeddings"});
  EXPECT_EQ(trainable.frozen, 37 * 16);
  EXPECT_FALSE(transformer.parameters().at("model.embed_tokens.weight").requires_grad());
  EXPECT_TRUE(transformer.parameters().at("lm_head.weight").requires_grad());
}

TEST(Freeze, PatternsCoverWholeNames) {
  const model::Transformer transformer = tiny_model(tiny_config(true));
  freeze(transformer, {"model.layers.0.*", "*norm.weight"});
  for (const auto& [name, tensor] : transformer.parameters()) {
    const bool frozen = name.starts_with("model.layers.0.") || name.ends_with("norm.weight");
    EXPECT_EQ(tensor.requires_grad(), !frozen) << name;
  }
}

TEST(Freeze, IsUndoneByTheNextCall) {
  const model::Transformer transformer = tiny_model(tiny_config(true));
  freeze(transformer, {"embeddings"});
  EXPECT_EQ(freeze(transformer, {}).frozen, 0);
}

TEST(Freeze, APatternWithoutAMatchIsNamed) {
  const model::Transformer transformer = tiny_model(tiny_config(true));
  try {
    freeze(transformer, {"layers.0"});
    FAIL();
  } catch (const base::UsageError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("\"layers.0\" matches none"));
    EXPECT_THAT(error.what(), testing::HasSubstr("model."));
  }
}

TEST(Freeze, EverythingIsRefused) {
  EXPECT_THROW(freeze(tiny_model(tiny_config(true)), {"*"}), base::UsageError);
}

}  // namespace
}  // namespace toolformer::finetune
