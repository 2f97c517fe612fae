// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/architecture/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "toolformer/model/architecture/architecture.h"

namespace toolformer::model {
namespace {

ModelConfig good() {
  ModelConfig config = find_architecture("llama").defaults;
  config.vocab = 64;
  config.hidden = config.mlp = 16;
  config.layers = 2;
  config.heads = 4;
  config.kv_heads = 2;
  config.head_dim = 4;
  config.context = 32;
  return config;
}

TEST(ConfigProblems, AGoodOneHasNone) {
  EXPECT_THAT(config_problems(good()), testing::IsEmpty());
}

TEST(ConfigProblems, ListsAllAtOnce) {
  ModelConfig config = good();
  config.heads = 0;
  config.layers = 1'000'000'000;
  config.vocab = -1;
  config.rope_theta = std::numeric_limits<double>::infinity();
  config.norm_eps = 0;
  EXPECT_THAT(config_problems(config),
              testing::AllOf(testing::Contains(testing::HasSubstr("attention heads is 0")),
                             testing::Contains(testing::HasSubstr("layers is 1000000000")),
                             testing::Contains(testing::HasSubstr("vocabulary is -1")),
                             testing::Contains(testing::HasSubstr("rope theta is inf")),
                             testing::Contains(testing::HasSubstr("epsilon is 0"))));
}

TEST(ConfigProblems, ContradictingSizes) {
  ModelConfig config = good();
  config.kv_heads = 3;
  EXPECT_THAT(config_problems(config),
              testing::ElementsAre(testing::HasSubstr("share 3 key/value heads")));
  config = good();
  config.rope_dim = 3;
  EXPECT_THAT(config_problems(config),
              testing::ElementsAre(testing::HasSubstr("3 rotated dimensions")));
  config = good();
  config.windowed = {true};
  EXPECT_THAT(config_problems(config), testing::ElementsAre(testing::HasSubstr("for 1 layers")));
  config = good();
  config.rope_llama3 = Llama3RopeScaling{8, 4, 4, 8192};
  EXPECT_THAT(config_problems(config),
              testing::ElementsAre(testing::HasSubstr("low_freq_factor 4")));
}

TEST(ConfigProblems, FusedProjectionsNeedHeadsThatFillTheHiddenSize) {
  ModelConfig config = find_architecture("gpt2").defaults;
  config.vocab = 64;
  config.hidden = config.mlp = 16;
  config.layers = 1;
  config.heads = config.kv_heads = 2;
  config.head_dim = 4;
  config.context = 32;
  EXPECT_THAT(config_problems(config),
              testing::ElementsAre(testing::HasSubstr("do not make up the hidden size 16")));
}

}  // namespace
}  // namespace toolformer::model
