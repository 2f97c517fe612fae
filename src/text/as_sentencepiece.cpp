// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <tuple>

#include "toolformer/base/error.h"
#include "toolformer/text/gguf_tokenizer_writer.h"
#include "toolformer/text/tokenizer_export.h"
#include "toolformer/text/vocabulary.h"

namespace toolformer::text {
namespace {

using base::throw_error;

constexpr const char* kRemedy = "use the model's own tokenizer.model or GGUF file";

bool is_space_run(const Piece& piece) {
  std::string_view rest = piece.text;
  while (rest.starts_with(kSpaceSymbol)) rest.remove_prefix(kSpaceSymbol.size());
  return rest.empty() && piece.text.size() > kSpaceSymbol.size();
}

void replace_spaces(std::string& text) {
  for (std::size_t at = 0; (at = text.find(' ', at)) != std::string::npos;)
    text.replace(at, 1, kSpaceSymbol);
}

/// Scores fall with the rank of the first merge into a piece. The other merges into it share that
/// score, so no merge into another piece may stand between them.
void score_by_rank(const std::vector<Merge>& merges, std::vector<Piece>& pieces) {
  float score = 0;
  for (std::size_t i = 0; i < merges.size(); ++i) {
    if (i > 0 && merges[i].result == merges[i - 1].result) continue;
    Piece& piece = pieces[static_cast<std::size_t>(merges[i].result)];
    if (piece.score != 0) {
      throw_error<base::DataError>(
          "merge {} makes the piece {} again, behind merges of other pieces: no SentencePiece "
          "scores amount to that; {}",
          i, piece.text, kRemedy);
    }
    piece.score = --score;
  }
}

void require_same_merges(const std::vector<Merge>& merges, const std::vector<Piece>& pieces) {
  const auto sorted = [](const std::vector<Merge>& list) {
    std::vector<std::tuple<TokenId, TokenId>> pairs;
    pairs.reserve(list.size());
    for (const Merge& merge : list) pairs.emplace_back(merge.left, merge.right);
    std::sort(pairs.begin(), pairs.end());
    return pairs;
  };
  if (sorted(merges) == sorted(merges_of_scores(pieces))) return;
  throw_error<base::DataError>(
      "the tokenizer's {} merges are not all the ways in which its pieces are made of two others, "
      "which is what SentencePiece uses; {}",
      merges.size(), kRemedy);
}

/// SentencePiece cannot do without one. Where all bytes are pieces it never comes out of a text,
/// and tokenizer.json may not say which it is.
TokenId unknown_piece(const TokenizerSpec& spec) {
  if (spec.unknown) return *spec.unknown;
  const auto found = std::find_if(spec.pieces.begin(), spec.pieces.end(),
                                  [](const Piece& piece) { return piece.text == "<unk>"; });
  if (spec.byte_fallback && found != spec.pieces.end())
    return static_cast<TokenId>(found - spec.pieces.begin());
  throw_error<base::DataError>("the tokenizer has no unknown piece, SentencePiece needs one; {}",
                               kRemedy);
}

}  // namespace

TokenizerSpec as_sentencepiece(const TokenizerSpec& spec) {
  if (spec.is_sentencepiece()) return spec;
  TokenizerSpec result = spec;
  result.algorithm = TokenizerSpec::Algorithm::kSentencePieceBpe;
  result.unknown = unknown_piece(spec);
  result.pieces[static_cast<std::size_t>(*result.unknown)].kind = PieceKind::kUnknown;
  for (Piece& piece : result.pieces) {
    piece.score = 0;
    replace_spaces(piece.text);
    // Never found in text, where spaces are not yet written as symbols: they only come from merges.
    if (piece.kind == PieceKind::kUserDefined && is_space_run(piece))
      piece.kind = PieceKind::kNormal;
  }
  score_by_rank(spec.merges, result.pieces);
  require_same_merges(spec.merges, result.pieces);
  result.dummy_prefix = has_prefix(spec);
  result.merges.clear();
  result.match_rules.clear();
  result.normalizer = result.pre_tokenizer = nullptr;
  return result;
}

}  // namespace toolformer::text
