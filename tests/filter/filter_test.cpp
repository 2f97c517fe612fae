// SPDX-License-Identifier: Apache-2.0
#include "toolformer/filter/filter.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "fake/table_language_model.h"
#include "fake/temporary_directory.h"
#include "toolformer/record/document_json.h"

namespace toolformer::filter {
namespace {

class FilterTest : public ::testing::Test {
 protected:
  FilterTest() {
    std::ofstream(prompts_ / "calculator.demos.txt")
        << "A dozen is [Calculator(6 + 6) -> 12] 12.\n\n";
    std::ofstream(prompts_ / "calendar.demos.txt")
        << "Now [Calendar() -> Today is Monday.] Monday.\n\n";
    auto tokenizer = std::make_unique<fake::TableTokenizer>(fake::call_pieces());
    fake::TableLanguageModel::Settings settings;
    // A result helps: behind "-> 5]" the model expects " 5".
    settings.rules.push_back(fake::boost_after(*tokenizer, "-> 5]", " ", 6));
    settings.rules.push_back(fake::boost_after(*tokenizer, "-> 5] ", "5", 6));
    model_ = std::make_unique<fake::TableLanguageModel>(std::move(tokenizer), std::move(settings));
  }

  static record::Item item(const std::string& id, const std::string& text,
                           const std::vector<record::Call>& calls) {
    record::Item result;
    result.document.id = id;
    result.document.text = text;
    result.document.calls = calls;
    return result;
  }

  static std::vector<record::Item> input() {
    return {item("a", "2 + 3 = 5 or so",
                 {{.tool = "Calculator", .at = 7, .p_api = 0.5, .sample = 0, .input = "2 + 3"},
                  {.tool = "Calculator", .at = 7, .p_api = 0.5, .sample = 1, .input = "2 + x"},
                  {.tool = "Calculator", .at = 7, .p_api = 0.5, .sample = 2, .input = "2 + 3"},
                  {.tool = "Oracle", .at = 7, .input = "?"}}),
            item("b", "", {}),
            item("c", "none [Calculator(1)]",
                 {{.tool = "Calculator", .at = 0, .input = "1"},
                  {.tool = "Calendar", .at = 4, .input = ""}})};
  }

  Options options(const std::vector<Step>& steps) const {
    Options result;
    result.steps = steps;
    result.prompts = prompts_.string();
    return result;
  }

  /// The lines of one run over `block`.
  std::vector<std::string> run(std::vector<record::Item> block, const Options& options) {
    Filter filter(options, model_.get(), {});
    filter.transform(block, summary_);
    std::vector<std::string> lines;
    for (const auto& one : block) lines.push_back(record::to_json_line(one.document));
    return lines;
  }

  std::vector<record::Item> parse(const std::vector<std::string>& lines) const {
    std::vector<record::Item> block;
    for (const auto& line : lines) {
      block.emplace_back();
      block.back().document = record::parse_document(line).document;
    }
    return block;
  }

  fake::TemporaryDirectory temporary_;
  const std::filesystem::path prompts_ = temporary_.path();
  std::unique_ptr<fake::TableLanguageModel> model_;
  record::Summary summary_;
};

TEST_F(FilterTest, KeepsTheCallThatHelps) {
  const auto block = parse(run(input(), options({Step::kExecute, Step::kScore, Step::kSelect})));
  const auto& calls = block[0].document.calls;
  EXPECT_EQ(*calls[0].result, "5");
  EXPECT_GT(*calls[0].delta, 1);
  EXPECT_TRUE(*calls[0].keep);
  EXPECT_EQ(calls[1].error->kind, "bad_input");
  EXPECT_FALSE(*calls[1].keep);
  EXPECT_FALSE(*calls[2].keep);  // the same call again: the first one stands
  EXPECT_EQ(calls[3].error->kind, "unknown_tool");
  EXPECT_EQ(*block[0].document.augmented, "2 + 3 = [Calculator(2 + 3) -> 5] 5 or so");
  EXPECT_EQ(*block[1].document.augmented, "");
  EXPECT_EQ(summary_.get("executed.Calculator.distinct"), 3);
}

TEST_F(FilterTest, StepsInThreeRunsGiveTheSameBytes) {
  const auto at_once = run(input(), options({Step::kExecute, Step::kScore, Step::kSelect}));
  auto lines = run(input(), options({Step::kExecute}));
  EXPECT_NE(lines, at_once);
  lines = run(parse(lines), options({Step::kScore}));
  lines = run(parse(lines), options({Step::kSelect}));
  EXPECT_EQ(lines, at_once);
  EXPECT_EQ(run(parse(at_once), options({Step::kSelect})), at_once);
  EXPECT_EQ(run(parse(at_once), options({Step::kExecute, Step::kScore, Step::kSelect})), at_once);
}

TEST_F(FilterTest, CountsCallsThatNobodyExecuted) {
  run(input(), options({Step::kScore, Step::kSelect}));
  EXPECT_EQ(summary_.get("not_executed.Calculator"), 4);
  summary_ = {};
  run(parse(run(input(), options({Step::kExecute}))), options({Step::kScore, Step::kSelect}));
  EXPECT_EQ(summary_.get("not_executed.Calculator"), 0);
  EXPECT_EQ(summary_.get("not_executed.Oracle"), 0);  // it failed, which is another thing
}

TEST_F(FilterTest, AnotherThresholdNeedsNoModel) {
  const auto lines = run(input(), options({Step::kExecute, Step::kScore, Step::kSelect}));
  Options strict = options({Step::kSelect});
  strict.gamma.all = 1000;
  model_.reset();
  const auto block = parse(run(parse(lines), strict));
  EXPECT_FALSE(*block[0].document.calls[0].keep);
  EXPECT_EQ(*block[0].document.augmented, block[0].document.text);
  EXPECT_EQ(run(block, options({Step::kSelect})), lines);
}

TEST_F(FilterTest, NeighboursChangeNothing) {
  const auto together = run(input(), options({Step::kExecute, Step::kScore, Step::kSelect}));
  for (std::size_t i = 0; i < together.size(); ++i) {
    EXPECT_EQ(run({input()[i]}, options({Step::kExecute, Step::kScore, Step::kSelect})).front(),
              together[i]);
  }
}

TEST_F(FilterTest, KeptOnlyLeavesTheOthersOut) {
  Options kept = options({Step::kExecute, Step::kScore, Step::kSelect});
  kept.kept_only = true;
  const auto block = parse(run(input(), kept));
  ASSERT_EQ(block.size(), 1U);
  EXPECT_EQ(block[0].document.id, "a");
}

TEST_F(FilterTest, FingerprintsCoverWhatTheStepsUse) {
  const Options select = options({Step::kSelect});
  EXPECT_TRUE(Filter(select, nullptr, {}).fingerprints().empty());
  const Options execute = options({Step::kExecute});
  EXPECT_EQ(Filter(execute, nullptr, {}).fingerprints().size(), 1U);
  const std::string before = prompts_fingerprint(prompts_);
  std::ofstream(prompts_ / "calendar.demos.txt", std::ios::app) << "\n";
  EXPECT_NE(prompts_fingerprint(prompts_), before);
}

}  // namespace
}  // namespace toolformer::filter
