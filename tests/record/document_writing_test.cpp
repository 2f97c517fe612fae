// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include "toolformer/base/error.h"
#include "toolformer/record/document_json.h"

namespace toolformer::record {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

Document document_with(const Call& call) {
  Document document;
  document.id = "d";
  document.text = "abc";
  document.calls = {call};
  return document;
}

TEST(ToJsonLine, WritesTheLineOfTheContract) {
  const std::string line =
      R"({"schema":1,"id":"s-017","text":"Of the 320 lamps, 48 (15%) failed in the first year.","meta":{"date":"2019-04-25"},)"
      R"("calls":[{"tool":"Calculator","at":22,"p_api":0.083,"sample":0,"input":"48 / 320","result":"0.15",)"
      R"("loss":{"plain":2.31,"no_result":2.28,"result":0.94},"delta":1.34,"keep":true,"extra":{"z":1,"a":2}},)"
      R"({"tool":"Calculator","at":22,"p_api":0.083,"sample":1,"input":"48 / lamps",)"
      R"("error":{"kind":"bad_input","message":"not a number: lamps"},"keep":false},)"
      R"({"tool":"Calculator","at":22,"input":"48","keep":false,"reason":"not scored"}],"augmented":"x","zebra":1,"ant":[2.5,null]})";
  const ParsedLine parsed = parse_document(line);
  ASSERT_EQ(parsed.problem, std::nullopt);
  EXPECT_EQ(to_json_line(parsed.document), line);
}

TEST(ToJsonLine, WritesCallsWhenThereShallBeSome) {
  Document document;
  document.id = "d";
  EXPECT_EQ(to_json_line(document), R"({"schema":1,"id":"d","text":""})");
  document.has_calls = true;
  EXPECT_EQ(to_json_line(document), R"({"schema":1,"id":"d","text":"","calls":[]})");
}

TEST(ToJsonLine, EscapesOnlyWhatJsonWants) {
  Document document;
  document.id = "d";
  document.text = std::string("\0\x01\x1f\b\f\n\r\t\"\\/\x7f", 12) + "é\u2028🚊";
  const std::string line = to_json_line(document);
  EXPECT_EQ(line, std::string(R"({"schema":1,"id":"d","text":"\u0000\u0001\u001f\b\f\n\r\t\"\\/)") +
                      "\x7f" + "é\u2028🚊\"}");
  EXPECT_EQ(parse_document(line).document.text, document.text);
}

TEST(ToJsonLine, DoublesReadBackBitForBit) {
  std::mt19937_64 random(5);
  for (int round = 0; round < 200000; ++round) {
    const double value = round == 0   ? 1.0
                         : round == 1 ? -0.0
                         : round == 2 ? 1e22
                                      : std::bit_cast<double>(random());
    if (!std::isfinite(value)) continue;
    Call call;
    call.tool = "T";
    call.delta = value;
    const ParsedLine parsed = parse_document(to_json_line(document_with(call)));
    ASSERT_EQ(parsed.problem, std::nullopt);
    ASSERT_EQ(std::bit_cast<std::uint64_t>(*parsed.document.calls[0].delta),
              std::bit_cast<std::uint64_t>(value));
  }
}

TEST(ToJsonLine, NumbersThatAreNotFiniteBecomeAnError) {
  Call call;
  call.tool = "T";
  call.p_api = 0.5;
  call.result = "r";
  call.loss = Losses{1, kNan, 2};
  call.delta = kInfinity;
  call.keep = true;
  call.reason = "delta is not above 1";
  EXPECT_THAT(
      to_json_line(document_with(call)),
      testing::HasSubstr(
          R"("p_api":0.5,"input":"","result":"r","error":{"kind":"not_finite","message":"loss.no_result is nan"},"keep":false})"));
  call.loss = Losses{1, 1, 2};
  EXPECT_THAT(to_json_line(document_with(call)), testing::HasSubstr("delta is inf"));
  call.p_api = -kInfinity;
  EXPECT_THAT(to_json_line(document_with(call)), testing::Not(testing::HasSubstr("p_api\":")));
  call.error = CallError{"own", "reason"};
  EXPECT_THAT(to_json_line(document_with(call)),
              testing::HasSubstr(R"({"kind":"own","message":"reason"})"));
}

TEST(ToJsonLine, ALossThatWasNotMeasuredIsLeftOut) {
  Call call;
  call.tool = "T";
  call.loss = Losses{1, std::nullopt, 2};
  const std::string line = to_json_line(document_with(call));
  EXPECT_THAT(line, testing::HasSubstr(R"("loss":{"plain":1.0,"result":2.0})"));
  const ParsedLine parsed = parse_document(line);
  ASSERT_EQ(parsed.problem, std::nullopt);
  EXPECT_EQ(parsed.document.calls[0].loss->no_result, std::nullopt);
  EXPECT_EQ(parsed.document.calls[0].loss->result, 2);
}

TEST(ToJsonLine, RefusesWhatJsonCannotHold) {
  Document document;
  document.id = "d";
  document.text = "cut \xC3";
  EXPECT_THROW(to_json_line(document), base::IoError);
  document.text = "fine";
  document.meta = {{"list", {1.0, kNan}}};
  EXPECT_THROW(to_json_line(document), base::IoError);
}

}  // namespace
}  // namespace toolformer::record
