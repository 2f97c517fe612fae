// SPDX-License-Identifier: Apache-2.0
// 200 answers as models write them beside the gold answers of published sets, each with whether a
// careful reader would call it right.
#include <gtest/gtest.h>

#include <array>

#include "toolformer/eval/answer.h"

namespace toolformer::eval {
namespace {

struct Row {
  const char* gold;
  const char* output;
  bool is_right;
};

const AnswerRule kStrict = {.name = "strict",
                            .take = Take::kEquationNumber,
                            .compare = Compare::kNumber,
                            .words = 0,
                            .after = "",
                            .tolerance = 0.005};
const AnswerRule kLast = {.name = "last",
                          .take = Take::kLastNumber,
                          .compare = Compare::kNumber,
                          .words = 0,
                          .after = "",
                          .tolerance = 0.005};
const AnswerRule kContains = {.name = "words",
                              .take = Take::kFirstWords,
                              .compare = Compare::kContains,
                              .words = 20,
                              .after = "",
                              .tolerance = 0};

template <std::size_t count>
void check(const AnswerRule& rule, const std::array<Row, count>& rows) {
  for (const Row& row : rows) {
    EXPECT_EQ(is_right(rule, row.output, {row.gold}), row.is_right)
        << rule.name << ": gold " << row.gold << ", output " << row.output;
  }
}

TEST(AnswerTable, Signs) {
  check(kStrict,
        std::array<Row, 24>{{{"-8", " \u22128", true},     {"8", " \u22128", false},
                             {"-8", " \u20138", true},     {"8", " \u20138", false},
                             {"-8", " -8 degrees", true},  {"-8", " 8", false},
                             {"\u22128", " -8", true},     {"\u22128", " \u22128", true},
                             {"\u22128", " 8", false},     {"-2.5", " y = \u22122.5", true},
                             {"-2.5", " y = - 2.5", true}, {"-2.5", " y = 2.5", false},
                             {"-40", " minus 40", true},   {"-40", " negative 40", true},
                             {"40", " minus 40", false},   {"-5", " -$5", true},
                             {"-5", " $-5", true},         {"-5", " \u2212€5.00", true},
                             {"-7", "\u00A0-7", true},     {"-7", " (\u22127)", true},
                             {"19", " covid-19", true},    {"-19", " covid\u201319", false},
                             {"-6", " \uFF0D6", true},     {"6", " +6", true}}});
}

TEST(AnswerTable, PercentAndFractions) {
  check(kStrict, std::array<Row, 40>{{{"25%", " 25%", true},
                                      {"25%", " 25 %", true},
                                      {"25%", " 25 percent", true},
                                      {"25%", " 0.25", true},
                                      {"25%", " 1/4", true},
                                      {"25%", " 0.25%", false},
                                      {"25%", " 52%", false},
                                      {"25", " 25%", true},
                                      {"0.25", " 25%", true},
                                      {"0.25%", " 0.25%", true},
                                      {"150%", " 1.5", true},
                                      {"12.5%", " 12.5%", true},
                                      {"25 percent", " 25%", true},
                                      {"\u221225%", " -25%", true},
                                      {"25%", " -25%", false},
                                      {"3/4", " 3/4", true},
                                      {"3/4", " 0.75", true},
                                      {"0.75", " 3/4", true},
                                      {"3/4", " 3", false},
                                      {"3", " 3/4", false},
                                      {"4", " 3/4", false},
                                      {"3/4", " 4/3", false},
                                      {"3/4", " 6/8", true},
                                      {"3/4", " 3 / 4", true},
                                      {"3/4", " ¾", true},
                                      {"½", " 1/2", true},
                                      {"1/2", " 0.5", true},
                                      {"1/2", " 1", false},
                                      {"1/2", " 2", false},
                                      {"1 1/2", " 1 1/2", true},
                                      {"1 1/2", " 1.5", true},
                                      {"1.5", " 1½", true},
                                      {"1 1/2", " 1", false},
                                      {"1 1/2", " 3/2", true},
                                      {"1/3", " 0.33", true},
                                      {"1/3", " 0.3", false},
                                      {"-1/2", " \u22121/2", true},
                                      {"-1/2", " 1/2", false},
                                      {"2/3 (cups)", " 2/3 of a cup", true},
                                      {"75%", " 3/4", true}}});
}

TEST(AnswerTable, RangesDatesAndTimes) {
  check(kStrict, std::array<Row, 32>{{{"4-7", " 4-7", true},
                                      {"4-7", " 4\u20137", true},
                                      {"4-7", " 4\u20147", true},
                                      {"4\u20137", " 4-7 days", true},
                                      {"4-7", " 4", false},
                                      {"4-7", " 7", false},
                                      {"4-7", " -3", false},
                                      {"-3", " 4-7", false},
                                      {"4", " 4-7", false},
                                      {"4-7", " 4-8", false},
                                      {"4 - 7", " 4 - 7", true},
                                      {"4 - 7", " 4", false},
                                      {"4 - 7", " -3", false},
                                      {"$4-$7", " $4-$7", true},
                                      {"10-15%", " 10-15%", true},
                                      {"2021-03-14", " 2021-03-14", true},
                                      {"2021-03-14", " 2021", false},
                                      {"2021-03-14", " 2004", false},
                                      {"2021-03-14", " 2021-03-15", false},
                                      {"2004", " 2021-03-14", false},
                                      {"3/14/2021", " 3/14/2021", true},
                                      {"3/14/2021", " 3", false},
                                      {"14.03.2021", " 14.03.2021", true},
                                      {"12:45", " 12:45 pm", true},
                                      {"12:45", " 12", false},
                                      {"12", " 12:45", false},
                                      {"10:30 (a.m.)", " 10:30", true},
                                      {"2:3", " 2:3", true},
                                      {"2:3", " 3:2", false},
                                      {"555-0199", " 555-0199", true},
                                      {"3 + 4", " 3 + 4", true},
                                      {"3 + 4", " 3", false}}});
}

TEST(AnswerTable, ExponentsAndThousands) {
  check(kStrict, std::array<Row, 32>{{{"1.2e-05", " 1.2e-05", true},
                                      {"1.2e-05", " 0.000012", true},
                                      {"1.2e-05", " 1.2", false},
                                      {"1.2e-05", " 1.2 x 10^-5", true},
                                      {"1.2e-05", " 1.2 × 10⁻⁵", true},
                                      {"1e+16", " 10000000000000000", true},
                                      {"1e+16", " 10,000,000,000,000,000", true},
                                      {"1e+16", " 1e16", true},
                                      {"1e+16", " 1E+16", true},
                                      {"1e+16", " 1", false},
                                      {"2.5e+20", " 2.5", false},
                                      {"2.5e+20", " 250000000000000000000", true},
                                      {"3e8", " 3 × 10^8 m/s", true},
                                      {"3e8", " 300,000,000", true},
                                      {"3", " 3 × 10^8", false},
                                      {"3e-7", " 3e\u22127", true},
                                      {"-6e3", " -6000", true},
                                      {"1,000", " 1000", true},
                                      {"1000", " 1,000", true},
                                      {"1000", " 1\u202F000", true},
                                      {"1000", " 1\u00A0000", true},
                                      {"1000", " 1'000", true},
                                      {"1", " 1,000", false},
                                      {"1234567.5", " 1,234,567.50", true},
                                      {"0.5", " 0,5", true},
                                      {"0.125", " 0,125", true},
                                      {"125", " 0,125", false},
                                      {"0.5", " .5", true},
                                      {"5", " .5", false},
                                      {"1.0", " 1", true},
                                      {"26.0", " 26", true},
                                      {"007", " 7", true}}});
}

TEST(AnswerTable, SolutionsAndUnits) {
  check(kLast, std::array<Row, 32>{{{"72", " 48/2 = 24 clips, so 48+24 = 72.", true},
                                    {"24", " 48/2 = 24 clips, so 48+24 = 72.", false},
                                    {"9 (apples)", " He has 9 apples.", true},
                                    {"9 (apples)", " He has 8 apples.", false},
                                    {"9 apples", " 9 apples", true},
                                    {"$18", " The total is $18.", true},
                                    {"$18", " The total is $18.00.", true},
                                    {"18", " 18 dollars", true},
                                    {"18", " €18", true},
                                    {"18", " It is 81", false},
                                    {"-3", " 5 - 8 = \u22123", true},
                                    {"3", " 5 - 8 = \u22123", false},
                                    {"-3", " 5 \u2212 8 = -3", true},
                                    {"15%", " So 3/20 = 15%", true},
                                    {"15%", " So 3/20 = 0.15", true},
                                    {"3/20", " So it is 3/20.", true},
                                    {"20", " So it is 3/20.", false},
                                    {"4-7", " It takes 4-7 days.", true},
                                    {"7", " It takes 4-7 days.", false},
                                    {"2021-03-14", " It was on 2021-03-14.", true},
                                    {"14", " It was on 2021-03-14.", false},
                                    {"42", "<think>40? 41?</think> 42", true},
                                    {"41", "<think>40? 41?</think> 42", false},
                                    {"42", "40? 41?</think> 42", true},
                                    {"41", "<think>40? 41", false},
                                    {"42", " \uFF14\uFF12", true},
                                    {"42", " ٤٢", true},
                                    {"2.5", " 5/2", true},
                                    {"0", " 0", true},
                                    {"0", " none", false},
                                    {"none", " none", true},
                                    {"12 - 5", " 12 - 5", true}}});
}

TEST(AnswerTable, Words) {
  check(kContains, std::array<Row, 40>{{{"A", " A", true},
                                        {"A", " B", false},
                                        {"A", " (A)", true},
                                        {"A", " It is A.", true},
                                        {"A", " A dog", false},
                                        {"A", " It is a dog", false},
                                        {"An", " An", true},
                                        {"The", " The", true},
                                        {"The", " the", true},
                                        {"The", " The end", false},
                                        {"The The", " The The", true},
                                        {"The The", " the the", true},
                                        {"The The", " The", false},
                                        {"The The", " It was The The in 1983", true},
                                        {"+", " +", true},
                                        {"+", " -", false},
                                        {"+", " the + sign", true},
                                        {"?", " ?", true},
                                        {"?", " Who knows?", false},
                                        {"/", " /", true},
                                        {"%", " '%'", true},
                                        {"€", " €", true},
                                        {"€", " $", false},
                                        {"", " anything", false},
                                        {"The Who", " The Who", true},
                                        {"The Who", " who", true},
                                        {"The A Team", " the a-team", false},
                                        {"A-ha", " Aha", true},
                                        {"C++", " C++", true},
                                        {"New York", " in new york, USA", true},
                                        {"New York", " York, New", false},
                                        {"Élan", " ELAN", false},
                                        {"Élan", " E\u0301LAN", true},
                                        {"Straße", " STRASSE", true},
                                        {"197", " 1972", false},
                                        {"Oslo", "<think>Rome?</think>Oslo", true},
                                        {"Rome", "<think>Rome?</think>Oslo", false},
                                        {"Oslo", "Rome, no.\n</think>\n\nOslo", true},
                                        {"Rome", "[THINK]Rome?[/THINK]Oslo", false},
                                        {"東京", " 東京", true}}});
}

}  // namespace
}  // namespace toolformer::eval
