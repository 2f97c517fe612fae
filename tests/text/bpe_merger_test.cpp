// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/bpe_merger.h"

#include <gtest/gtest.h>

namespace toolformer::text {
namespace {

std::vector<Symbol> word_of(const std::string& letters) {
  std::vector<Symbol> word;
  for (const char c : letters) word.push_back({c - 'a', 1});
  return word;
}

std::vector<std::pair<TokenId, std::size_t>> merged(const std::vector<Merge>& merges,
                                                    const std::string& letters) {
  std::vector<Symbol> word = word_of(letters);
  BpeMerger(merges).merge(word);
  std::vector<std::pair<TokenId, std::size_t>> out;
  for (const Symbol& symbol : word) out.emplace_back(symbol.id, symbol.size);
  return out;
}

using Result = std::vector<std::pair<TokenId, std::size_t>>;

TEST(BpeMerger, TakesTheLowestRankFirstThenTheLeftmost) {
  const std::vector<Merge> merges = {{1, 2, 30}, {0, 1, 31}, {0, 30, 32}};  // bc, ab, abc
  EXPECT_EQ(merged(merges, "abc"), (Result{{32, 3}}));
  EXPECT_EQ(merged(merges, "abab"), (Result{{31, 2}, {31, 2}}));
  EXPECT_EQ(merged({{0, 0, 30}}, "aaa"), (Result{{30, 2}, {0, 1}}));
  EXPECT_EQ(merged(merges, "x"), (Result{{23, 1}}));
  EXPECT_EQ(merged(merges, ""), Result{});
}

/// The definition, step by step: what both ways of the merger must give.
Result by_definition(const std::vector<Merge>& merges, const std::string& letters) {
  std::vector<Symbol> word = word_of(letters);
  for (bool found = true; found;) {
    found = false;
    for (std::size_t rank = 0; rank < merges.size() && !found; ++rank) {
      for (std::size_t i = 0; i + 1 < word.size() && !found; ++i) {
        if (word[i].id != merges[rank].left || word[i + 1].id != merges[rank].right) continue;
        word[i] = {merges[rank].result, word[i].size + word[i + 1].size};
        word.erase(word.begin() + static_cast<std::ptrdiff_t>(i) + 1);
        found = true;
      }
    }
  }
  Result out;
  for (const Symbol& symbol : word) out.emplace_back(symbol.id, symbol.size);
  return out;
}

TEST(BpeMerger, ShortAndLongWordsFollowTheDefinition) {
  std::uint64_t state = 7;
  const auto random = [&](std::uint64_t below) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (state >> 33) % below;
  };
  for (int round = 0; round < 300; ++round) {
    std::vector<Merge> merges;
    for (TokenId result = 30; result < 60; ++result) {
      const auto part = [&] {
        return static_cast<TokenId>(
            random(2) ? random(3) : 30 + random(static_cast<std::uint64_t>(result) - 29));
      };
      const Merge merge{part(), part(), result};
      if (merge.left < result && merge.right < result) merges.push_back(merge);
    }
    std::vector<Merge> unique;  // a pair that is listed twice keeps its last rank, as in tokenizers
    for (std::size_t i = 0; i < merges.size(); ++i) {
      bool last = true;
      for (std::size_t k = i + 1; k < merges.size(); ++k) {
        last = last && (merges[k].left != merges[i].left || merges[k].right != merges[i].right);
      }
      if (last) unique.push_back(merges[i]);
    }
    std::string letters;
    for (std::uint64_t size = random(80); size > 0; --size)
      letters += static_cast<char>('a' + random(3));
    EXPECT_EQ(merged(merges, letters), by_definition(unique, letters)) << letters;
  }
}

TEST(BpeMerger, TenMegabytesOfOneLetter) {
  std::vector<Symbol> word(10'000'000, Symbol{0, 1});
  BpeMerger({{0, 0, 1}, {1, 1, 2}}).merge(word);
  EXPECT_EQ(word.size(), 2'500'000u);
}

}  // namespace
}  // namespace toolformer::text
