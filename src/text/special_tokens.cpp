// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/special_tokens.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>

#include "toolformer/base/error.h"
#include "toolformer/formats/byte_reader.h"
#include "toolformer/text/vocabulary.h"

namespace toolformer::text {

void complete_eos(TokenizerSpec& spec) {
  constexpr std::array<std::string_view, 12> kNames = {
      "</s>",       "<eos>",   "<|endoftext|>", "<|end_of_text|>", "<|im_end|>", "<|eot_id|>",
      "<|eom_id|>", "<|end|>", "<end_of_turn>", "<|end_of_turn|>", "<|eot|>",    "<EOT>"};
  for (std::size_t i = 0; i < spec.pieces.size(); ++i) {
    const Piece& piece = spec.pieces[i];
    const bool ends = piece.kind == PieceKind::kControl &&
                      std::find(kNames.begin(), kNames.end(), piece.text) != kNames.end();
    if (ends) spec.eos.push_back(static_cast<TokenId>(i));
  }
  std::vector<TokenId> unique;
  for (const TokenId id : spec.eos) {
    if (std::find(unique.begin(), unique.end(), id) == unique.end()) unique.push_back(id);
  }
  spec.eos = std::move(unique);
}

void merge_space_runs(TokenizerSpec& spec) {
  if (spec.algorithm != TokenizerSpec::Algorithm::kSentencePieceBpe) return;
  float best = 0;
  for (const Piece& piece : spec.pieces) best = std::max(best, piece.score);
  const auto is_run = [](const Piece& piece) {
    if (piece.kind != PieceKind::kUserDefined || piece.text.size() <= kSpaceSymbol.size())
      return false;
    for (std::size_t at = 0; at < piece.text.size(); at += kSpaceSymbol.size()) {
      if (!std::string_view(piece.text).substr(at).starts_with(kSpaceSymbol)) return false;
    }
    return true;
  };
  std::vector<Piece*> runs;
  for (Piece& piece : spec.pieces) {
    if (is_run(piece)) runs.push_back(&piece);
  }
  std::stable_sort(runs.begin(), runs.end(),
                   [](auto* a, auto* b) { return a->text.size() < b->text.size(); });
  for (std::size_t i = 0; i < runs.size(); ++i) {
    runs[i]->kind = PieceKind::kNormal;
    runs[i]->score = best + static_cast<float>(runs.size() - i);
  }
}

std::vector<Merge> parse_merges(
    const std::vector<Piece>& pieces,
    const std::vector<std::pair<std::string_view, std::string_view>>& pairs,
    const std::string& origin) {
  std::unordered_map<std::string_view, TokenId> ids;
  ids.reserve(pieces.size());
  for (std::size_t i = 0; i < pieces.size(); ++i)
    ids.emplace(pieces[i].text, static_cast<TokenId>(i));
  std::vector<Merge> merges;
  merges.reserve(pairs.size());
  for (const auto& parts : pairs) {
    const auto left = parts.first, right = parts.second;  // clang 14 captures no bindings
    const std::string result = std::string(left) + std::string(right);
    const auto id = [&](std::string_view piece) {
      const auto found = ids.find(piece);
      if (found == ids.end()) {
        base::throw_error<base::DataError>(
            "{}: merge {} ({} and {}) needs the piece {}, which is not in the vocabulary", origin,
            merges.size(), formats::printable(left), formats::printable(right),
            formats::printable(piece));
      }
      return found->second;
    };
    merges.push_back({id(left), id(right), id(result)});
  }
  return merges;
}

}  // namespace toolformer::text
