// SPDX-License-Identifier: Apache-2.0
#include "toolformer/generate/generate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "fake/table_language_model.h"
#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"
#include "toolformer/calls/call_syntax.h"
#include "toolformer/record/document_json.h"

namespace toolformer::generate {
namespace {

using fake::TableLanguageModel;
using fake::TableTokenizer;

/// Writes " [Calculator(2 + 2) ->" behind "is", " four." behind the result.
std::unique_ptr<TableLanguageModel> calculating_model() {
  auto tokenizer = std::make_unique<TableTokenizer>(
      std::vector<std::string>{" [", "]", " ->", "Calculator", "(2 + 2)", " four", ".", " is"});
  TableLanguageModel::Settings settings;
  for (const auto& [after, next] :
       std::vector<std::pair<std::string, std::string>>{{"is", " ["},
                                                        {"is [", "Calculator"},
                                                        {"[Calculator", "(2 + 2)"},
                                                        {"(2 + 2)", " ->"},
                                                        {"-> 4]", " four"},
                                                        {" four", "."}}) {
    settings.rules.push_back(fake::boost_after(*tokenizer, after, next, 50));
  }
  const text::TokenId end = tokenizer->eos()[0];
  settings.rules.push_back([end](std::string_view context, std::span<double> logits) {
    if (context.ends_with(".")) logits[static_cast<std::size_t>(end)] += 50;
  });
  return std::make_unique<TableLanguageModel>(std::move(tokenizer), std::move(settings));
}

Options calculator_only() {
  Options options;
  options.toolbox.tools = {"Calculator"};
  options.decoding.call_top_k = 1;
  return options;
}

std::vector<record::Document> answers_of(const Options& options, lm::LanguageModel& model) {
  std::vector<record::Document> answers;
  Generator(options, model).answer([&](const record::Document& document) {
    answers.push_back(document);
  });
  return answers;
}

TEST(Generate, AnswersAPromptWithItsCallInLine) {
  const auto model = calculating_model();
  Options options = calculator_only();
  options.prompts = {"2 + 2 is"};
  const std::vector<record::Document> answers = answers_of(options, *model);
  ASSERT_EQ(answers.size(), 1u);
  const record::Document& answer = answers[0];
  EXPECT_EQ(answer.text, "2 + 2 is four.");
  EXPECT_EQ(answer.augmented, "2 + 2 is [Calculator(2 + 2) -> 4] four.");
  EXPECT_EQ(calls::strip_calls({}, answer, *answer.augmented), answer.text);
  ASSERT_EQ(answer.calls.size(), 1u);
  EXPECT_EQ(answer.calls[0].at, 8u);
  EXPECT_EQ(answer.calls[0].keep, true);
  EXPECT_EQ(answer.extra["prompt_bytes"], 8);
  EXPECT_EQ(answer.extra["finish"], "end");
}

TEST(Generate, AnswersComeInTheOrderOfThePrompts) {
  const auto model = calculating_model();
  Options options = calculator_only();
  options.prompts = {"2 + 2 is", ".", "it is"};
  options.batch = 1;
  std::vector<std::string> texts;
  for (const record::Document& answer : answers_of(options, *model)) texts.push_back(answer.text);
  EXPECT_THAT(texts, testing::ElementsAre("2 + 2 is four.", ".", "it is four."));
}

TEST(Generate, TimingsAreThereWhenAskedFor) {
  const auto model = calculating_model();
  Options options = calculator_only();
  options.prompts = {"2 + 2 is"};
  EXPECT_FALSE(answers_of(options, *model)[0].extra.contains("seconds"));
  options.timings = true;
  const record::Document answer = answers_of(options, *model)[0];
  EXPECT_GT(answer.extra["seconds"], 0.0);
  EXPECT_GE(answer.extra["seconds"], answer.extra["tool_seconds"]);
}

TEST(Generate, DisabledToolsNeedNothing) {
  const auto model = calculating_model();
  Options options;
  options.toolbox.tools = {"WikiSearch"};  // without an index
  options.decoding.call_top_k = 0;
  options.decoding.max_new_tokens = 4;
  options.prompts = {"2 + 2 is"};
  EXPECT_TRUE(answers_of(options, *model)[0].calls.empty());
}

class GenerateRun : public testing::Test {
 protected:
  std::string run(Options options, const std::string& input, const std::string& name) {
    const std::string path = (directory_ / "prompts.jsonl").string();
    std::ofstream(path) << input;
    options.run.input = {path};
    options.run.output = (directory_ / name).string();
    options.run.progress = "none";
    const auto model = calculating_model();
    summary_ = Generator(options, *model).run(nlohmann::ordered_json::object());
    std::ifstream in(options.run.output);
    return std::string((std::istreambuf_iterator<char>(in)), {});
  }
  fake::TemporaryDirectory temporary_;
  const std::filesystem::path directory_ = temporary_.path();
  record::Summary summary_;
};

TEST_F(GenerateRun, ContinuesRecordsAndPassesTheRestThrough) {
  const std::string output =
      run(calculator_only(),
          "{\"id\":\"a\",\"text\":\"2 + 2 is\",\"meta\":{\"k\":[1]},\"mine\":7,"
          "\"calls\":[{\"tool\":\"Old\",\"at\":1,\"input\":\"x\"}]}\n",
          "out.jsonl");
  const record::ParsedLine parsed = record::parse_document(output.substr(0, output.find('\n')));
  ASSERT_FALSE(parsed.problem) << parsed.problem->message;
  EXPECT_EQ(parsed.document.id, "a");
  EXPECT_EQ(parsed.document.text, "2 + 2 is four.");
  EXPECT_EQ(parsed.document.meta["k"][0], 1);
  EXPECT_EQ(parsed.document.extra["mine"], 7);
  ASSERT_EQ(parsed.document.calls.size(), 1u);  // those of the prompt are replaced
  EXPECT_EQ(parsed.document.calls[0].tool, "Calculator");
  EXPECT_EQ(summary_.get("calls.Calculator.made"), 1);
  EXPECT_EQ(summary_.get("generated.ended_by.end"), 1);
}

TEST_F(GenerateRun, TheBatchChangesNoResult) {
  std::string input;
  for (int i = 0; i < 7; ++i) {
    input +=
        "{\"id\":\"d" + std::to_string(i) + "\",\"text\":\"number " + std::to_string(i) + "\"}\n";
  }
  Options options = calculator_only();
  options.decoding.sampling.temperature = 1;
  options.decoding.call_top_k = 10;
  options.decoding.max_new_tokens = 50;
  options.run.seed = 5;
  options.batch = 7;
  const std::string together = run(options, input, "together.jsonl");
  options.batch = 1;
  EXPECT_EQ(run(options, input, "alone.jsonl"), together);
  options.run.seed = 6;
  EXPECT_NE(run(options, input, "other.jsonl"), together);
}

TEST(DryRun, CountsPromptsAndWritesNothing) {
  const fake::TemporaryDirectory directory;
  Options options;
  const auto model = calculating_model();
  options.run.input = {directory.write("in.jsonl", "{\"text\":\"a\"}\n{\"text\":\"b\"}\nbad\n")};
  EXPECT_THAT(dry_run(options, *model),
              testing::AllOf(testing::StartsWith("prompts: 2, unusable: 1, at most"),
                             testing::HasSubstr("estimated time: at most "),
                             testing::HasSubstr("measured on 2 of them"),
                             testing::HasSubstr("no tool was called")));
  options.prompts = {"a"};
  EXPECT_THAT(dry_run(options, *model), testing::StartsWith("prompts: 1, unusable: 0, at most"));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory.path()), {}), 1);
}

}  // namespace
}  // namespace toolformer::generate
