// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/pre_tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "toolformer/base/error.h"

namespace toolformer::text {
namespace {

using nlohmann::json;
using testing::ElementsAre;

std::vector<std::string> words(const json& description, const std::string& text) {
  std::vector<std::string> out;
  for (const Span span : PreTokenizer(description, "here").split(text)) {
    out.push_back(text.substr(span.begin, span.end - span.begin));
  }
  return out;
}

json split(const char* pattern, const char* behavior, bool invert = false) {
  return {{"type", "Split"},
          {"pattern", {{"Regex", pattern}}},
          {"behavior", behavior},
          {"invert", invert}};
}

TEST(PreTokenizer, SplitsByBehavior) {
  const std::string text = "ab-cd--e";
  EXPECT_THAT(words(split("-", "Isolated"), text), ElementsAre("ab", "-", "cd", "-", "-", "e"));
  EXPECT_THAT(words(split("-", "MergedWithPrevious"), text), ElementsAre("ab-", "cd-", "-", "e"));
  EXPECT_THAT(words(split("-", "MergedWithNext"), text), ElementsAre("ab", "-cd", "-", "-e"));
  EXPECT_THAT(words(split("-", "Contiguous"), text), ElementsAre("ab", "-", "cd", "--", "e"));
  EXPECT_THAT(words(split("[a-z]+", "Removed", true), text), ElementsAre("ab", "cd", "e"));
  EXPECT_THAT(words(split("-", "Removed"), text), ElementsAre("ab", "cd", "e"));
  EXPECT_THAT(words(json(), text), ElementsAre(text));
  EXPECT_TRUE(words(split("-", "Isolated"), "").empty());
}

TEST(PreTokenizer, DigitsFollowUnicode17) {
  const json digits = {{"type", "Digits"}, {"individual_digits", true}};
  EXPECT_THAT(words(digits, "a1½\U00011de8b"), ElementsAre("a", "1", "½", "\U00011de8", "b"));
}

TEST(PreTokenizer, EmptyMatchesCut) {
  EXPECT_THAT(words(split("(?=[A-Z])", "Isolated"), "aBcD"), ElementsAre("a", "Bc", "D"));
}

TEST(PreTokenizer, StringPatternsAreTakenLiterally) {
  json dots = split("x", "Isolated");
  dots["pattern"] = {{"String", "."}};
  EXPECT_THAT(words(dots, "a.b"), ElementsAre("a", ".", "b"));
}

json sequence(std::vector<json> parts) {
  return {{"type", "Sequence"}, {"pretokenizers", std::move(parts)}};
}

json metaspace(const char* scheme, bool splits = true) {
  return {
      {"type", "Metaspace"}, {"replacement", "▁"}, {"prepend_scheme", scheme}, {"split", splits}};
}

/// The words of a text that starts a sequence, or does not, where steps change it.
std::vector<std::string> changed(const json& description, const std::string& text,
                                 bool starts = true) {
  std::vector<std::string> out;
  for (const auto& word : PreTokenizer(description, "here").apply({text, {}}, starts))
    out.push_back(word.text);
  return out;
}

// The words of the library tokenizers.
TEST(PreTokenizer, MetaspacePrependsOnceAndNotBeforeASpace) {
  EXPECT_THAT(changed(metaspace("first"), "a b"), ElementsAre("▁a", "▁b"));
  EXPECT_THAT(changed(metaspace("first"), " a"), ElementsAre("▁a"));
  EXPECT_THAT(changed(metaspace("first"), "a b", false), ElementsAre("a", "▁b"));
  EXPECT_THAT(changed(metaspace("never"), "a  b"), ElementsAre("a", "▁", "▁b"));
  EXPECT_THAT(changed(metaspace("always", false), "a b"), ElementsAre("▁a▁b"));
  EXPECT_TRUE(PreTokenizer(metaspace("first"), "here").byte_level() == false);
}

TEST(PreTokenizer, WhatStandsBeforeAMetaspaceSeesSpaces) {
  const json digits = {{"type", "Digits"}, {"individual_digits", true}};
  EXPECT_THAT(changed(sequence({digits, metaspace("always")}), "a 1b"),
              ElementsAre("▁a", "▁", "▁1", "▁b"));
  EXPECT_THAT(changed(sequence({digits, metaspace("first")}), "a 1b"),
              ElementsAre("▁a", "▁", "1", "b"));
  EXPECT_THAT(changed(sequence({metaspace("always"), digits}), "a 1b"),
              ElementsAre("▁a", "▁", "1", "b"));
  EXPECT_THAT(changed(sequence({split(" ", "Removed"), metaspace("always")}), "a b"),
              ElementsAre("▁a", "▁b"));
}

TEST(PreTokenizer, WhatStandsBehindAByteLevelSeesSymbols) {
  const json bytes = {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", false}};
  const PreTokenizer last(sequence({split("b", "Isolated"), bytes}), "here");
  EXPECT_TRUE(last.only_cuts() && last.leaves_bytes());
  const PreTokenizer first(sequence({bytes, split("Ġ", "Isolated")}), "here");
  EXPECT_TRUE(!first.only_cuts() && !first.leaves_bytes() && first.byte_level());
  EXPECT_THAT(changed(sequence({bytes, split("Ġ", "Isolated")}), "a é"),
              ElementsAre("a", "Ġ", "Ã©"));
}

TEST(PreTokenizer, NamesWhatItDoesNotKnow) {
  for (const json& bad : {json{{"type", "Whitespace"}}, json("x"),
                          json{{"type", "ByteLevel"}, {"add_prefix_space", true}},
                          split("-", "Dropped"), json{{"type", "Metaspace"}, {"replacement", "ab"}},
                          json{{"type", "Sequence"}}, json{{"type", "Split"}}}) {
    EXPECT_THROW(PreTokenizer(bad, "here"), base::DataError) << bad;
  }
}

}  // namespace
}  // namespace toolformer::text
