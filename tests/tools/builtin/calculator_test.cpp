// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/builtin/calculator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake/test_files.h"
#include "toolformer/base/error.h"
#include "toolformer/calls/call_syntax.h"
#include "toolformer/calls/prompt.h"
#include "toolformer/record/document_reader.h"

namespace toolformer::tools {
namespace {

TEST(Calculator, PrintsAsThePaperDoes) {
  const Calculator calculator;
  EXPECT_EQ(calculator.name(), "Calculator");
  EXPECT_EQ(calculator.call("48 / 320", {}).result, "0.15");
  EXPECT_EQ(calculator.call("5 * 7", {}).result, "35");
  EXPECT_EQ(calculator.call("85 / 23", {}).result, "3.70");
  EXPECT_EQ(calculator.call("735 / 499", {}).result, "1.47");
  const Outcome error = calculator.call("48 / lamps", {});
  EXPECT_EQ(error.error_kind, "bad_input");
  EXPECT_EQ(error.error_message, "not a number: lamps (byte 5)");
}

TEST(Calculator, TakesTheNumberOfDecimals) {
  EXPECT_EQ(Calculator(0).call("5 / 2", {}).result, "3");
  EXPECT_EQ(Calculator(4).call("1 / 3", {}).result, "0.3333");
  EXPECT_NE(Calculator(4).version(), Calculator(2).version());
  EXPECT_THROW(Calculator(-1), base::UsageError);
  EXPECT_THROW(Calculator(16), base::UsageError);
}

// Worked answers of GSM8K with the calculations that people marked in them. Two are written with
// //, which is an error here; all others must agree as far as two decimals go.
TEST(Calculator, AgreesWithHumanWrittenCalls) {
  const auto file = fake::data_file("gsm8k_train_gold_calls.jsonl.gz");
  if (!file) GTEST_SKIP() << "gsm8k_train_gold_calls.jsonl.gz is not in $TOOLFORMER_SHARED_DATA";
  record::RunOptions options;
  options.input = {file->string()};
  record::DocumentReader reader(options);
  const Calculator calculator;
  std::size_t calls = 0;
  std::size_t refused = 0;
  while (const auto item = reader.next()) {
    for (const record::Call& call : item->document.calls) {
      ++calls;
      const Outcome outcome = calculator.call(call.input, {});
      if (!outcome.ok()) {
        EXPECT_NE(call.input.find("//"), std::string::npos)
            << call.input << ": " << outcome.error_message;
        ++refused;
        continue;
      }
      EXPECT_NEAR(std::stod(outcome.result), std::stod(*call.result), 0.005 + 1e-9)
          << item->document.id << ": " << call.input;
    }
  }
  RecordProperty("calls", static_cast<int>(calls));
  EXPECT_GT(calls, 20000U);
  EXPECT_LE(refused, 2U);
}

TEST(Calculator, ComputesWhatTheShippedDemonstrationsShow) {
  const calls::Markers markers;
  const std::string demos = calls::load_prompt(calls::default_prompt_directory(), "Calculator",
                                               calls::PromptStyle::kPrimed)
                                .before;
  const std::string head = calls::call_head(markers, "Calculator");
  for (std::size_t at = demos.find(head); at != std::string::npos; at = demos.find(head, at + 1)) {
    const calls::WrittenCall call = calls::scan_call(markers, demos.substr(at), false).call;
    EXPECT_EQ(Calculator().call(call.input, {}).result, call.result) << call.input;
  }
}

}  // namespace
}  // namespace toolformer::tools
