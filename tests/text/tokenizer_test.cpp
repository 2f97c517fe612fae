// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "text/tokenizer_cases.h"

namespace toolformer::text {
namespace {

TEST(Tokenizer, ConveniencesFollowFromTheRest) {
  const auto tokenizer = load_tokenizer(fixture("llama2"));
  EXPECT_EQ(tokenizer->ids("the lamp"), ids_of(tokenizer->encode("the lamp")));
  EXPECT_EQ(tokenizer->continuation_ids("the"), ids_of(tokenizer->encode_continuation("the")));
  EXPECT_THAT(tokenizer->start(), testing::ElementsAre(1));
  EXPECT_TRUE(load_tokenizer(fixture("gpt2"))->start().empty());
}

}  // namespace
}  // namespace toolformer::text
