// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/architecture/json_fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace toolformer::model {
namespace {

TEST(JsonFields, AbsentAndNullAreNothingAndNoProblem) {
  const nlohmann::json json = {{"nothing", nullptr}};
  std::vector<std::string> problems;
  const JsonFields fields(json, "", problems);
  EXPECT_FALSE(fields.integer("nothing"));
  EXPECT_FALSE(fields.integer("absent"));
  EXPECT_TRUE(fields.names("nothing"));
  EXPECT_FALSE(fields.names("absent"));
  EXPECT_TRUE(fields.object("absent").empty());
  EXPECT_THAT(problems, testing::IsEmpty());
}

TEST(JsonFields, WrongTypesAreCollectedWithTheirPlace) {
  const nlohmann::json json = nlohmann::json::parse(
      R"({"a": 1.5, "b": 1, "c": {"d": true}, "e": ["x", 2], "f": "long long long long long long long long long long long long text"})");
  std::vector<std::string> problems;
  const JsonFields fields(json, "", problems);
  EXPECT_FALSE(fields.integer("a"));
  EXPECT_FALSE(fields.boolean("b"));
  EXPECT_FALSE(fields.object("c").string("d"));
  EXPECT_FALSE(fields.strings("e"));
  EXPECT_FALSE(fields.number("f"));
  EXPECT_THAT(problems, testing::ElementsAre(
                            "a: expected an integer, got 1.5", "b: expected true or false, got 1",
                            "c.d: expected a string, got true",
                            "e: expected a list of strings, got [\"x\",2]",
                            testing::AllOf(testing::StartsWith("f: expected a finite number"),
                                           testing::EndsWith("..."))));
}

TEST(JsonFields, OneOrMoreIntegers) {
  const nlohmann::json json = {{"one", 2}, {"more", {1, 106}}, {"bad", {1, "x"}}};
  std::vector<std::string> problems;
  const JsonFields fields(json, "", problems);
  EXPECT_THAT(fields.one_or_more_integers("one"), testing::ElementsAre(2));
  EXPECT_THAT(fields.one_or_more_integers("more"), testing::ElementsAre(1, 106));
  fields.one_or_more_integers("bad");
  EXPECT_THAT(problems, testing::SizeIs(1));
}

}  // namespace
}  // namespace toolformer::model
