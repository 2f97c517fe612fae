// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/normalizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "toolformer/base/error.h"

namespace toolformer::text {
namespace {

using nlohmann::json;
using testing::ElementsAre;

const json kReplace = {{"type", "Replace"}, {"pattern", {{"String", " "}}}, {"content", "▁"}};
const json kPrepend = {{"type", "Prepend"}, {"prepend", "▁"}};

TEST(Normalizer, ReplacesAndKnowsTheWayBack) {
  const NormalizedText out = Normalizer(kReplace, "here").apply("a b", true);
  EXPECT_EQ(out.text, "a▁b");
  EXPECT_THAT(out.source, ElementsAre(0, 1, 1, 1, 2, 3));
}

TEST(Normalizer, PrependsOnlyAtAStart) {
  const Normalizer normalizer({{"type", "Sequence"}, {"normalizers", {kPrepend, kReplace}}},
                              "here");
  EXPECT_EQ(normalizer.apply("a b", true).text, "▁a▁b");
  EXPECT_EQ(normalizer.apply("a b", false).text, "a▁b");
  EXPECT_THAT(normalizer.apply("a", true).source, ElementsAre(0, 0, 0, 0, 1));
  EXPECT_EQ(normalizer.apply("", true).text, "");
}

TEST(Normalizer, ComposesInSequence) {
  const Normalizer normalizer(
      {{"type", "Sequence"}, {"normalizers", {{{"type", "NFC"}}, kReplace}}}, "here");
  const NormalizedText out = normalizer.apply("e\u0301 x", true);
  EXPECT_EQ(out.text, "é▁x");
  EXPECT_EQ(out.source_of(0), 0u);
  EXPECT_EQ(out.source_of(2), 3u);  // behind é: behind e and its accent
  EXPECT_EQ(out.source_of(out.text.size()), 5u);
}

TEST(Normalizer, NamesWhatItDoesNotKnow) {
  for (const json& bad :
       {json{{"type", "NFKC"}}, json{{"type", "Lowercase"}}, json(1), json{{"type", "Prepend"}},
        json{{"type", "Replace"}, {"pattern", {{"Regex", "a"}}}, {"content", ""}}}) {
    EXPECT_THROW(Normalizer(bad, "here"), base::DataError) << bad;
  }
}

}  // namespace
}  // namespace toolformer::text
