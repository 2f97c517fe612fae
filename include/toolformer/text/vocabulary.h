// SPDX-License-Identifier: Apache-2.0
// The pieces of a tokenizer: id -> text and bytes, text -> id.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "toolformer/text/tokenizer_spec.h"

namespace toolformer::text {

inline constexpr std::string_view kSpaceSymbol =
    "\xE2\x96\x81";  ///< "▁", SentencePiece's written space

/// GPT-2's alphabet: the printable character that byte-level vocabularies write for a byte.
std::string byte_to_symbol(std::uint8_t byte);
/// The bytes of a byte-level piece; characters outside the alphabet stand for themselves.
std::string symbols_to_bytes(std::string_view piece);
/// The byte of "<0x0A>"; nothing for any other text.
std::optional<std::uint8_t> parse_byte_piece(std::string_view piece);

class Vocabulary {
 public:
  /// Throws DataError for more than 2^24 pieces, pieces longer than 64 KiB, and (outside of unused
  /// ones) duplicates.
  Vocabulary(const TokenizerSpec& spec, const std::string& origin);

  std::size_t size() const { return kinds_.size(); }
  std::optional<TokenId> find(std::string_view piece) const;
  /// The same without what no word of a text is: control tokens, and pieces that the merges do not
  /// know.
  std::optional<TokenId> find_in_text(std::string_view piece) const;
  bool is_control(TokenId id) const;  ///< control and unused pieces
  /// The bytes that the id stands for in text. Throws std::out_of_range for an id that does not
  /// exist.
  std::string_view bytes(TokenId id) const { return bytes_.at(static_cast<std::size_t>(id)); }
  std::string decode(std::span<const TokenId> ids) const;

 private:
  std::vector<PieceKind> kinds_;
  std::vector<bool> outside_;
  std::vector<std::string> bytes_;
  std::unordered_map<std::string, TokenId> ids_;
};

}  // namespace toolformer::text
