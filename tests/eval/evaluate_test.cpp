// SPDX-License-Identifier: Apache-2.0
// The whole of tf-eval on fake models: cells, figures, tables, going on, refusing.
#include "toolformer/eval/evaluate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake/refusal.h"
#include "fake/table_language_model.h"
#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"
#include "toolformer/eval/template.h"

namespace toolformer::eval {
namespace {

using fake::TableLanguageModel;
using fake::TableTokenizer;
using testing::AllOf;
using testing::HasSubstr;

/// Behind "is", calls the Calculator and then says the result; without tools says 5.
std::unique_ptr<lm::LanguageModel> calculating_model() {
  auto tokenizer = std::make_unique<TableTokenizer>(std::vector<std::string>{
      " [", "]", " ->", "Calculator", "(2 + 2)", " 2 + 2 =", " 4", " 5", ".", " is"});
  TableLanguageModel::Settings settings;
  for (const auto& [after, next] :
       std::vector<std::pair<std::string, std::string>>{{" is", " ["},
                                                        {" is [", "Calculator"},
                                                        {"[Calculator", "(2 + 2)"},
                                                        {"(2 + 2)", " ->"},
                                                        {"-> 4]", " 2 + 2 ="},
                                                        {"] 2 + 2 =", " 4"},
                                                        {" 4", "."},
                                                        {" 5", "."}}) {
    settings.rules.push_back(fake::boost_after(*tokenizer, after, next, 50));
  }
  settings.rules.push_back(fake::boost_after(*tokenizer, " is", " 5", 40));
  const text::TokenId end = tokenizer->eos()[0];
  settings.rules.push_back([end](std::string_view context, std::span<double> logits) {
    if (context.ends_with(".")) logits[static_cast<std::size_t>(end)] += 50;
  });
  return std::make_unique<TableLanguageModel>(std::move(tokenizer), std::move(settings));
}

class Evaluate : public testing::Test {
 protected:
  Evaluate() {
    directory_.write(
        "tasks/sums.toml",
        "prompt = \"{q} is\"\nanswers = \"{a}\"\nid = \"{id}\"\n"
        "max-new-tokens = 20\nwithout-tools = [\"Calendar\"]\n"
        "[[rule]]\nname = \"strict\"\ntake = \"equation-number\"\ncompare = \"number\"\n"
        "[[rule]]\nname = \"lenient\"\ntake = \"last-number\"\ncompare = \"number\"\n");
    options_.task_directory = directory_ / "tasks";
    options_.tasks = {"sums"};
    options_.data = {"sums=" +
                     directory_.write("sums.jsonl",
                                      "{\"id\": \"a\", \"q\": \"two and two\", \"a\": 4}\n"
                                      "{\"id\": \"b\", \"q\": \"three and two\", \"a\": 5}\n"
                                      "{\"id\": \"c\", \"q\": \"one and three\", \"a\": 4}\n")};
    options_.models = {"base=m", "tuned=m"};
    options_.without_tools = {"base"};
    options_.call_top_k = {0, 1};
    options_.decoding.markers = calls::MarkerChoice::kText;
    options_.batch = 2;
    options_.resamples = 50;
    options_.run.output = directory_ / "out";
    options_.run.progress = "none";
  }
  std::string run() {
    return evaluate(options_, [this](const lm::ModelOptions&) {
      ++loaded_;
      return calculating_model();
    });
  }
  Json results() const { return Json::parse(fake::read_bytes(directory_ / "out/results.json")); }
  std::string cell(const std::string& name) const {
    return fake::read_bytes(directory_ / ("out/" + name));
  }

  fake::TemporaryDirectory directory_;
  Options options_;
  std::size_t loaded_ = 0;
};

TEST_F(Evaluate, MeasuresRowsSideBySide) {
  const std::string table = run();
  EXPECT_EQ(loaded_, 2u);
  EXPECT_THAT(table, AllOf(HasSubstr("base (disabled)"), HasSubstr("tuned (disabled)"),
                           HasSubstr("66.7 ["), HasSubstr("33.3 [")));
  const Json rows = results()["tasks"][0]["rows"];
  ASSERT_EQ(rows.size(), 3u);
  // With the tool it says 4, without it 5.
  EXPECT_NEAR(rows[0]["right"]["strict"]["value"].get<double>(), 1.0 / 3, 1e-9);
  EXPECT_NEAR(rows[2]["right"]["strict"]["value"].get<double>(), 2.0 / 3, 1e-9);
  EXPECT_EQ(rows[2]["called"], 1.0);
  EXPECT_EQ(rows[2]["calls"]["by_tool"]["Calculator"], 3);
  EXPECT_EQ(rows[2]["right_when_not_called"], nullptr);
  EXPECT_EQ(rows[2]["statements"]["true_equations"], 3);
  EXPECT_EQ(rows[1]["calls"]["made"], 0);
  EXPECT_NEAR(rows[2]["to_disabled"]["difference"]["value"].get<double>(), 1.0 / 3, 1e-9);
  EXPECT_EQ(rows[2]["to_disabled"]["p"], 1.0);  // two won, one lost
  EXPECT_TRUE(fake::read_bytes(directory_ / "out/results.md").starts_with("### sums"));
}

TEST_F(Evaluate, JoinsSeedsAndShowsFamiliesAndOverlap) {
  options_.models = {"base=m", "one=m", "two=m"};
  options_.join = {"tuned=one,two"};
  options_.decontaminate = {
      directory_.write("train.jsonl", "{\"text\": \"we add two and two apples\"}\n")};
  options_.decontaminate_words = 3;
  const std::string task = fake::read_bytes(directory_ / "tasks/sums.toml");
  directory_.write("tasks/sums.toml", "family = \"a\"\ncluster = \"{a}\"\n" + task);
  const std::string table = run();
  EXPECT_THAT(table, AllOf(HasSubstr("tuned, 2 seeds"), HasSubstr("66.7 (66.7 to 66.7)"),
                           HasSubstr("without overlap"), HasSubstr("by family"),
                           HasSubstr("1 of 3 items share"), HasSubstr("by tool")));
  const Json sums = results()["tasks"][0];
  EXPECT_EQ(sums["joined"][1]["models"], 2);
  EXPECT_NEAR(sums["joined"][1]["right"]["strict"]["mean"].get<double>(), 2.0 / 3, 1e-9);
  const Json row = sums["rows"][2];  // one, with tools
  EXPECT_EQ(row["families"]["4"]["items"], 2);
  EXPECT_EQ(row["families"]["4"]["right"]["strict"]["value"], 1.0);
  EXPECT_EQ(row["families"]["5"]["right"]["strict"]["value"], 0.0);
  EXPECT_EQ(row["without_overlap"]["items"], 2);
  EXPECT_EQ(row["without_overlap"]["right"]["strict"]["value"], 0.5);
  EXPECT_EQ(row["calls"]["items_by_tool"]["Calculator"], 3);
}

TEST_F(Evaluate, CeilingsAndControlsAreRowsOfTheSameRun) {
  options_.results = {Results::kReal, Results::kShuffled, Results::kIdeal};
  options_.controls = {Extra::kDemonstrations, Extra::kRetrieval};
  options_.prompts = directory_.path().string();
  directory_.write("calculator.demos.txt", "Two and one is [Calculator(2 + 1) -> 3] 3.\n");
  const std::string task = fake::read_bytes(directory_ / "tasks/sums.toml");
  directory_.write("tasks/sums.toml",
                   "ideal-tool = \"Calculator\"\nideal-input = \"2 + 2\"\n" + task);
  run();
  EXPECT_THAT(cell("base/call-top-k-0-ideal/sums.jsonl"),
              HasSubstr("two and two is [Calculator(2 + 2) -> 4] 2 + 2 = 4."));
  EXPECT_THAT(cell("base/call-top-k-0-retrieval/sums.jsonl"), HasSubstr("4\\ntwo and two is"));
  EXPECT_THAT(cell("base/call-top-k-1-demonstrations/sums.jsonl"),
              HasSubstr("two and two is [Calculator(2 + 2) -> 4] 2 + 2 = 4."));
  // All items call 2 + 2: no other one has another result.
  EXPECT_THAT(cell("tuned/call-top-k-1-shuffled/sums.jsonl"), HasSubstr("no_other_result"));
  EXPECT_EQ(results()["tasks"][0]["rows"].size(), 9U);
}

TEST_F(Evaluate, KeepsEveryOutputBesideItsAnswers) {
  run();
  const std::string lines = cell("tuned/call-top-k-1/sums.jsonl");
  const Json item = Json::parse(lines.substr(0, lines.find('\n')));
  EXPECT_EQ(item["id"], "a");
  EXPECT_EQ(item["output"], " 2 + 2 = 4.");
  EXPECT_EQ(item["augmented"], "two and two is [Calculator(2 + 2) -> 4] 2 + 2 = 4.");
  EXPECT_EQ(item["answers"][0], (Json{{"rule", "strict"}, {"answer", "4"}, {"right", true}}));
  EXPECT_EQ(item["meta"]["answers"], Json({"4"}));
}

TEST_F(Evaluate, GoesOnWithWhatIsThereAndRefusesOtherSettings) {
  const std::string first = run();
  const std::string before = cell("tuned/call-top-k-1/sums.jsonl");
  std::filesystem::remove(directory_ / "out/tuned/call-top-k-0/sums.jsonl");
  std::filesystem::remove(directory_ / "out/tuned/call-top-k-0/sums.summary.json");
  const auto written =
      std::filesystem::last_write_time(directory_ / "out/tuned/call-top-k-1/sums.jsonl");
  run();
  EXPECT_EQ(std::filesystem::last_write_time(directory_ / "out/tuned/call-top-k-1/sums.jsonl"),
            written);
  EXPECT_EQ(cell("tuned/call-top-k-1/sums.jsonl"), before);
  options_.max_new_tokens = 3;
  EXPECT_THAT(fake::refusal<base::UsageError>([&] { run(); }),
              AllOf(HasSubstr("max-new-tokens"), HasSubstr("--restart")));
  options_.run.restart = true;
  run();
}

TEST_F(Evaluate, OnlyWhatDecidesACellIsRefused) {
  options_.perplexity = {directory_.write("texts.jsonl", "{\"text\": \"two is 5.\"}\n")};
  options_.config = {{"models", {"tuned=m"}}, {"resamples", 50}, {"temperature", 0}};
  options_.models = {"tuned=m"};
  run();
  const auto written =
      std::filesystem::last_write_time(directory_ / "out/tuned/call-top-k-1/sums.jsonl");
  options_.models = {"base=m", "tuned=m"};
  options_.call_top_k = {0, 1, 2};
  options_.config["models"] = options_.models;
  options_.config["resamples"] = options_.resamples = 20;
  options_.config["window"] = 1;  // a cell has the fitted one
  run();
  EXPECT_EQ(std::filesystem::last_write_time(directory_ / "out/tuned/call-top-k-1/sums.jsonl"),
            written);
  EXPECT_TRUE(std::filesystem::exists(directory_ / "out/base/perplexity/texts.jsonl"));
  options_.config["temperature"] = 1;
  EXPECT_THAT(fake::refusal<base::UsageError>([&] { run(); }),
              AllOf(HasSubstr("sums"), HasSubstr("config.temperature = 0, this run has 1")));
  options_.tasks.clear();
  options_.data.clear();
  run();  // nothing is generated
  options_.windows = {.window = 8, .overlap = 2};
  EXPECT_THAT(fake::refusal<base::UsageError>([&] { run(); }), HasSubstr("config.window"));
}

TEST_F(Evaluate, APromptThatDoesNotFitIsWrong) {
  directory_.write("sums.jsonl",
                   "{\"id\": \"a\", \"q\": \"two and two\", \"a\": 4}\n{\"id\": \"long\", "
                   "\"q\": \"" +
                       std::string(5000, 'x') + "\", \"a\": 4}\n");
  const std::string table = run();
  EXPECT_THAT(table, HasSubstr("tuned: 1 prompts do not fit"));
  EXPECT_EQ(results()["tasks"][0]["rows"][2]["right"]["strict"]["value"], 0.5);
}

TEST_F(Evaluate, MeasuresPerplexityOncePerModel) {
  options_.tasks.clear();
  options_.data.clear();
  options_.perplexity = {
      directory_.write("texts.jsonl", "{\"text\": \"abc\"}\n{\"text\": \"two is 5.\"}\n")};
  EXPECT_THAT(run(), HasSubstr("bits per byte"));
  const Json rows = results()["tasks"][0]["rows"];
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_GT(rows[0]["perplexity"]["value"].get<double>(), 1);
  EXPECT_EQ(rows[1]["log_perplexity_to_first"]["difference"]["value"], 0.0);
}

TEST_F(Evaluate, WhatCannotWorkIsFoundBeforeTheFirstRow) {
  const std::string row = "out/base/call-top-k-0/sums.jsonl";
  options_.toolbox.tools = {"Calculator", "Oracle"};
  EXPECT_THAT(fake::refusal<base::UsageError>([&] { run(); }), HasSubstr("Oracle"));
  EXPECT_EQ(loaded_, 0u);
  options_.toolbox.tools = {"Calculator"};
  options_.perplexity = {directory_.write("texts.txt", "two is 5.")};
  options_.windows = {.window = 8, .overlap = 8};
  EXPECT_THAT(fake::refusal<base::UsageError>([&] { run(); }), HasSubstr("--overlap 8"));
  EXPECT_FALSE(std::filesystem::exists(directory_ / row));
  options_.windows.fit_overlap = true;
  run();
  EXPECT_TRUE(std::filesystem::exists(directory_ / row));
}

TEST_F(Evaluate, ADryRunWritesNothing) {
  options_.run.dry_run = true;
  EXPECT_THAT(run(), HasSubstr("two and two is"));
  EXPECT_EQ(loaded_, 0u);
  EXPECT_FALSE(std::filesystem::exists(directory_ / "out"));
}

TEST_F(Evaluate, CountsStatementsOfAnyRecords) {
  options_.statements = {directory_.write(
      "r.jsonl",
      "{\"text\": \"1 + 1 = 3. 2 + 2 = 4.\", \"prompt_bytes\": 10}\n{\"text\": \"1 + 1 = 3\"}\n")};
  EXPECT_THAT(evaluate_statements(options_), HasSubstr("1 of 2 (50.0%)"));
}

TEST_F(Evaluate, StatementsBehindAPromptOfAnotherTypeAreLeftOutAndCounted) {
  options_.statements = {directory_.write(
      "r.jsonl",
      "{\"text\": \"1 + 1 = 3\", \"prompt_bytes\": \"x\"}\n{\"text\": \"1 + 1 = 2\"}\n")};
  EXPECT_THAT(evaluate_statements(options_),
              AllOf(HasSubstr("1 of 1 (100.0%)"), HasSubstr("1 lines are no records")));
}

}  // namespace
}  // namespace toolformer::eval
