// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/same_ids.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake/refusal.h"
#include "text/tokenizer_cases.h"
#include "toolformer/base/error.h"
#include "toolformer/text/tokenizer_spec.h"

namespace toolformer::text {
namespace {

using testing::HasSubstr;

class SameIds : public testing::Test {
 protected:
  std::string refusal() {
    return fake::refusal<base::DataError>(
        [&] { require_same_ids(*original_, *make_tokenizer(spec_, "here"), "the file"); });
  }
  std::unique_ptr<Tokenizer> original_ = load_tokenizer(fixture("llama3"));
  TokenizerSpec spec_ = *original_->spec();
};

TEST_F(SameIds, AcceptsTheSame) {
  EXPECT_EQ(refusal(), "accepted");
}

TEST_F(SameIds, ShowsTheTextThatChanges) {
  spec_.match_rules.back().strip_left = true;
  EXPECT_THAT(refusal(), HasSubstr("the file would not keep this tokenizer: the text"));
  EXPECT_THAT(refusal(), HasSubstr("<tool>"));
}

TEST_F(SameIds, ComparesWordsDigitsAndBegin) {
  spec_.pre_tokenizer = load_tokenizer(fixture("qwen2"))->spec()->pre_tokenizer;
  EXPECT_THAT(refusal(), HasSubstr("read back"));
  spec_ = *original_->spec();
  spec_.adds_bos = false;
  EXPECT_THAT(refusal(), HasSubstr("[600] in front"));
  spec_ = *original_->spec();
  spec_.merges.erase(spec_.merges.begin());
  EXPECT_THAT(refusal(), HasSubstr("read back"));
}

}  // namespace
}  // namespace toolformer::text
