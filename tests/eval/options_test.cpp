// SPDX-License-Identifier: Apache-2.0
#include "toolformer/eval/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake/parse_options.h"
#include "fake/refusal.h"
#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"

namespace toolformer::eval {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class EvalOptions : public testing::Test {
 protected:
  std::string refused(const std::string& arguments) {
    return fake::refusal<std::exception>([&] { fake::parse_options<Options>(arguments); });
  }
  fake::TemporaryDirectory directory_;
  const std::string model_ = directory_.write("m.gguf", "");
  const std::string complete_ = "--tasks dateset --models a=" + model_ + " ";
};

TEST_F(EvalOptions, ReadsModelsAndRows) {
  const Options options = fake::parse_options<Options>("--models a=" + model_ + " b=" + model_ +
                                                       " --tasks svamp,nq --call-top-k 0,1,3,10");
  EXPECT_EQ(named_models(options).at(1).name, "b");
  EXPECT_EQ(named_models(options).at(1).path, model_);
  EXPECT_THAT(options.tasks, ElementsAre("svamp", "nq"));
  EXPECT_THAT(options.call_top_k, ElementsAre(0, 1, 3, 10));
  EXPECT_FALSE(options.max_new_tokens);
  EXPECT_EQ(options.run.output, "out/eval");
  EXPECT_EQ(fake::parse_options<Options>(complete_ + "--max-new-tokens 9 --stop X").stop, "X");
}

TEST_F(EvalOptions, RefusesWhatCannotBeMeant) {
  EXPECT_EQ(refused(complete_), "accepted");
  EXPECT_THAT(refused("--models a=" + model_), HasSubstr("nothing to measure"));
  EXPECT_THAT(refused("--tasks dateset"), HasSubstr("--models is required"));
  EXPECT_THAT(refused("--tasks dateset --models " + model_), HasSubstr("NAME=PATH"));
  EXPECT_THAT(refused("--tasks dateset --models a/b=" + model_), HasSubstr("names files"));
  EXPECT_THAT(refused(complete_ + "a=" + model_ + " --models a=" + model_), HasSubstr("twice"));
  EXPECT_THAT(refused("--tasks dateset --models a=absent.gguf"), HasSubstr("absent.gguf"));
  EXPECT_THAT(refused(complete_ + "--data dateset"), HasSubstr("TASK=FILE"));
  EXPECT_THAT(refused(complete_ + "--data dateset=absent.jsonl"), HasSubstr("absent.jsonl"));
  EXPECT_THAT(refused(complete_ + "--perplexity absent.txt"), HasSubstr("absent.txt"));
  EXPECT_THAT(refused(complete_ + "--call-top-k 0,0"), HasSubstr("twice"));
  EXPECT_THAT(refused(complete_ + "--call-top-k 0,-1"), HasSubstr("got -1"));
  EXPECT_THAT(refused(complete_ + "--max-new-tokens -1"), HasSubstr("got -1"));
  EXPECT_THAT(refused(complete_ + "--window 1000001"), HasSubstr("from 0 to 1000000"));
  EXPECT_THAT(refused(complete_ + "--resamples -1"), HasSubstr("got -1"));
  EXPECT_THAT(refused(complete_ + "--limit -1"), HasSubstr("of 0 or more, got -1"));
  EXPECT_THAT(refused(complete_ + "--without-tools b"), HasSubstr("b"));
  EXPECT_THAT(refused(complete_ + "--batch 0"), HasSubstr("--batch"));
  EXPECT_THAT(refused(complete_ + "--overlap 2048"), HasSubstr("--overlap"));
  EXPECT_THAT(refused(complete_ + "--statements " + model_), HasSubstr("stands alone"));
}

}  // namespace
}  // namespace toolformer::eval
