// SPDX-License-Identifier: Apache-2.0
#include "toolformer/formats/toml_table.h"

#include <gmock/gmock.h>

#include "fake/refusal.h"
#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"

namespace toolformer::formats {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

TomlTable parse(const std::string& text) {
  return TomlTable::parse(text, "x.toml");
}

template <class Call>
std::string refusal(const Call& call) {
  return fake::refusal<base::UsageError>(call);
}

TEST(TomlTable, ReadsEveryKind) {
  TomlTable table = parse(
      "text = \"a \\u00e9\"\ncount = 3\nshare = 0.5\nwhole = 2\non = true\n"
      "list = [\"a\", \"b\"]\none = \"a\"\nwait = \"250 ms\"\nhour = \"1 h\"\nplain = 1.5\n"
      "[inner]\nx = \"y\"\n[[row]]\nn = 1\n[[row]]\nn = 2\n");
  EXPECT_EQ(table.string("text", ""), "a \u00e9");
  EXPECT_EQ(table.integer("count", 0), 3);
  EXPECT_EQ(table.size("count", 0), 3U);
  EXPECT_EQ(table.number("share", 0), 0.5);
  EXPECT_EQ(table.number("whole", 0), 2.0);
  EXPECT_TRUE(table.boolean("on", false));
  EXPECT_THAT(table.strings("list"), ElementsAre("a", "b"));
  EXPECT_THAT(table.strings("one"), ElementsAre("a"));
  EXPECT_EQ(table.duration("wait", {}).count(), 0.25);
  EXPECT_EQ(table.duration("hour", {}).count(), 3600);
  EXPECT_EQ(table.duration("plain", {}).count(), 1.5);
  EXPECT_THAT(table.string_map("inner"), ElementsAre(testing::Pair("x", "y")));
  std::vector<TomlTable> rows = table.tables("row");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[1].integer("n", 0), 2);
  EXPECT_EQ(rows[0].integer("n", 0), 1);
  table.refuse_unknown();
}

// As flags are given: the words of the command line.
TEST(TomlTable, GivesTheWordsOfFlags) {
  TomlTable table = parse(
      "text = \"a\\nb\"\ncount = -3\nshare = 0.5\nwhole = 2.0\nsmall = 1e-5\non = true\nday = "
      "2024-05-01\n"
      "list = [\"a\",\n  \"b\"]\nnone = []\nlarge = 99999999999999999999\nnested = [[1]]\n"
      "time = 07:32:00\n[inner]\n[[row]]\n");
  EXPECT_THAT(table.words("text"), ElementsAre("a\nb"));
  EXPECT_THAT(table.words("count"), ElementsAre("-3"));
  EXPECT_THAT(table.words("share"), ElementsAre("0.5"));
  EXPECT_THAT(table.words("whole"), ElementsAre("2.0")) << "no count";
  EXPECT_THAT(table.words("small"), ElementsAre("1e-05"));
  EXPECT_THAT(table.words("on"), ElementsAre("true"));
  EXPECT_THAT(table.words("day"), ElementsAre("2024-05-01"));
  EXPECT_THAT(table.words("list"), ElementsAre("a", "b"));
  EXPECT_THAT(table.words("none"), ElementsAre());
  EXPECT_THAT(table.words("absent"), ElementsAre());
  EXPECT_THAT(table.words("large"), ElementsAre("a number beyond 64 bits"));
  for (const char* key : {"nested", "time"}) {
    EXPECT_THAT(refusal([&] { table.words(key); }), HasSubstr("must be text in quotes, a number"));
    EXPECT_FALSE(table.is_table(key));
  }
  EXPECT_TRUE(table.is_table("inner"));
  EXPECT_TRUE(table.is_table("row"));
  EXPECT_FALSE(table.is_table("absent"));
}

TEST(TomlTable, NamesAFileOfAnotherKind) {
  EXPECT_THAT(refusal([] { parse(std::string("\xFF\xFEx\0", 4)); }),
              AllOf(HasSubstr("x.toml: UTF-16 text, no TOML"), HasSubstr("iconv")));
}

TEST(TomlTable, GivesTheFallbackForWhatIsAbsent) {
  TomlTable table = parse("");
  EXPECT_EQ(table.string("a", "b"), "b");
  EXPECT_EQ(table.integer("a", 7), 7);
  EXPECT_EQ(table.size("a", 8), 8U);
  EXPECT_EQ(table.number("a", 0.5), 0.5);
  EXPECT_EQ(table.duration("a", std::chrono::seconds(9)).count(), 9);
  EXPECT_TRUE(table.boolean("a", true));
  EXPECT_THAT(table.strings("a", {"c"}), ElementsAre("c"));
  EXPECT_FALSE(table.table("a"));
  EXPECT_FALSE(table.optional_string("a"));
  EXPECT_TRUE(table.tables("a").empty());
}

TEST(TomlTable, NamesPlaceValueAndRange) {
  TomlTable table = parse("[tool.QA]\nretries = 50\nurl = 3\nrate = nan\nwait = \"soon\"\n");
  TomlTable tool = table.table("tool")->table("QA").value();
  EXPECT_EQ(refusal([&] { tool.integer("retries", 0, {.low = 0, .high = 20}); }),
            "x.toml:2: [tool.QA] retries must be 0 to 20, got 50");
  EXPECT_EQ(refusal([&] { tool.string("url", ""); }),
            "x.toml:3: [tool.QA] url must be text in quotes");
  EXPECT_THAT(refusal([&] { tool.number("rate", 0); }), HasSubstr("got nan"));
  EXPECT_THAT(refusal([&] { tool.duration("wait", {}); }),
              AllOf(HasSubstr("\"2 min\""), HasSubstr("\"soon\"")));
  EXPECT_THAT(refusal([&] { tool.required_string("key"); }),
              AllOf(StartsWith("x.toml:1: [tool.QA] key"), HasSubstr("is missing")));
  EXPECT_THAT(refusal([&] { tool.table("url"); }), HasSubstr("must be a table: [tool.QA.url]"));
  EXPECT_THAT(refusal([&] { tool.strings("url"); }), HasSubstr("must be a list"));
  EXPECT_THAT(refusal([&] { tool.boolean("url", false); }), HasSubstr("true or false"));
  EXPECT_THAT(refusal([&] { tool.size("retries", 0, {.high = 9}); }), HasSubstr("0 to 9, got 50"));
}

TEST(TomlTable, RefusesWhatNobodyAskedFor) {
  TomlTable table = parse("retires = 3\n[tool.QA]\nurl = \"x\"\nulr = \"y\"\n");
  table.integer("retries", 0);
  TomlTable tool = table.table("tool")->table("QA").value();
  EXPECT_EQ(refusal([&] { table.refuse_unknown(); }),
            "x.toml:1: retires is unknown, perhaps retries?");
  table.integer("retires", 0);
  tool.string("url", "");
  EXPECT_EQ(refusal([&] { table.refuse_unknown(); }),
            "x.toml:4: [tool.QA] ulr is unknown, perhaps url?");
  tool.string("ulr", "");
  table.refuse_unknown();
}

TEST(TomlTable, SaysWhereAFileIsNoToml) {
  const fake::TemporaryDirectory directory;
  EXPECT_THAT(refusal([&] { TomlTable::read_file(directory / "none.toml"); }),
              HasSubstr("none.toml: there is no such file"));
  EXPECT_THAT(refusal([&] { TomlTable::read_file(directory.write("x.toml", "a = 1\nb = \n")); }),
              HasSubstr("x.toml:2: not TOML"));
  for (const char* bad : {"[a]\n[a]\n", "a = \"\xff\"\n", "a = 1e999\n", "a = \"x\n"}) {
    EXPECT_NE(refusal([&] { parse(bad).number("a", 0); }), "accepted") << bad;
  }
  EXPECT_THAT(refusal([&] { parse("a = 1\na = 2\n"); }), HasSubstr("not TOML"));
}

}  // namespace
}  // namespace toolformer::formats
