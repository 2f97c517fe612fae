// SPDX-License-Identifier: Apache-2.0
#include "toolformer/eval/template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake/refusal.h"
#include "toolformer/base/error.h"

namespace toolformer::eval {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Optional;

const Json kRow = Json::parse(R"({"Body": "Dan had $4.", "Question": "How much?", "n": 26.0,
  "answers": [{"text": "118", "start": 3}, {"text": "one"}], "names": {"text": ["a", "b"]},
  "nothing": null, "lines": ["first", "second"]})");

TEST(Template, FillsHolesWithFields) {
  EXPECT_THAT(fill("{Body} {Question} The answer is", kRow),
              Optional(ElementsAre("Dan had $4. How much? The answer is")));
  EXPECT_THAT(fill("{{n}} = {n}", kRow), Optional(ElementsAre("{n} = 26.0")));
}

TEST(Template, APathGoesThroughObjectsAndLists) {
  EXPECT_THAT(values_at(kRow, "answers.text"), ElementsAre("118", "one"));
  EXPECT_THAT(values_at(kRow, "names.text"), ElementsAre("a", "b"));
  EXPECT_THAT(values_at(kRow, "lines.1"), ElementsAre("second"));
  EXPECT_THAT(values_at(kRow, "answers.0.text"), ElementsAre("118"));
  EXPECT_THAT(values_at(kRow, "lines.7"), IsEmpty());
}

TEST(Template, ALoneHoleGivesAllValuesAndOneInTextTheFirst) {
  EXPECT_THAT(fill("{answers.text}", kRow), Optional(ElementsAre("118", "one")));
  EXPECT_THAT(fill("<{answers.text}>", kRow), Optional(ElementsAre("<118>")));
}

TEST(Template, TheFirstThatTheRowCanFillIsTaken) {
  EXPECT_THAT(fill_first({"{question}", "{nothing}", "{Question}"}, kRow),
              Optional(ElementsAre("How much?")));
  EXPECT_EQ(fill_first({"{question}"}, kRow), std::nullopt);
}

TEST(Template, SeveralPathsGiveTheValuesOfAll) {
  EXPECT_THAT(values_at(kRow, "Body, lines.0"), ElementsAre("Dan had $4.", "first"));
  EXPECT_THAT(values_at(kRow, "missing, names.text"), ElementsAre("a", "b"));
  EXPECT_THAT(values_at(kRow, "lines, lines.1"), ElementsAre("first", "second"));  // each once
  EXPECT_THAT(values_at(kRow, "missing,nothing"), IsEmpty());
}

TEST(Template, APathGoesThroughAListInLisp) {
  const Json row = {{"two", R"x((list (description "Rhine (river)") (description "\"Main\"")))x"},
                    {"bare", "(list (description 1998) (number 4))"},
                    {"one", R"x((description "Rhine"))x"},
                    {"other", R"x((list (alias "(description no)") (description "")))x"},
                    {"cut", R"x((list (description "Rhi)x"},
                    {"text", "plain (description x)"}};
  EXPECT_THAT(values_at(row, "two.description"), ElementsAre("Rhine (river)", "\"Main\""));
  EXPECT_THAT(values_at(row, "bare.description"), ElementsAre("1998"));
  EXPECT_THAT(values_at(row, "bare.number"), ElementsAre("4"));
  EXPECT_THAT(values_at(row, "one.description"), ElementsAre("Rhine"));
  EXPECT_THAT(values_at(row, "other.description"), ElementsAre(""));
  EXPECT_THAT(values_at(row, "cut.description"), ElementsAre("Rhi"));
  EXPECT_THAT(values_at(row, "text.description"), IsEmpty());
  EXPECT_THAT(values_at(row, "two.descr"), IsEmpty());
}

TEST(Template, ABraceWithoutPartnerIsRefused) {
  const auto refused = [](const char* text) {
    return fake::refusal<base::UsageError>([&] { fill(text, kRow); });
  };
  EXPECT_THAT(refused("a } b"), HasSubstr("byte 2"));
  EXPECT_THAT(refused("{Body"), HasSubstr("not closed"));
  EXPECT_THAT(refused("{a{b}"), HasSubstr("byte 2"));
}

}  // namespace
}  // namespace toolformer::eval
