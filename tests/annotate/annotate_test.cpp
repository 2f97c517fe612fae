// SPDX-License-Identifier: Apache-2.0
#include "toolformer/annotate/annotate.h"

#include <gmock/gmock.h>

#include <fstream>

#include "fake/table_language_model.h"
#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"
#include "toolformer/record/document_json.h"

namespace toolformer::annotate {
namespace {

using fake::TableLanguageModel;

constexpr const char* kDemos = "A dozen is [Calculator(6 + 6) -> 12] 12.\n\n";

class AnnotateTest : public ::testing::Test {
 protected:
  AnnotateTest() {
    write("calculator.demos.txt", kDemos);
    write("calendar.demos.txt", "Now is [Calendar() -> Today is Monday.] Monday.\n\n");
    write("calculator.txt",
          "Add calls. Input: 1 = 1\nOutput: 1 = [Calculator(1)] 1\nInput: {text}\nOutput: ");
    options_.prompts = prompts_.string();
    options_.k.all = 3;
    options_.m.all = 2;
    options_.tau_s.all = 0;
  }

  void write(const std::string& name, const std::string& content) const {
    std::ofstream(prompts_ / name) << content;
  }

  /// Opens calls behind "=", and closes them soon.
  std::unique_ptr<TableLanguageModel> make_model(std::size_t context_length = 4096,
                                                 double letters = 0) const {
    auto tokenizer = std::make_unique<fake::TableTokenizer>(fake::call_pieces());
    TableLanguageModel::Settings settings;
    settings.context_length = context_length;
    settings.rules.push_back(fake::boost_after(*tokenizer, "=", " [", 6));
    const auto close = static_cast<std::size_t>(*tokenizer->find(")]"));
    settings.rules.push_back([close, letters](std::string_view context, std::span<double> logits) {
      const std::size_t open = context.rfind(" [Calculator(");
      if (open == std::string_view::npos || context.find(']', open) != std::string_view::npos)
        return;
      for (std::size_t digit = '0'; digit <= '9'; ++digit) logits[digit] += 12;
      logits[close] += 13;
      logits['l'] += letters;
    });
    return std::make_unique<TableLanguageModel>(std::move(tokenizer), std::move(settings));
  }

  static record::Item item(const std::string& id, const std::string& text) {
    record::Item result;
    result.document.id = id;
    result.document.text = text;
    return result;
  }

  std::vector<std::string> lines(const std::vector<record::Item>& block) const {
    std::vector<std::string> result;
    for (const auto& one : block) result.push_back(record::to_json_line(one.document));
    return result;
  }

  fake::TemporaryDirectory temporary_;
  const std::filesystem::path prompts_ = temporary_.path();
  Options options_;
  record::Summary summary_;
};

TEST_F(AnnotateTest, ProposesWhereTheModelWouldOpenACall) {
  const auto model = make_model();
  options_.k.all = 1;
  std::vector<record::Item> block = {item("a", "so 1 + 1 = 2 and more")};
  Annotator(*model, options_, 1).annotate(block, summary_);
  const record::Document& document = block[0].document;
  ASSERT_FALSE(document.calls.empty());
  for (const record::Call& call : document.calls) {
    EXPECT_EQ(call.at, 10U);  // behind "="
    EXPECT_GT(*call.p_api, 0.1);
  }
  EXPECT_EQ(document.text, "so 1 + 1 = 2 and more");
  EXPECT_EQ(summary_.get("places.Calculator"), 1);
  EXPECT_EQ(summary_.get("samples.Calculator.drawn"), 2);
  EXPECT_EQ(summary_.get("documents.Calculator.read"), 1);
}

/// p_i by brute force: the whole prompt and text up to i as one sequence.
TEST_F(AnnotateTest, PrimedProbabilitiesAreThoseOfTheWholeSequence) {
  const auto model = make_model();
  options_.k.all = 50;
  options_.m.all = 1;
  const std::string text = "12 = [Calculator(3)] ends ]";  // hostile: markers in the text are text
  std::vector<record::Item> block = {item("a", text)};
  Annotator(*model, options_, 1).annotate(block, summary_);
  const auto& tokenizer = model->tokenizer();
  const auto open = static_cast<std::size_t>(*tokenizer.find(" ["));
  const auto tokens = tokenizer.encode_continuation(text);
  std::size_t checked = 0;
  for (const record::Call& call : block[0].document.calls) {
    std::vector<text::TokenId> sequence = tokenizer.start();
    for (const auto id : tokenizer.ids(kDemos)) sequence.push_back(id);
    for (const auto& token : tokens) {
      if (token.begin < call.at) sequence.push_back(token.id);
    }
    EXPECT_NEAR(*call.p_api, std::exp(model->next_logprobs(sequence)[open]), 1e-6);
    ++checked;
  }
  EXPECT_GT(checked, 5U);
  EXPECT_EQ(block[0].document.text, text);
}

TEST_F(AnnotateTest, InstructProbabilitiesAreThoseOfTheCopy) {
  const auto model = make_model();
  options_.prompt_style.all = calls::PromptStyle::kInstruct;
  options_.m.all = 1;
  options_.k.all = 50;
  const std::string text = "1 = 1, 2 = 2";
  std::vector<record::Item> block = {item("a", text)};
  Annotator(*model, options_, 1).annotate(block, summary_);
  const auto& tokenizer = model->tokenizer();
  const auto open = static_cast<std::size_t>(*tokenizer.find(" ["));
  const auto prompt = calls::load_prompt(prompts_, "Calculator", calls::PromptStyle::kInstruct);
  ASSERT_FALSE(block[0].document.calls.empty());
  for (const record::Call& call : block[0].document.calls) {
    std::vector<text::TokenId> sequence = tokenizer.start();
    for (const std::string& part : {prompt.before, text, prompt.between, text.substr(0, call.at)}) {
      for (const auto id : tokenizer.ids(part)) sequence.push_back(id);
    }
    EXPECT_NEAR(*call.p_api, std::exp(model->next_logprobs(sequence)[open]), 1e-6);
  }
}

/// What is stopped could not have become a call that the tool can read; all others are the same.
TEST_F(AnnotateTest, StoppingChangesNoReadableCall) {
  const auto model = make_model(4096, 12.0);
  options_.k.all = 20;
  options_.m.all = 10;
  std::vector<std::vector<record::Call>> readable(2);
  std::vector<std::int64_t> work;
  std::size_t unreadable = 0;
  for (const std::size_t run : {0U, 1U}) {
    options_.stop_unreadable = run == 1;
    std::vector<record::Item> block = {item("a", "1 = 1 and 2 = 2"), item("b", "5 = 5 = 5")};
    record::Summary counts;
    Annotator(*model, options_, 1).annotate(block, counts);
    for (const auto& one : block) {
      for (const record::Call& call : one.document.calls) {
        const bool can_be_read = input_rule("Calculator")(call.input);
        if (can_be_read) readable[run].push_back(call);
        if (!can_be_read && run == 0) ++unreadable;
        EXPECT_TRUE(can_be_read || run == 0) << call.input;
      }
    }
    work.push_back(counts.get("work.head_rows"));
    EXPECT_EQ(counts.get("samples.Calculator.unreadable") > 0, run == 1);
  }
  EXPECT_GT(unreadable, 0U);
  EXPECT_GT(readable[0].size(), 20U);
  ASSERT_EQ(readable[0].size(), readable[1].size());
  for (std::size_t i = 0; i < readable[0].size(); ++i) {
    EXPECT_EQ(readable[0][i].input, readable[1][i].input);
    EXPECT_EQ(readable[0][i].at, readable[1][i].at);
    EXPECT_EQ(readable[0][i].sample, readable[1][i].sample);
  }
  EXPECT_LT(work[1], work[0]);
}

TEST_F(AnnotateTest, NeighboursAndBlocksChangeNothing) {
  const auto model = make_model();
  std::vector<record::Item> all = {item("a", "1 = 1"), item("b", ""), item("c", "5 = 5 = 5"),
                                   item("d", "nothing")};
  std::vector<record::Item> reversed(all.rbegin(), all.rend());
  Annotator annotator(*model, options_, 1);
  annotator.annotate(all, summary_);
  annotator.annotate(reversed, summary_);
  const auto expected = lines(all);
  auto backwards = lines(reversed);
  std::reverse(backwards.begin(), backwards.end());
  EXPECT_EQ(backwards, expected);
  std::vector<record::Item> alone = {item("c", "5 = 5 = 5")};
  Annotator(*model, options_, 1).annotate(alone, summary_);
  EXPECT_EQ(lines(alone)[0], expected[2]);
  EXPECT_EQ(lines(all)[1], R"({"schema":1,"id":"b","text":"","calls":[]})");
}

TEST_F(AnnotateTest, AppendsBehindCallsThatAreThere) {
  const auto model = make_model();
  options_.tools = {"Calculator", "Calendar"};
  std::vector<record::Item> block = {item("a", "1 = 1")};
  block[0].document.calls.push_back({.tool = "QA", .at = 1, .input = "why"});
  Annotator(*model, options_, 1).annotate(block, summary_);
  const auto& calls = block[0].document.calls;
  ASSERT_GT(calls.size(), 2U);
  EXPECT_EQ(calls[0].tool, "QA");
  EXPECT_EQ(calls[1].tool, "Calculator");
  EXPECT_EQ(calls.back().tool, "Calendar");
}

TEST_F(AnnotateTest, RejectsWhatIsLongerThanTheContextWithBothNumbers) {
  const std::size_t prompt = 40;  // more tokens than the demonstrations have
  const auto model = make_model(prompt);
  options_.max_call_tokens = 4;
  std::vector<record::Item> block = {item("a", std::string(100, 'x')), item("b", "1")};
  Annotator(*model, options_, 1).annotate(block, summary_);
  ASSERT_TRUE(block[0].reject);
  EXPECT_THAT(*block[0].reject, ::testing::HasSubstr("100 tokens"));
  EXPECT_THAT(*block[0].reject, ::testing::HasSubstr("context of 40"));
  EXPECT_EQ(block[0].reject_kind, "too_long");
  EXPECT_FALSE(block[1].reject);
}

TEST_F(AnnotateTest, CountsWhatThePreselectionDrops) {
  const auto model = make_model();
  options_.preselect = true;
  std::vector<record::Item> block = {item("a", "no numbers"), item("b", "1 = 1")};
  Annotator(*model, options_, 1).annotate(block, summary_);
  EXPECT_EQ(summary_.get("documents.Calculator.dropped.few_numbers"), 1);
  EXPECT_EQ(summary_.get("documents.Calculator.read"), 1);
  EXPECT_TRUE(block[0].document.calls.empty());
  EXPECT_TRUE(block[0].document.has_calls);
}

TEST_F(AnnotateTest, RefusesAnOpenMarkerOfSeveralTokens) {
  const auto model = make_model();
  options_.markers.open = " <<";
  try {
    Annotator annotator(*model, options_, 1);
    FAIL() << "no error";
  } catch (const base::UsageError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("` ` (32), `<` (60), `<` (60)"));
    EXPECT_THAT(error.what(), ::testing::HasSubstr("--open-marker"));
  }
}

}  // namespace
}  // namespace toolformer::annotate
