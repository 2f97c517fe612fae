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
