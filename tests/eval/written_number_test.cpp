// SPDX-License-Identifier: Apache-2.0
#include "toolformer/eval/written_number.h"

#include <gtest/gtest.h>

namespace toolformer::eval {
namespace {

std::string plain(std::string_view text) {
  const auto number = find_number(text);
  return number ? number->plain : "none";
}

TEST(WrittenNumber, IsReadHoweverItIsSpelled) {
  EXPECT_EQ(plain("It costs $1,234.50 now"), "1234.50");
  EXPECT_EQ(plain("12,34 or 1,2345"), "12");
  EXPECT_EQ(plain("1234,567"), "1234");
  EXPECT_EQ(plain("is .75"), "0.75");
  EXPECT_EQ(plain("No.7"), "7");
  EXPECT_EQ(plain("and...7"), "7");
  EXPECT_EQ(plain("0,25 litres"), "0.25");
  EXPECT_EQ(plain("0,1,2"), "0");
  EXPECT_EQ(plain("12\u202F345\u202F678"), "12345678");
  EXPECT_EQ(plain("12\u00A0345"), "12345");
  EXPECT_EQ(plain("12'345"), "12345");
  EXPECT_EQ(plain("1.234,50"), "1234.50");
  EXPECT_EQ(plain("1.234.567"), "1234567");
  EXPECT_EQ(plain("1\u202F234,50"), "1234.50");
  EXPECT_EQ(plain("1.234, 5"), "1.234");
  EXPECT_EQ(plain("1,234,5"), "1234");
  EXPECT_EQ(plain("12 345"), "12");
  EXPECT_EQ(plain("\uFF14\uFF12"), "42");  // fullwidth
  EXPECT_EQ(plain("٤٢"), "42");            // Arabic
  EXPECT_EQ(plain("m² and none"), "none");
  EXPECT_EQ(plain(""), "none");
}

TEST(WrittenNumber, HasItsMinusSign) {
  for (const char* text : {"is -8", "is \u22128", "is \u20138", "\u22128", "(\u22128)", "-$8",
                           "$-8", "\u2212€8", "is\u00A0-8", "= - 8", "\u2212 8", "minus 8",
                           "is Negative 8", "\uFF0D8", "\uFE638", "\u20118", "“-8”"}) {
    EXPECT_EQ(plain(text), "-8") << text;
  }
  for (const char* text :
       {"A-8", "é-8", "A\u22128", "- 8", "\u2014 8", "covid\u20138", ")-8", "aminus 8"}) {
    EXPECT_EQ(plain(text), "8") << text;
  }
  EXPECT_EQ(find_number("5 minus 8", 1)->plain, "8");
  EXPECT_EQ(find_number("5 -8", 1)->plain, "-8");
}

TEST(WrittenNumber, HasItsFractionExponentAndPercentSign) {
  EXPECT_EQ(plain("3/4 cup"), "3/4");
  EXPECT_EQ(plain("3 / 4"), "3/4");
  EXPECT_EQ(plain("2 1/2"), "2 1/2");
  EXPECT_EQ(plain("¾"), "3/4");
  EXPECT_EQ(plain("2½ cups"), "2 1/2");
  EXPECT_EQ(plain("2 ½ cups"), "2 1/2");
  EXPECT_EQ(plain("-1/4"), "-1/4");
  EXPECT_EQ(plain("3/0"), "3/0");
  EXPECT_EQ(plain("4.5e-07"), "4.5e-7");
  EXPECT_EQ(plain("2E6"), "2e6");
  EXPECT_EQ(plain("3.1 × 10^8"), "3.1e8");
  EXPECT_EQ(plain("3.1*10^(-8)"), "3.1e-8");
  EXPECT_EQ(plain("3.1·10⁻⁸"), "3.1e-8");
  EXPECT_EQ(plain("3 x 10 boxes"), "3");
  EXPECT_EQ(plain("2e and 2em"), "2");
  EXPECT_EQ(plain("25 %"), "25%");
  EXPECT_EQ(plain("25 per cent"), "25%");
  EXPECT_EQ(plain("25 percentages"), "25");
}

TEST(WrittenNumber, MayHaveSeveralParts) {
  EXPECT_EQ(plain("from 4-7 apples"), "4-7");
  EXPECT_EQ(plain("4\u20137"), "4-7");
  EXPECT_EQ(plain("$4\u2014$7"), "4-7");
  EXPECT_EQ(plain("on 2021-03-14."), "2021-03-14");
  EXPECT_EQ(plain("3/14/2021"), "3/14/2021");
  EXPECT_EQ(plain("14.03.2021"), "14.03.2021");
  EXPECT_EQ(plain("at 12:45"), "12:45");
  EXPECT_EQ(plain("10^5"), "10^5");
  EXPECT_EQ(plain("4 - 7"), "4");
  EXPECT_EQ(plain("4-year-old"), "4");
  EXPECT_EQ(plain("10%-15%"), "10%-15%");
}

TEST(WrittenNumber, IsReadAgainFromItsPlainForm) {
  for (const char* text : {"-1234.50", "2 1/2", "4.5e-7", "25%", "4-7", "2021-03-14", "-3/4",
                           "12:45", "0.25", "10%-15%"}) {
    EXPECT_EQ(plain(text), text);
  }
}

TEST(WrittenNumber, KnowsItsBytesAndDecimals) {
  const auto number = find_number("costs \u2212$1,234.50% now");
  EXPECT_EQ(number->begin, 6U);
  EXPECT_EQ(number->end, 6U + 3 + 10);
  EXPECT_EQ(number->decimals, 2U);
  EXPECT_TRUE(number->is_percent);
  EXPECT_EQ(number->parts.front(), mpq_class(-2469, 2));
  EXPECT_EQ(find_number("1.25e1")->decimals, 1U);
}

TEST(WrittenNumber, AStatementIsOneNumberWithWordsAroundIt) {
  EXPECT_EQ(stated_number("about 9 (apples)")->plain, "9");
  EXPECT_EQ(stated_number("9 - apples")->plain, "9");
  for (const char* text : {"", "none", "9 - 4", "9 + 4", "9 x 4", "9 \u00D7 $4", "9 \u2014 4"}) {
    EXPECT_FALSE(stated_number(text)) << text;
  }
}

TEST(WrittenNumber, AgreesWithItsOwnKind) {
  const auto same = [](std::string_view left, std::string_view right) {
    const bool forth = agree(*find_number(left), *find_number(right), 0);
    EXPECT_EQ(forth, agree(*find_number(right), *find_number(left), 0)) << left << " " << right;
    return forth;
  };
  EXPECT_TRUE(same("25%", "25"));
  EXPECT_TRUE(same("25%", "0.25"));
  EXPECT_FALSE(same("25%", "0.25%"));
  EXPECT_TRUE(same("25%", "1/4"));
  EXPECT_FALSE(same("4-7", "4"));
  EXPECT_FALSE(same("4-7", "4:7"));
  EXPECT_TRUE(same("4-7", "4\u20137"));
  EXPECT_TRUE(agree(*find_number("0.33"), *find_number("1/3"), 0.005));
}

}  // namespace
}  // namespace toolformer::eval
