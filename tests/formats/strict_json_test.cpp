// SPDX-License-Identifier: Apache-2.0
#include "toolformer/formats/strict_json.h"

#include <gmock/gmock.h>

#include <fstream>
#include <random>
#include <vector>

#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"
#include "toolformer/base/utf8.h"

namespace toolformer::formats {
namespace {

TEST(StrictJson, ReadsOneValue) {
  EXPECT_EQ(parse_strict_json(R"({"a":[1,{"a":2}],"b":{"a":3}})", "x")["b"]["a"], 3);
}

TEST(StrictJson, RefusesDuplicateKeysDepthAndGarbage) {
  EXPECT_THROW(parse_strict_json(R"({"a":1,"a":1})", "x"), base::DataError);
  EXPECT_THROW(parse_strict_json(R"({"b":{"a":1,"a":1}})", "x"), base::DataError);
  EXPECT_THROW(parse_strict_json("[[[1]]]", "x", 2), base::DataError);
  EXPECT_NO_THROW(parse_strict_json("[[[1]]]", "x", 3));
  for (const char* text : {"", "{", "{} {}", "nul", "\"\xff\"", "1e999", "[1,]", "\"\\ud800\""}) {
    EXPECT_THROW(parse_strict_json(text, "x"), base::DataError) << text;
  }
}

TEST(StrictJson, LongIntegersBecomeDoubles) {
  EXPECT_EQ(parse_strict_json("[1000000000000000019884624838656,-99999999999999999999]", "x"),
            nlohmann::json({1000000000000000019884624838656.0, -99999999999999999999.0}));
}

TEST(StrictJson, NamesTheFileAndItsLimit) {
  const fake::TemporaryDirectory directory;
  std::ofstream(directory.path() / "a.json") << "{\"a\": 1}";
  EXPECT_EQ(read_strict_json(directory.path() / "a.json")["a"], 1);
  EXPECT_THROW(read_strict_json(directory.path() / "a.json", 4), base::DataError);
  EXPECT_THROW(read_strict_json(directory.path() / "b.json"), base::IoError);
}

using Json = nlohmann::ordered_json;

/// The value, or the message of the problem.
std::string read(std::string_view text) {
  try {
    JsonCursor cursor(text);
    const Json value = cursor.read_value<Json>();
    cursor.finish();
    return value.dump();
  } catch (const JsonProblem& problem) {
    return std::to_string(problem.byte) + ": " + problem.message;
  }
}

TEST(JsonCursor, ReadsEveryKindOfValue) {
  EXPECT_EQ(read(R"( {"a":[1,-2,2.5,true,false,null,"x"],"b":{}} )"),
            R"({"a":[1,-2,2.5,true,false,null,"x"],"b":{}})");
  EXPECT_EQ(read(R"("\u00e9\ud83d\ude8a\"\\\/\b\f\n\r\t")"), R"("é🚊\"\\/\b\f\n\r\t")");
  EXPECT_EQ(read("18446744073709551615"), "18446744073709551615");
  EXPECT_EQ(read("-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(read("1e-999"), "0.0") << "rounds to zero";
}

TEST(JsonCursor, NamesWhatIsWrong) {
  using testing::HasSubstr;
  EXPECT_EQ(read(""), "0: the line ends where a JSON value should come");
  EXPECT_EQ(read(R"({"a" 1})"), "5: expected ':', found '1'");
  EXPECT_EQ(read(R"({"a":1,})"), "7: expected a value behind the comma, found '}'");
  EXPECT_EQ(read("[1,]"), "3: expected a value behind the comma, found ']'");
  EXPECT_EQ(read("[1 2]"), "3: expected ',' or ']', found '2'");
  EXPECT_EQ(read("{\"a\":1} x"), "8: expected the end of the line, found 'x'");
  EXPECT_EQ(read(R"({"a":1,"b":2,"a":3})"), "13: the key \"a\" comes twice in one object");
  EXPECT_EQ(read(R"({"a":1,"\u0061":3})"), "7: the key \"a\" comes twice in one object");
  EXPECT_THAT(read(R"("\ud800")"), HasSubstr("lone surrogate \\ud800"));
  EXPECT_THAT(read(R"("\udc00")"), HasSubstr("lone surrogate \\udc00"));
  EXPECT_THAT(read(R"("\ud83dx")"), HasSubstr("lone surrogate"));
  EXPECT_THAT(read("\"a\tb\""), HasSubstr("control character 0x09"));
  EXPECT_THAT(read(std::string_view("\"a\0b\"", 5)), HasSubstr("control character 0x00"));
  EXPECT_THAT(read(R"("\x41")"), HasSubstr("unknown escape"));
  EXPECT_THAT(read(R"("\u00g0")"), HasSubstr("four hexadecimal digits"));
  EXPECT_THAT(read("\"abc"), HasSubstr("ends inside a string"));
  EXPECT_THAT(read("1e999"), HasSubstr("too large for a double"));
  EXPECT_THAT(read("18446744073709551616"), HasSubstr("does not fit 64 bits"));
  EXPECT_THAT(read("01"), HasSubstr("leading zero"));
  for (const char* word :
       {"NaN", "Infinity", "-Infinity", "nul", "+1", ".5", "1.", "1e", "--1", "'a'"}) {
    EXPECT_THAT(read(word), testing::MatchesRegex("[0-9]+: .*")) << word;
  }
}

TEST(JsonCursor, DepthIsBounded) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_EQ(read(nested(kMaxJsonDepth)), nested(kMaxJsonDepth));
  EXPECT_THAT(read(nested(kMaxJsonDepth + 1)), testing::HasSubstr("deeper than 64"));
  EXPECT_THAT(read(std::string(100000, '[')), testing::HasSubstr("deeper than 64"));
  std::string objects;
  for (int i = 0; i < 100000; ++i) objects += "{\"a\":";
  EXPECT_THAT(read(objects), testing::HasSubstr("deeper than 64"));
  JsonCursor skipped(objects);
  EXPECT_THROW(skipped.skip_value(), JsonProblem);
}

TEST(JsonCursor, AMillionKeysTakeLinearTime) {
  std::string text = "{";
  for (int i = 0; i < 300000; ++i) text += "\"k" + std::to_string(i) + "\":1,";
  text += "\"k7\":2}";
  EXPECT_THAT(read(text), testing::HasSubstr("the key \"k7\" comes twice"));
}

TEST(JsonCursor, FindString) {
  EXPECT_EQ(JsonCursor(R"({"text":"\"id\":1 }","x":{"id":"no"},"id":"yes")").find_string("id"),
            "yes");
  EXPECT_EQ(JsonCursor(R"({"id":7,"x":[1,{"y":null}]})").find_string("id"), std::nullopt);
  EXPECT_THROW(JsonCursor(R"({"x":[1,)").find_string("id"), JsonProblem);
  EXPECT_THROW(JsonCursor("[]").find_string("id"), JsonProblem);
}

/// nlohmann's own parser is the oracle: what both take must be equal, and what it refuses must be
/// refused.
TEST(JsonCursor, AgreesWithNlohmannOnMutatedText) {
  const std::vector<std::string> seeds = {
      R"({"schema":1,"id":"s-017","text":"Of the 320 lamps","calls":[{"tool":"Calculator","at":22,"p_api":0.083}]})",
      R"([0,-0,1.5e3,-2E-2,"\u00e9\ud83d\ude8a\n",true,false,null,{"a":{"b":[]}}])",
      "{\"k\":\"caf\xC3\xA9\",\"n\":12345678901234567890,\"m\":1e308}"};
  std::mt19937 random(7);
  const auto below = [&](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
  };
  const std::string alphabet = "{}[]\",:\\u0123456789eE+-.tfnabd \t\x01\x7f\xC3\xED";
  int accepted = 0;
  for (int round = 0; round < 200000; ++round) {
    std::string text = seeds[below(seeds.size())];
    for (std::size_t edits = 1 + below(3); edits > 0; --edits) {
      const std::size_t at = below(text.size());
      switch (below(3)) {
        case 0:
          text.erase(at, 1 + below(3));
          break;
        case 1:
          text.insert(at, 1, alphabet[below(alphabet.size())]);
          break;
        default:
          text[at] = alphabet[below(alphabet.size())];
      }
      if (text.empty()) text.assign(1, ' ');
    }
    if (base::find_invalid_utf8(text)) continue;
    const Json expected = Json::parse(text, nullptr, false);
    try {
      JsonCursor cursor(text);
      const Json value = cursor.read_value<Json>();
      cursor.finish();
      ++accepted;
      ASSERT_EQ(value, expected) << text;
      JsonCursor skipping(text);
      ASSERT_NO_THROW(skipping.skip_value()) << text;
    } catch (const JsonProblem& problem) {
      const bool stricter = problem.message.find("twice") != std::string::npos ||
                            problem.message.find("64 bits") != std::string::npos ||
                            problem.message.find("too large") != std::string::npos;
      ASSERT_TRUE(expected.is_discarded() || stricter) << problem.message << ": " << text;
    }
  }
  EXPECT_GT(accepted, 20000);
}

}  // namespace
}  // namespace toolformer::formats
