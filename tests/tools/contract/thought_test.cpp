// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/contract/thought.h"

#include <gtest/gtest.h>

namespace toolformer::tools {
namespace {

TEST(Thought, TheAnswerStandsBehindItsEnd) {
  for (const char* text : {"<think>Rome was older.</think>Oslo",
                           "Rome was older.\nSo no.\n</think>\n\nOslo",
                           "<think>\n\n</think>\n\nOslo",
                           "<thinking>Rome?</thinking>\nOslo",
                           "<thought>Rome?</thought> Oslo",
                           "<Think>Rome?</Think> Oslo",
                           "<seed:think>Rome?</seed:think>Oslo",
                           "<reasoning>Rome?</reasoning>\nOslo",
                           "<longcat_think>Rome?</longcat_think>Oslo",
                           "[THINK]Rome?[/THINK]Oslo",
                           "<|START_THINKING|>Rome?<|END_THINKING|>Oslo",
                           "◁think▷Rome?◁/think▷Oslo",
                           "<|begin_of_thought|>Rome?<|end_of_thought|>\nOslo",
                           "Rome?<|/think|>Oslo",
                           "<think>a</think>Rome<think>no: b</think>Oslo",
                           "Well. <think>Rome?</think> Oslo",
                           "<think>they write </think> here</think>Oslo",
                           "<|channel|>analysis<|message|>Rome?<|end|><|start|>assistant<|channel|>"
                           "final<|message|>Oslo"
                           "<|return|>",
                           "<|channel|>final <|constrain|>text<|message|>Oslo",
                           "<|channel>thought\nRome?<channel|>Oslo",
                           "Oslo <think>or is it"}) {
    EXPECT_EQ(without_thought(text), "Oslo") << text;
  }
}

TEST(Thought, IsNoAnswer) {
  for (const char* text : {"<think>Rome was older, so", "Rome?</think>", "Rome?</think> \n",
                           "<seed:think>Rome", "<|channel|>analysis<|message|>Rome?",
                           "<|channel|>final", "<|channel>thought\nRome?", "[THINK]Rome", ""}) {
    EXPECT_EQ(without_thought(text), "") << text;
  }
}

TEST(Thought, OtherMarksAreText) {
  for (const char* text :
       {" Oslo", "Oslo <b>is</b> it", "a < b > c", "I think > 3 </b>", "[think hard]", "[1] Oslo",
        "<|im_end|>", "<think", "2 < 3 think >", "◁"}) {
    EXPECT_EQ(without_thought(text), text);
  }
}

}  // namespace
}  // namespace toolformer::tools
