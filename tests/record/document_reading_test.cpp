// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <random>

#include "fake/temporary_directory.h"
#include "toolformer/base/utf8.h"
#include "toolformer/formats/strict_json.h"
#include "toolformer/record/document_json.h"

namespace toolformer::record {
namespace {

/// "kind: message", or nothing for a good line.
std::string problem(std::string_view line) {
  const ParsedLine parsed = parse_document(line);
  return parsed.problem ? parsed.problem->kind + ": " + parsed.problem->message : "";
}

TEST(ParseDocument, ReadsTheLineOfTheContract) {
  const ParsedLine parsed = parse_document(
      R"({"schema":1,"id":"s-017","text":"Of the 320 lamps, 48 (15%) failed in the first year.","meta":{"date":"2019-04-25"},)"
      R"("calls":[{"tool":"Calculator","at":22,"p_api":0.083,"sample":0,"input":"48 / 320","result":"0.15",)"
      R"("loss":{"plain":2.31,"no_result":2.28,"result":0.94},"delta":1.34,"keep":true},)"
      R"({"tool":"Calculator","at":22,"p_api":0.083,"sample":1,"input":"48 / lamps",)"
      R"("error":{"kind":"bad_input","message":"not a number: lamps"},"keep":false}],"augmented":"x","mine":[1]})");
  ASSERT_EQ(parsed.problem, std::nullopt);
  const Document& document = parsed.document;
  EXPECT_EQ(document.id, "s-017");
  EXPECT_EQ(document.meta["date"], "2019-04-25");
  ASSERT_EQ(document.calls.size(), 2U);
  EXPECT_EQ(document.calls[0].at, 22U);
  EXPECT_EQ(document.calls[0].p_api, 0.083);
  EXPECT_EQ(document.calls[0].loss->no_result, 2.28);
  EXPECT_EQ(document.calls[0].delta, 1.34);
  EXPECT_EQ(document.calls[0].keep, true);
  EXPECT_EQ(document.calls[0].error.has_value(), false);
  EXPECT_EQ(document.calls[1].error->kind, "bad_input");
  EXPECT_EQ(document.calls[1].sample, 1);
  EXPECT_EQ(document.calls[1].result, std::nullopt);
  EXPECT_EQ(document.augmented, "x");
  EXPECT_EQ(document.extra.dump(), R"({"mine":[1]})");
}

TEST(ParseDocument, TheSmallestLine) {
  const ParsedLine parsed = parse_document(R"({"text":""})");
  ASSERT_EQ(parsed.problem, std::nullopt);
  EXPECT_EQ(parsed.document.id, "");
  EXPECT_FALSE(parsed.document.has_calls);
  EXPECT_TRUE(parsed.document.meta.is_null());
}

TEST(ParseDocument, NullMeansAbsentInOptionalFields) {
  const ParsedLine parsed = parse_document(
      R"({"id":null,"text":"abc","meta":null,"augmented":null,)"
      R"("calls":[{"tool":"T","at":3,"input":"","p_api":null,"sample":null,"result":null,"loss":null,"delta":null,"error":null,"keep":null,"reason":null}]})");
  ASSERT_EQ(parsed.problem, std::nullopt);
  EXPECT_EQ(parsed.document.calls[0].keep, std::nullopt);
}

// As writers of tables fill what a row lacks: columns with null, objects with nulls, integers of a
// column with gaps as 4.0.
TEST(ParseDocument, RowsOfATableAreRecords) {
  for (const char* line :
       {R"({"schema":null,"text":"abc","calls":null})",
        R"({"calls":null,"augmented":null,"text":"abc","schema":1.0,"id":null})"}) {
    const ParsedLine parsed = parse_document(line);
    ASSERT_EQ(parsed.problem, std::nullopt) << parsed.problem->message;
    EXPECT_FALSE(parsed.document.has_calls);
  }
  const ParsedLine parsed = parse_document(
      R"({"text":"abcdef","calls":[{"tool":"T","at":4.0,"input":"","sample":2.0,)"
      R"("loss":{"plain":null,"no_result":null,"result":null},"error":{"kind":null,"message":null}},)"
      R"({"tool":"T","at":1e0,"input":"i","loss":{"plain":1,"no_result":null,"result":0.5},)"
      R"("error":{"kind":"k","message":null}}]})");
  ASSERT_EQ(parsed.problem, std::nullopt) << parsed.problem->message;
  const std::vector<Call>& calls = parsed.document.calls;
  EXPECT_EQ(calls[0].at, 4U);
  EXPECT_EQ(calls[0].sample, 2);
  EXPECT_FALSE(calls[0].loss.has_value());
  EXPECT_FALSE(calls[0].error.has_value());
  EXPECT_EQ(calls[1].at, 1U);
  EXPECT_EQ(calls[1].loss->result, 0.5);
  EXPECT_EQ(calls[1].error->kind, "k");
  EXPECT_THAT(problem(R"({"text":"a","calls":[{"tool":"T","at":0.5,"input":""}]})"),
              testing::HasSubstr("expected an integer"));
  EXPECT_THAT(problem(R"({"text":"a","calls":[{"tool":"T","at":1e300,"input":""}]})"),
              testing::HasSubstr("expected an integer"));
  EXPECT_THAT(problem(R"({"text":"a","calls":[{"tool":"T","at":-1.0,"input":""}]})"),
              testing::HasSubstr("expected 0 to"));
  EXPECT_THAT(
      problem(
          R"({"text":"a","calls":[{"tool":"T","at":0,"input":"","loss":{"plain":1,"result":null}}]})"),
      testing::HasSubstr("wants plain and result"));
}

TEST(ParseDocument, SaysWhatTheTextMayBeCalled) {
  EXPECT_THAT(problem(R"({"n":1,"content":"words","title":"t"})"),
              testing::HasSubstr("text: missing; is \"content\" the text? --text-field content"));
  EXPECT_EQ(problem(R"({"messages":[{"content":"words"}]})"), "missing_text: text: missing");
}

TEST(ParseDocument, SaysWhatIsWrong) {
  EXPECT_EQ(problem("[1]"), "not_an_object: expected an object, found an array");
  EXPECT_EQ(problem("{}"), "missing_text: text: missing");
  EXPECT_EQ(problem(R"({"text":null})"), "wrong_type: text: expected a string, found null");
  EXPECT_EQ(problem(R"({"text":"a","id":7})"),
            "wrong_type: id: expected a string, found a number; write it in quotes: jq -c '.id |= "
            "tostring' FILE > NEW.jsonl");
  EXPECT_EQ(problem(R"({"text":"a","id":""})"), "bad_value: id: empty; leave it out instead");
  EXPECT_EQ(problem(R"({"text":"a","meta":"x"})"),
            "wrong_type: meta: expected an object, found a string");
  EXPECT_EQ(problem(R"({"schema":0,"text":"a"})"), "bad_value: schema: expected 1, found 0");
  EXPECT_THAT(problem(R"({"schema":2,"text":"a"})"),
              testing::HasSubstr("newer_schema: schema 2, this program reads up to 1"));
  EXPECT_THAT(problem(R"({"text":"a","text":"b"})"),
              testing::HasSubstr("bad_json: byte 12: the key \"text\" comes twice"));
  EXPECT_THAT(problem("{\"text\":\"\xC0\xAF\"}"), testing::HasSubstr("bad_utf8: byte 9: 0xc0"));
  EXPECT_THAT(problem(R"({"text":"a"} {"text":"b"})"),
              testing::HasSubstr("bad_json: byte 13: expected the end"));
  EXPECT_THAT(problem(std::string_view("{\"text\":\"a\0b\"}", 14)),
              testing::HasSubstr("bad_json: byte 10: control character 0x00"));
}

TEST(ParseDocument, SaysWhatIsWrongWithACall) {
  const auto call = [](const std::string& text) {
    return problem(R"({"calls":[)" + text + R"(],"text":"aé!"})");
  };
  EXPECT_EQ(call(R"({"tool":"T","at":4,"input":""})"), "");
  EXPECT_EQ(call(R"({"tool":"T","at":5,"input":""})"),
            "bad_position: calls[0].at: 5 lies behind the end of the text, 4 bytes");
  EXPECT_EQ(call(R"({"tool":"T","at":2,"input":""})"),
            "bad_position: calls[0].at: 2 lies inside a character of the text");
  EXPECT_THAT(call(R"({"tool":"T","at":-1,"input":""})"),
              testing::HasSubstr("bad_value: calls[0].at: expected 0 to"));
  EXPECT_THAT(call(R"({"tool":"T","at":1.5,"input":""})"),
              testing::HasSubstr("expected an integer"));
  EXPECT_THAT(call(R"({"tool":"T","at":9223372036854775808,"input":""})"),
              testing::HasSubstr("63 bits"));
  EXPECT_EQ(call(R"({"at":1,"input":""})"), "missing_field: calls[0].tool: missing or empty");
  EXPECT_EQ(call(R"({"tool":"T","input":""})"), "missing_field: calls[0].at: missing");
  EXPECT_EQ(call(R"({"tool":"T","at":1})"), "missing_field: calls[0].input: missing");
  EXPECT_EQ(call("7"), "wrong_type: calls[0]: expected an object, found a number");
  EXPECT_EQ(call(R"({"tool":"T","at":1,"input":"","keep":1})"),
            "wrong_type: calls[0].keep: expected true or false, found a number");
  EXPECT_EQ(call(R"({"tool":"T","at":1,"input":"","reason":1})"),
            "wrong_type: calls[0].reason: expected a string, found a number");
  EXPECT_EQ(call(R"({"tool":"T","at":1,"input":"","loss":{"plain":1}})"),
            "missing_field: calls[0].loss: wants plain and result");
  EXPECT_EQ(call(R"({"tool":"T","at":1,"input":"","loss":{"mean":1}})"),
            "unknown_field: calls[0].loss: unknown field \"mean\"");
  EXPECT_THAT(call(R"({"tool":"T","at":1,"input":"","delta":NaN})"),
              testing::HasSubstr("bad_json"));
  EXPECT_THAT(call(R"({"tool":"T","at":1,"input":"","delta":1e999})"),
              testing::HasSubstr("too large for a double"));
}

TEST(ScanId, FindsTheIdWithoutTheRest) {
  EXPECT_EQ(scan_id(R"({"text":"a","id":"x\u0041","broken)").id, "xA");
  EXPECT_EQ(scan_id(R"({"text":"a"})").id, std::nullopt);
  EXPECT_TRUE(scan_id(R"({"text":"a"})").readable);
  EXPECT_FALSE(scan_id(R"({"text":)").readable);
}

TEST(ParseDocument, NeverThrowsWhateverTheLineHolds) {
  const std::string seed =
      R"({"schema":1,"id":"s","text":"aé","meta":{"a":[1]},"calls":[{"tool":"T","at":1,"input":"i","loss":{"plain":1,"no_result":2,"result":3},"error":{"kind":"k","message":"m"}}],"augmented":"z"})";
  std::mt19937 random(11);
  const auto below = [&](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
  };
  for (int round = 0; round < 100000; ++round) {
    std::string line = seed;
    for (std::size_t edits = 1 + below(4); edits > 0; --edits)
      line[below(line.size())] = static_cast<char>(below(256));
    ASSERT_NO_THROW({
      parse_document(line);
      scan_id(line);
    }) << line;
  }
}

/// What a line holds, in the order and with the numbers that the fields have when they are written.
nlohmann::ordered_json written_form(nlohmann::ordered_json line) {
  const auto drop_nulls = [](nlohmann::ordered_json& object,
                             std::initializer_list<const char*> keys) {
    for (const char* key : keys) {
      if (object.contains(key) && object[key].is_null()) object.erase(key);
    }
  };
  drop_nulls(line, {"id", "meta", "augmented"});
  if (!line.contains("calls")) return line;
  for (auto& call : line["calls"]) {
    drop_nulls(call, {"p_api", "sample", "result", "loss", "delta", "error", "keep", "reason"});
    if (call.contains("loss")) drop_nulls(call["loss"], {"no_result"});
    if (call.contains("error")) call["error"].emplace("message", "");
  }
  return line;
}

/// A line that is taken without a word must hold what the strict reader finds in it.
TEST(ParseDocument, TakesNothingThatTheStrictReaderRefusesOrReadsOtherwise) {
  const std::string seed =
      R"({"schema":1,"id":"s\n\u00e9","text":"aé\ud83d\ude8a","meta":{"a":[1,-0,2.5e3,{"b":null}],"c":true},)"
      R"("calls":[{"tool":"T","at":1,"p_api":0.25,"sample":3,"input":"i","result":null,"x":[{"y":"z"}],)"
      R"("loss":{"plain":1,"no_result":2,"result":3e-1},"delta":1,"error":{"kind":"k","message":"m"},)"
      R"("keep":false,"reason":"r"}],"augmented":"z","extra":18446744073709551615,"e":-9223372036854775808})";
  const std::string alphabet = "{}[]\",:\\u0123456789eE+-.tfnabd \t\x01\x7f\xC3\xED";
  std::mt19937 random(5);
  const auto below = [&](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
  };
  DocumentParser parser;
  int taken = 0;
  for (int round = 0; round < 40000; ++round) {
    std::string line = seed;
    for (std::size_t edits = 1 + below(3); edits > 0; --edits) {
      const std::size_t at = below(line.size());
      const std::size_t kind = below(3);
      if (kind == 0) line.erase(at, 1 + below(3));
      if (kind == 1) line.insert(at, 1, alphabet[below(alphabet.size())]);
      if (kind == 2) line[at] = alphabet[below(alphabet.size())];
    }
    const ParsedLine parsed = parser.parse(line);
    if (parsed.problem) continue;
    ++taken;
    ASSERT_EQ(base::find_invalid_utf8(line), std::nullopt) << line;
    nlohmann::json expected;
    ASSERT_NO_THROW({
      formats::JsonCursor cursor(line);
      expected = written_form(cursor.read_value<nlohmann::ordered_json>());
      cursor.finish();
    }) << line;
    if (!expected.contains("schema")) expected["schema"] = 1;
    if (!expected.contains("id")) expected["id"] = "";
    ASSERT_EQ(nlohmann::json::parse(to_json_line(parsed.document)), expected) << line;
  }
  EXPECT_GT(taken, 4000);
}

TEST(ParseDocument, ReadsObjectsOfManyKeysAndDeepValues) {
  std::string many = R"({"text":"a")", deep = R"({"text":"a","x":)";
  for (int i = 0; i < 40; ++i) many += ",\"k" + std::to_string(i) + "\":" + std::to_string(i);
  EXPECT_EQ(parse_document(many + "}").document.extra["k39"], 39);
  EXPECT_THAT(problem(many + ",\"k7\":0}"), testing::HasSubstr("the key \"k7\" comes twice"));
  deep += std::string(63, '[') + std::string(63, ']') + "}";
  EXPECT_EQ(problem(deep), "");
  deep.insert(deep.find('['), "[").insert(deep.size() - 1, "]");
  EXPECT_THAT(problem(deep), testing::HasSubstr("nested deeper than 64"));
  EXPECT_THAT(problem(R"({"text":"a","meta":{"b":{"c":1,"c":2}}})"),
              testing::HasSubstr("byte 31: the key \"c\" comes twice"));
}

TEST(SampleData, EveryLineIsAGoodDocument) {
  std::istringstream lines(
      fake::read_bytes(TOOLFORMER_SOURCE_DIR "/data/sample/part-00000-of-00001.jsonl"));
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const ParsedLine parsed = parse_document(line);
    EXPECT_EQ(parsed.problem, std::nullopt) << line;
    EXPECT_EQ(to_json_line(parsed.document), line)
        << "field order and spelling as the stages write it";
  }
  EXPECT_EQ(count, 20);
}

}  // namespace
}  // namespace toolformer::record
