// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/builtin/page_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "toolformer/base/utf8.h"

namespace toolformer::tools {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> page_words(std::string_view text) {
  std::vector<std::string> words;
  each_page_word(text, [&](const PageWord& word) {
    words.push_back((word.is_beside ? "+" : "") + std::string(word.text));
    return true;
  });
  return words;
}

TEST(QueryWords, AreDistinct) {
  EXPECT_THAT(query_words("The Po, the po & Malmö-2"), ElementsAre("the", "po", "malmo", "2"));
  EXPECT_THAT(query_words(" \"!?* 。…「」—"), IsEmpty());
}

TEST(QueryWords, AreSeparatedByWhatIsNoLetter) {
  for (const char* separator :
       {" ",      "-",      "\u2014", "\u2013", "\u2010", "\u2011",     "\u2212", "\u2026",
        "\u00B7", "\u2022", "\u00A0", "\u2009", "\u202F", "\u3000",     "\u200B", "\u2028",
        "\u0085", "\u2018", "\u2019", "\u201C", "\u201D", "\u00AB",     "\u02BC", "\uFF07",
        "\u3001", "\u3002", "\uFF0C", "\uFF0F", "\u30FB", "\u300C",     "\u060C", "\u0964",
        "\u00BF", "\u2044", "\u00D7", "\u2192", "\u00B0", "\U0001F600", "_"}) {
    EXPECT_THAT(query_words("Rhine" + std::string(separator) + "Danube"),
                ElementsAre("rhine", "danube"))
        << separator;
  }
}

TEST(QueryWords, HaveNoAccentsNorInvisibleCharacters) {
  for (const char* word : {"Zoé", "Zoe\u0301", "ZOÉ", "Zo\u00ADe", "Zo\u200De", "\uFEFFZoe",
                           "\uFF3A\uFF4F\uFF45", "Z\u2060oe"}) {
    EXPECT_THAT(query_words(word), ElementsAre("zoe")) << word;
  }
  EXPECT_THAT(query_words("Gruß GRUSS"), ElementsAre("gruss"));
  EXPECT_THAT(query_words("ΣΊΣΥΦΟΣ Σίσυφος"), ElementsAre("σισυφοσ"));
  EXPECT_THAT(query_words("Ёлка елка"), ElementsAre("елка"));
  EXPECT_THAT(query_words("İzmir"), ElementsAre("izmir"));
  EXPECT_THAT(query_words("كِتَاب كتاب"), ElementsAre("كتاب"));
  EXPECT_THAT(query_words("\uFB01lm ½ Ⅳ"), ElementsAre("film", "½", "iv"));
}

TEST(QueryWords, KeepMarksThatTellWordsApart) {
  EXPECT_THAT(query_words("हिन्दी"), ElementsAre("हिन्दी"));  // vowel signs and virama
  EXPECT_THAT(query_words("か が"), ElementsAre("か", "が"));
}

TEST(QueryWords, ArePairsWhereNoSpaceSeparatesThem) {
  EXPECT_THAT(query_words("大阪は"), ElementsAre("大阪", "阪は"));
  EXPECT_THAT(query_words("水"), ElementsAre("水"));
  EXPECT_THAT(query_words("Kyoto京都1869年"), ElementsAre("kyoto", "京都", "1869", "年"));
  EXPECT_THAT(query_words("ภูเขา"), ElementsAre("ภูเ", "เข", "ขา"));  // a vowel sign on the first
  EXPECT_THAT(query_words("부산은"), ElementsAre("부산", "산은"));
  EXPECT_THAT(query_words("\u1107\u116E\u1109\u1161\u11AB"), ElementsAre("부산"));  // its parts
  EXPECT_THAT(query_words("ﾃﾞｰﾀ"), ElementsAre("デー", "ータ"));                    // halfwidth
}

TEST(PageWords, HoldSinglesBesideThePairs) {
  EXPECT_THAT(page_words("大阪は x"), ElementsAre("大阪", "+大", "阪は", "+阪", "は", "x"));
}

TEST(PageWords, StandForTheirBytes) {
  const std::string text = "«Zoe\u0301» 大阪";
  std::vector<std::string> bytes;
  each_page_word(text, [&](const PageWord& word) {
    bytes.push_back(text.substr(word.begin, word.end - word.begin));
    return bytes.size() < 3;
  });
  EXPECT_THAT(bytes, ElementsAre("Zoe\u0301", "大", "大"));
}

// FTS5 splits the words of an expression once more.
TEST(QueryWords, AreTheirOwnOnlyWord) {
  std::vector<std::string> others;
  for (char32_t c = 1; c < 0x110000; ++c) {
    if (c >= 0xD800 && c < 0xE000) continue;
    std::string character;
    base::append_utf8(character, c);
    if (query_words(character).empty()) continue;
    for (const std::string& text : {character, "a" + character, "あ" + character}) {
      for (const std::string& word : query_words(text)) {
        if (query_words(word) != std::vector<std::string>{word}) others.push_back(text);
      }
    }
  }
  EXPECT_THAT(others, ElementsAre("あ\u0345"));  // an iota that belongs below Greek vowels
}

}  // namespace
}  // namespace toolformer::tools
