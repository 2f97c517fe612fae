// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <unordered_map>

#include "toolformer/base/utf8.h"
#include "toolformer/text/tokenizer_export.h"

namespace toolformer::text {

namespace {

struct RankedMerge {
  Merge merge;
  std::size_t left_characters = 0, right_characters = 0;
};

bool is_mergeable(PieceKind kind) {
  return kind == PieceKind::kNormal || kind == PieceKind::kUserDefined ||
         kind == PieceKind::kUnused;
}

}  // namespace

std::vector<Merge> merges_of_scores(const std::vector<Piece>& pieces) {
  std::unordered_map<std::string_view, TokenId> ids;
  ids.reserve(pieces.size());
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (is_mergeable(pieces[i].kind)) ids.emplace(pieces[i].text, static_cast<TokenId>(i));
  }
  std::vector<RankedMerge> found;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const std::string_view text = pieces[i].text;
    // User-defined pieces are matched whole, so that nothing ever merges into them.
    if (pieces[i].kind != PieceKind::kNormal) continue;
    const std::size_t characters = base::count_characters(text);
    std::size_t left_characters = 1;
    for (std::size_t at = base::utf8_length(text, 0); at < text.size();
         at += base::utf8_length(text, at)) {
      const auto left = ids.find(text.substr(0, at)), right = ids.find(text.substr(at));
      if (left != ids.end() && right != ids.end()) {
        found.push_back({{left->second, right->second, static_cast<TokenId>(i)},
                         left_characters,
                         characters - left_characters});
      }
      ++left_characters;
    }
  }
  std::stable_sort(found.begin(), found.end(), [&](const RankedMerge& a, const RankedMerge& b) {
    const float score_a = pieces[static_cast<std::size_t>(a.merge.result)].score;
    const float score_b = pieces[static_cast<std::size_t>(b.merge.result)].score;
    if (score_a != score_b) return score_a > score_b;
    if (a.left_characters != b.left_characters) return a.left_characters > b.left_characters;
    return a.right_characters > b.right_characters;
  });
  std::vector<Merge> merges;
  merges.reserve(found.size());
  for (const RankedMerge& ranked : found) merges.push_back(ranked.merge);
  return merges;
}

}  // namespace toolformer::text
