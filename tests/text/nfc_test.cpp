// SPDX-License-Identifier: Apache-2.0
// Expected values by Python's unicodedata.normalize("NFC", ...).
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "toolformer/base/error.h"
#include "toolformer/text/normalizer.h"

namespace toolformer::text {
namespace {

TEST(Nfc, LeavesMarksThatTheLibraryDoesNotKnow) {
  // As tokenizers 0.23; by Unicode's own order U+08D3 (220) would go before U+0315 (232).
  EXPECT_EQ(to_nfc("a\u0315\u08d3").text, "a\u0315\u08d3");
  EXPECT_EQ(to_nfc("a\u0315\u0316").text, "a\u0316\u0315");
  EXPECT_EQ(to_nfc("a\u08d3\u0301").text, "a\u08d3\u0301");
}

TEST(Nfc, ComposesOrdersAndExcludes) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"plain", "plain"},
      {"e\u0301", "\u00e9"},
      {"\u00e9", "\u00e9"},
      {"\u212b", "\u00c5"},                           // one to one
      {"q\u0307\u0323", "q\u0323\u0307"},             // marks in order of class
      {"\u1e0b\u0323", "\u1e0d\u0307"},               // decomposed, ordered, composed again
      {"d\u0323\u0307\u0323", "\u1e0d\u0323\u0307"},  // the second dot below stays
      {"\u1100\u1161\u11a8", "\uac01"},               // Hangul
      {"\uac00\u11a8", "\uac01"},
      {"\u0958", "\u0915\u093c"},  // composition exclusion
      {"\u0301e", "\u0301e"},      // a mark without base
      {"a\u0301b\u0301", "\u00e1b\u0301"},
      {"\u1e9b\u0323", "\u1e9b\u0323"},
      {"\U0001d15e", "\U0001d157\U0001d165"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(to_nfc(text).text, expected) << text;
}

TEST(Nfc, KnowsTheWayBack) {
  const NormalizedText out = to_nfc("xe\u0301y");
  EXPECT_EQ(out.text, "x\u00e9y");
  EXPECT_EQ(out.source_of(1), 1u);
  EXPECT_EQ(out.source_of(3), 4u);
  EXPECT_EQ(out.source_of(4), 5u);
  EXPECT_TRUE(to_nfc("ascii and é").source.empty() || to_nfc("ascii and é").source_of(5) == 5u);
}

TEST(Nfc, RefusesWhatIsNotUtf8) {
  for (const std::string text : {"e\u0301\xff", "\u0301\xe2\x82", "\xcc"}) {
    EXPECT_THROW(to_nfc(text), base::DataError) << testing::PrintToString(text);
  }
}

}  // namespace
}  // namespace toolformer::text
