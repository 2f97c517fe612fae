// SPDX-License-Identifier: Apache-2.0
// Decoding with tools disabled is greedy decoding and nothing else: the same text as transformers
// for 20 prompts per model (make_real_goldens.py), each prompt read from its text.
#include <gtest/gtest.h>

#include "fake/test_files.h"
#include "toolformer/decode/tool_decoding.h"
#include "toolformer/formats/strict_json.h"
#include "toolformer/model/load.h"

namespace toolformer {
namespace {

using text::TokenId;

class GenerateParity : public testing::TestWithParam<std::string> {};

TEST_P(GenerateParity, DisabledToolsGiveTheTextOfTransformers) {
  const auto path = fake::model_file(GetParam() + ".gguf");
  if (!path) GTEST_SKIP() << "TOOLFORMER_MODELS names no directory with " << GetParam() << ".gguf";
  const auto golden_file =
      std::filesystem::path(TOOLFORMER_SOURCE_DIR) / "tests/parity/real" / (GetParam() + ".json");
  const nlohmann::json golden = formats::read_strict_json(golden_file);
  const auto model = model::load_language_model({.model = path->string(), .device = "cpu"});
  const text::Tokenizer& tokenizer = model->tokenizer();
  const decode::CallMarkers markers = decode::resolve_markers(tokenizer, "auto");
  const tools::Toolbox no_tools;
  std::vector<decode::Prompt> prompts;
  std::vector<std::string> expected;
  std::size_t tokens = 0;
  for (const nlohmann::json& text : golden) {
    const auto ids = text["ids"].get<std::vector<TokenId>>();
    const auto continuation = text["continuation"].get<std::vector<TokenId>>();
    prompts.push_back({std::to_string(prompts.size()), tokenizer.decode(ids), {}});
    expected.push_back(tokenizer.decode(continuation));
    tokens = std::max(tokens, continuation.size());
  }
  ASSERT_EQ(prompts.size(), 20U);
  decode::Options options;
  options.call_top_k = 0;
  options.max_new_tokens = tokens;
  const decode::Setting setting = {.model = *model,
                                   .toolbox = no_tools,
                                   .markers = markers,
                                   .options = options,
                                   .start = {},
                                   .seed = 0};
  const std::vector<decode::Generation> generations = decode::generate(setting, prompts);
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    EXPECT_EQ(generations[i].text, expected[i]) << prompts[i].text;
    EXPECT_TRUE(generations[i].calls.empty());
  }
}

INSTANTIATE_TEST_SUITE_P(Parity, GenerateParity,
                         testing::Values("gemma3-270m", "smollm2-135m-instruct"),
                         [](const testing::TestParamInfo<std::string>& test) {
                           return test.param.substr(0, test.param.find_first_of("23"));
                         });

}  // namespace
}  // namespace toolformer
