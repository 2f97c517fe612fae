// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/remote/model_answer.h"

#include <gtest/gtest.h>

namespace toolformer::tools {
namespace {

std::string pick(const std::string& text, AnswerPart part, bool cut = false) {
  const Outcome outcome = pick_answer({text, cut}, part);
  return outcome.ok() ? outcome.result : outcome.error_kind;
}

TEST(ModelAnswer, IsThePartThatIsWanted) {
  const std::string text = "\n  It is Paris. It lies on the Seine.\nMore.";
  EXPECT_EQ(pick(text, AnswerPart::kLine), "It is Paris. It lies on the Seine.");
  EXPECT_EQ(pick(text, AnswerPart::kSentence), "It is Paris.");
  EXPECT_EQ(pick(text, AnswerPart::kAll), "It is Paris. It lies on the Seine.\nMore.");
  EXPECT_EQ(pick("3.14 is pi", AnswerPart::kSentence), "3.14 is pi");
  EXPECT_EQ(pick(" \n ", AnswerPart::kLine), "no_result");
}

TEST(ModelAnswer, HasNoThoughts) {
  EXPECT_EQ(pick("<think>Paris?\nYes.</think>\n\nParis", AnswerPart::kLine), "Paris");
  EXPECT_EQ(pick("<think>Paris? It", AnswerPart::kLine, true), "no_result");
  const std::string opened_by_the_template = "Is it Rome? No.\nSo\n</think>\n\nOslo. Yes.\nMore";
  EXPECT_EQ(pick(opened_by_the_template, AnswerPart::kLine), "Oslo. Yes.");
  EXPECT_EQ(pick(opened_by_the_template, AnswerPart::kSentence), "Oslo.");
  EXPECT_EQ(pick(opened_by_the_template, AnswerPart::kAll), "Oslo. Yes.\nMore");
  EXPECT_EQ(pick("Is it Rome?</think>\n", AnswerPart::kAll), "no_result");
}

TEST(ModelAnswer, HasNoMarkOfTheEndOfTheTurn) {
  for (const char* text :
       {"Oslo<|im_end|>", "Oslo</s>\n", "Oslo <end_of_turn>\n<eos>", "Oslo<|eot_id|>"}) {
    EXPECT_EQ(pick(text, AnswerPart::kAll), "Oslo") << text;
  }
  EXPECT_EQ(pick("<|im_end|>", AnswerPart::kLine), "no_result");
}

TEST(ModelAnswer, ThatWasCutKeepsWholeSentences) {
  EXPECT_EQ(pick("It is Paris. It lies on", AnswerPart::kLine, true), "It is Paris.");
  EXPECT_EQ(pick("It is Pa", AnswerPart::kLine, true), "bad_result");
  EXPECT_EQ(pick("It is Paris\nand it", AnswerPart::kLine, true), "It is Paris");
  EXPECT_EQ(pick("It is Paris. And", AnswerPart::kSentence, true), "It is Paris.");
}

}  // namespace
}  // namespace toolformer::tools
