// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/corpus/token_store.h"

#include <gtest/gtest.h>

#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"

namespace toolformer::finetune {
namespace {

calls::LabelledTokens tokens_of(std::size_t seed, std::size_t count) {
  calls::LabelledTokens tokens;
  for (std::size_t i = 0; i < count; ++i) {
    tokens.ids.push_back(static_cast<text::TokenId>(seed * 1000 + i));
    tokens.roles.push_back(static_cast<calls::TokenRole>((seed + i) % calls::kTokenRoles));
  }
  return tokens;
}

// 3 MB, so some is in the file, some across the edge, some still in memory.
TEST(TokenStore, GivesBackWhatWasAppended) {
  const fake::TemporaryDirectory directory;
  TokenStore store(directory.path());
  std::vector<std::uint64_t> offsets;
  for (std::size_t i = 0; i < 3000; ++i) offsets.push_back(store.append(tokens_of(i, i % 400)));
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
  const TokenStore moved(std::move(store));
  for (std::size_t i = 3000; i-- > 0;) {
    const calls::LabelledTokens expected = tokens_of(i, i % 400),
                                actual = moved.read(offsets[i], i % 400);
    ASSERT_EQ(actual.ids, expected.ids) << i;
    ASSERT_EQ(actual.roles, expected.roles) << i;
  }
}

TEST(TokenStore, ADirectoryThatIsNotThereIsNamed) {
  EXPECT_THROW(TokenStore("no/such/directory"), base::IoError);
}

}  // namespace
}  // namespace toolformer::finetune
