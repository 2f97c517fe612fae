// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/describe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "parity/tiny_models.h"

namespace toolformer::model {
namespace {

TEST(Describe, CountsAndEstimatesByHand) {
  const ModelDescription model = describe_model(parity::tiny_directory() / "llama_gqa_llama3_rope");
  EXPECT_EQ(model.format, "huggingface");
  // Embedding 64*16, final norm 16; a layer: q 32*16, k and v 16*16, o 16*32, MLP 3*24*16, two
  // norms of 16.
  const std::int64_t numbers =
      64 * 16 + 16 + 2 * (2 * 32 * 16 + 2 * 16 * 16 + 3 * 24 * 16 + 2 * 16);
  EXPECT_EQ(model.parameters, numbers);
  EXPECT_EQ(model.stored, (std::map<std::string, std::int64_t>{{"F32", numbers}}));
  EXPECT_EQ(cache_bytes_per_token(model, 4), 2U * 2 * 16 * 4);
  EXPECT_EQ(training_bytes(model), static_cast<std::uint64_t>(numbers) * 16);
}

TEST(Describe, TextNamesWhatMatters) {
  const std::string text = to_text(describe_model(parity::tiny_directory() / "gemma3"));
  EXPECT_THAT(text, testing::AllOf(testing::HasSubstr("gemma3_text"),
                                   testing::HasSubstr("2, 1 of them see the last 4"),
                                   testing::HasSubstr("linear scaling by 8"),
                                   testing::HasSubstr("4 heads of 8")));
}

TEST(Describe, GgufTypesAreCounted) {
  const ModelDescription model =
      describe_model(parity::tiny_directory().parent_path() / "gguf" / "gpt2.gguf");
  EXPECT_EQ(model.format, "gguf");
  EXPECT_EQ(to_json(model)["stored"]["F32"], model.parameters);
}

}  // namespace
}  // namespace toolformer::model
