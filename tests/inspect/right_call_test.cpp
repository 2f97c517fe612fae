// SPDX-License-Identifier: Apache-2.0
#include "toolformer/inspect/right_call.h"

#include <gtest/gtest.h>

#include <fstream>

#include "fake/temporary_directory.h"
#include "inspect/sample_records.h"
#include "toolformer/record/document_json.h"

namespace toolformer::inspect {
namespace {

record::Call call_with(const std::string& result, std::size_t at) {
  record::Call call;
  call.tool = "Any";
  call.at = at;
  call.result = result;
  return call;
}

TEST(RightCall, ANumberMustBeTheNextNumber) {
  const std::string text = "Together they cost $1,200.50 and not 7.";
  EXPECT_EQ(result_follows(call_with("1200.5", 18), text), true);
  EXPECT_EQ(result_follows(call_with("7", 18), text), false);
  EXPECT_EQ(result_follows(call_with("1200.5", text.size()), text), false);
}

TEST(RightCall, WordsMustBeNewAndNotOfEveryResult) {
  const std::string text = "The Rhine is a river. Its source is in Switzerland, it is long.";
  record::Call call = call_with("Rhine: rises in Switzerland", 22);
  EXPECT_EQ(result_follows(call, text), true);
  call.others = {"Danube: not in Switzerland"};
  EXPECT_EQ(result_follows(call, text), false);
  EXPECT_EQ(result_follows(call_with("Rhine", 22), text), false) << "the text says it before";
}

TEST(RightCall, NoResultIsNotJudged) {
  record::Call call = call_with("", 0);
  call.result.reset();
  EXPECT_EQ(result_follows(call, "text"), std::nullopt);
}

TEST(RightCall, GoldCallsDecideByPlaceToolAndResult) {
  const fake::TemporaryDirectory directory;
  const std::string path = (directory.path() / "gold.jsonl").string();
  record::Document gold = fake::lamps();
  gold.calls = {gold.calls[0]};
  std::ofstream(path) << record::to_json_line(gold) << "\n";
  const GoldCalls calls(path);
  record::Document document = fake::lamps();
  record::Call call = document.calls[0];
  call.at += 2;
  call.result = "0.150";
  EXPECT_EQ(calls.is_right("s-017", call), true);
  call.at += 20;
  EXPECT_EQ(calls.is_right("s-017", call), false);
  EXPECT_EQ(calls.is_right("another", call), std::nullopt);
  EXPECT_EQ(calls.count("s-017", "Calculator"), 1u);
  EXPECT_EQ(calls.found(document, {0, 2}), 1u);
  EXPECT_EQ(calls.found(document, {2}), 0u);
}

}  // namespace
}  // namespace toolformer::inspect
