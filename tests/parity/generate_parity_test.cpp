// SPDX-License-Identifier: Apache-2.0
// Decoding with the real models. With tools disabled it is greedy decoding and nothing else: the
// same text as transformers for 50 prompts per model (make_generate_goldens.py), and no token is
// computed that need not be.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "fake/test_files.h"
#include "toolformer/calls/prompt.h"
#include "toolformer/decode/tool_decoding.h"
#include "toolformer/formats/strict_json.h"
#include "toolformer/model/load.h"
#include "toolformer/tools/builtin/calculator.h"

namespace toolformer {
namespace {

using text::TokenId;

std::size_t counted_tokens(const std::vector<decode::Generation>& generations) {
  std::size_t tokens = 0;
  for (const decode::Generation& each : generations) {
    tokens += each.prompt_tokens + each.new_tokens + each.call_tokens + each.result_tokens +
              each.dropped_tokens;
  }
  return tokens;
}

class GenerateParity : public testing::TestWithParam<std::string> {};

TEST_P(GenerateParity, DisabledToolsGiveTheTextOfTransformers) {
  const auto path = fake::model_file(GetParam() + ".gguf");
  if (!path) GTEST_SKIP() << "TOOLFORMER_MODELS names no directory with " << GetParam() << ".gguf";
  const auto golden_file = std::filesystem::path(TOOLFORMER_SOURCE_DIR) / "tests/parity/generate" /
                           (GetParam() + ".json");
  const nlohmann::json golden = formats::read_strict_json(golden_file);
  const auto model = model::load_language_model(
      {.model = path->string(), .device = "cpu", .dtype = lm::Dtype::kFloat32});
  const text::Tokenizer& tokenizer = model->tokenizer();
  const calls::CallMarkers markers = calls::resolve_markers(tokenizer, calls::MarkerChoice::kAuto);
  const tools::Toolbox no_tools;
  std::vector<decode::Prompt> prompts;
  std::vector<std::string> expected;
  std::size_t tokens = 0;
  for (const nlohmann::json& text : golden) {
    auto continuation = text["continuation"].get<std::vector<TokenId>>();
    const std::vector<TokenId> ends = tokenizer.eos();
    continuation.erase(
        std::find_first_of(continuation.begin(), continuation.end(), ends.begin(), ends.end()),
        continuation.end());
    prompts.push_back({std::to_string(prompts.size()), text["prompt"].get<std::string>(), {}});
    expected.push_back(tokenizer.decode(continuation));
    tokens = std::max(tokens, continuation.size());
  }
  ASSERT_EQ(prompts.size(), 50U);
  decode::Options options;
  options.call_top_k = 0;
  options.max_new_tokens = tokens;
  const decode::Setting setting = {.model = *model,
                                   .toolbox = no_tools,
                                   .markers = markers,
                                   .options = options,
                                   .start = {},
                                   .seed = 0,
                                   .sequences = 50,
                                   .submit = {}};
  const std::vector<decode::Generation> generations = decode::generate(setting, prompts);
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    EXPECT_EQ(generations[i].text, expected[i]) << prompts[i].text;
    EXPECT_TRUE(generations[i].calls.empty());
  }
  EXPECT_LE(model->counters().tokens_forwarded, counted_tokens(generations));
}

TEST(GenerateReal, NeighboursAndSlowToolsChangeNothingAndNoTokenIsComputedTwice) {
  const auto path = fake::model_file("smollm2-135m-instruct.gguf");
  if (!path) GTEST_SKIP() << "TOOLFORMER_MODELS names no directory with smollm2-135m-instruct.gguf";
  const auto model = model::load_language_model({.model = path->string(), .device = "cpu"});
  const calls::CallMarkers markers =
      calls::resolve_markers(model->tokenizer(), calls::MarkerChoice::kText);
  tools::Toolbox toolbox;
  toolbox.add(std::make_unique<tools::Calculator>(2));
  const std::string demonstrations = calls::load_prompt(calls::default_prompt_directory(),
                                                        "Calculator", calls::PromptStyle::kPrimed)
                                         .before;
  decode::Options options;
  options.max_new_tokens = 12;
  options.call_top_k = 10;  // models that were not fine-tuned call by the rule only
  options.max_calls = 2;
  decode::Setting setting = {
      .model = *model,
      .toolbox = toolbox,
      .markers = markers,
      .options = options,
      .start = model->extend(
          {}, decode::prompt_ids({*model, toolbox, markers, options, {}, 0}, demonstrations)),
      .seed = 0,
      .sequences = 1,
      .submit = {}};
  std::vector<decode::Prompt> prompts;
  for (const char* text : {"Each of the 12 boxes holds 30 pens, so together they hold 12 * 30 =",
                           "A ticket costs $14, so a class of 26 pays $14 * 26 = $",
                           "Of the 320 lamps, 48 failed. That leaves 320 - 48 =",
                           "The lighthouse keeper climbed the stairs twice a day,",
                           "A train of 9 wagons with 64 seats each has 9 * 64 ="}) {
    prompts.push_back({std::to_string(prompts.size()), text, {}});
  }
  const auto run = [&] {
    const std::uint64_t before = model->counters().tokens_forwarded;
    std::vector<decode::Generation> generations = decode::generate(setting, prompts);
    const std::uint64_t forwarded = model->counters().tokens_forwarded - before;
    // The last token of a text may have been left unread.
    EXPECT_LE(forwarded, counted_tokens(generations));
    EXPECT_GE(forwarded + prompts.size(), counted_tokens(generations));
    return generations;
  };
  const std::vector<decode::Generation> alone = run();
  std::size_t made = 0;
  std::vector<std::jthread> threads;
  setting.sequences = 4;
  setting.submit = [&](const decode::CallRequest& request,
                       std::function<void(tools::Outcome)> done) {
    threads.emplace_back([&toolbox, request, done = std::move(done)] {
      std::this_thread::sleep_for(std::chrono::milliseconds(request.input.size() * 7 % 20));
      done(toolbox.call(request.tool, request.input, request.context));
    });
  };
  const std::vector<decode::Generation> together = run();
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    EXPECT_EQ(together[i].text, alone[i].text);
    ASSERT_EQ(together[i].calls.size(), alone[i].calls.size());
    for (std::size_t c = 0; c < alone[i].calls.size(); ++c) {
      EXPECT_EQ(together[i].calls[c].input, alone[i].calls[c].input);
      EXPECT_EQ(together[i].calls[c].result, alone[i].calls[c].result);
      EXPECT_EQ(together[i].calls[c].p_api, alone[i].calls[c].p_api);
      made += alone[i].calls[c].result.has_value() ? 1 : 0;
    }
  }
  EXPECT_GE(made, 3u);
}

INSTANTIATE_TEST_SUITE_P(Parity, GenerateParity,
                         testing::Values("gemma3-270m", "smollm2-135m-instruct"),
                         [](const testing::TestParamInfo<std::string>& test) {
                           return test.param.substr(0, test.param.find_first_of("23"));
                         });

}  // namespace
}  // namespace toolformer
