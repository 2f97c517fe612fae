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
  EXPECT_THAT(words(split("[a-z]+", "Removed", true), text),
              ElementsAre("ab", "-", "cd", "--", "e"));
  EXPECT_THAT(words(json(), text), ElementsAre(text));
  EXPECT_TRUE(words(split("-", "Isolated"), "").empty());
}

TEST(PreTokenizer, StringPatternsAreTakenLiterally) {
  json dots = split("x", "Isolated");
  dots["pattern"] = {{"String", "."}};
  EXPECT_THAT(words(dots, "a.b"), ElementsAre("a", ".", "b"));
}

TEST(PreTokenizer, GgufNamesStandForTheirModels) {
  EXPECT_THAT(words(pre_tokenizer_of_gguf("gpt-2"), "Hello  don't 12!\n"),
              ElementsAre("Hello", " ", " don", "'t", " 12", "!", "\n"));
  EXPECT_THAT(words(pre_tokenizer_of_gguf("smollm"), "in  60%"),
              ElementsAre("in", "  ", "6", "0", "%"));
  EXPECT_THAT(words(pre_tokenizer_of_gguf("llama-bpe"), "x 12345 I'LL\n\n y"),
              ElementsAre("x", " ", "123", "45", " I", "'LL", "\n\n", " y"));
  EXPECT_THAT(words(pre_tokenizer_of_gguf("qwen2"), "x 12"), ElementsAre("x", " ", "1", "2"));
  EXPECT_TRUE(pre_tokenizer_of_gguf("something-else").is_null());
}

TEST(PreTokenizer, MetaspaceMaySplitAtItsSymbols) {
  const json splitting = {
      {"type", "Metaspace"}, {"replacement", "▁"}, {"prepend_scheme", "first"}, {"split", true}};
  EXPECT_THAT(words(splitting, "▁a▁▁b"), ElementsAre("▁a", "▁", "▁b"));
  json whole = splitting;
  whole["split"] = false;
  EXPECT_THAT(words(whole, "▁a▁▁b"), ElementsAre("▁a▁▁b"));
}

TEST(PreTokenizer, NamesWhatItDoesNotKnow) {
  for (const json& bad :
       {json{{"type", "Whitespace"}}, json("x"),
        json{{"type", "ByteLevel"}, {"add_prefix_space", true}}, split("-", "Removed"),
        json{{"type", "Sequence"}}, json{{"type", "Split"}}}) {
    EXPECT_THROW(PreTokenizer(bad, "here"), base::DataError) << bad;
  }
}

}  // namespace
}  // namespace toolformer::text
