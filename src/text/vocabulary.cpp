// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/vocabulary.h"

#include <stdexcept>

#include "toolformer/base/error.h"
#include "toolformer/base/utf8.h"
#include "toolformer/formats/byte_reader.h"

namespace toolformer::text {

namespace {

constexpr std::size_t kMostPieces = std::size_t{1} << 24;
constexpr std::size_t kLongestPiece = std::size_t{1} << 16;

bool is_printed_as_itself(int byte) {
  return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
}

/// [256] code points: a printable Latin-1 byte is itself, the others follow from U+0100 on.
std::array<char32_t, 256> make_alphabet() {
  std::array<char32_t, 256> alphabet{};
  char32_t next = 0x100;
  for (int byte = 0; byte < 256; ++byte) {
    alphabet[static_cast<std::size_t>(byte)] =
        is_printed_as_itself(byte) ? static_cast<char32_t>(byte) : next++;
  }
  return alphabet;
}

const std::unordered_map<std::string, char>& byte_of_symbol() {
  static const auto map = [] {
    std::unordered_map<std::string, char> bytes;
    for (int byte = 0; byte < 256; ++byte) {
      bytes.emplace(byte_to_symbol(static_cast<std::uint8_t>(byte)), static_cast<char>(byte));
    }
    return bytes;
  }();
  return map;
}

std::string spaces_of(std::string_view piece) {
  std::string out;
  for (std::size_t i = 0; i < piece.size();) {
    if (piece.substr(i).starts_with(kSpaceSymbol)) {
      out += ' ';
      i += kSpaceSymbol.size();
    } else {
      out += piece[i++];
    }
  }
  return out;
}

std::string bytes_of(const Piece& piece, TokenizerSpec::Algorithm algorithm) {
  if (piece.kind == PieceKind::kControl || piece.kind == PieceKind::kUnused) return {};
  if (piece.kind == PieceKind::kByte) {
    const auto byte = parse_byte_piece(piece.text);
    return byte ? std::string(1, static_cast<char>(*byte)) : std::string();
  }
  if (piece.kind == PieceKind::kUnknown)
    return algorithm == TokenizerSpec::Algorithm::kByteLevelBpe ? "" : " \xE2\x81\x87 ";
  if (algorithm == TokenizerSpec::Algorithm::kByteLevelBpe) {
    return piece.kind == PieceKind::kUserDefined ? piece.text : symbols_to_bytes(piece.text);
  }
  return spaces_of(piece.text);
}

}  // namespace

std::string byte_to_symbol(std::uint8_t byte) {
  static const std::array<char32_t, 256> alphabet = make_alphabet();
  std::string symbol;
  base::append_utf8(symbol, alphabet[byte]);
  return symbol;
}

std::string symbols_to_bytes(std::string_view piece) {
  const auto& bytes = byte_of_symbol();
  std::string out;
  for (std::size_t i = 0; i < piece.size();) {
    const std::size_t size = std::max<std::size_t>(base::utf8_length(piece, i), 1);
    const std::string symbol(piece.substr(i, size));
    const auto found = bytes.find(symbol);
    if (found == bytes.end()) {
      out += symbol;
    } else {
      out += found->second;
    }
    i += size;
  }
  return out;
}

std::optional<std::uint8_t> parse_byte_piece(std::string_view piece) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  if (piece.size() != 6 || !piece.starts_with("<0x") || piece[5] != '>') return std::nullopt;
  const std::size_t high = kDigits.find(piece[3]), low = kDigits.find(piece[4]);
  if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
  return static_cast<std::uint8_t>(high * 16 + low);
}

Vocabulary::Vocabulary(const TokenizerSpec& spec, const std::string& origin) {
  if (spec.pieces.empty() || spec.pieces.size() > kMostPieces) {
    base::throw_error<base::DataError>("{}: the vocabulary has {} pieces, 1 to {} are allowed",
                                       origin, spec.pieces.size(), kMostPieces);
  }
  kinds_.reserve(spec.pieces.size());
  bytes_.reserve(spec.pieces.size());
  ids_.reserve(spec.pieces.size());
  for (std::size_t i = 0; i < spec.pieces.size(); ++i) {
    const Piece& piece = spec.pieces[i];
    if (piece.text.size() > kLongestPiece) {
      base::throw_error<base::DataError>("{}: piece {} has {} bytes, at most {} are allowed",
                                         origin, i, piece.text.size(), kLongestPiece);
    }
    kinds_.push_back(piece.kind);
    outside_.push_back(piece.outside);
    bytes_.push_back(bytes_of(piece, spec.algorithm));
    if (piece.kind == PieceKind::kUnused && piece.text.empty()) continue;
    const bool is_new = ids_.emplace(piece.text, static_cast<TokenId>(i)).second;
    if (!is_new && piece.kind != PieceKind::kUnused) {
      base::throw_error<base::DataError>("{}: pieces {} and {} are both {}", origin,
                                         ids_.at(piece.text), i, formats::printable(piece.text));
    }
  }
}

std::optional<TokenId> Vocabulary::find(std::string_view piece) const {
  const auto found = ids_.find(std::string(piece));
  return found == ids_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<TokenId> Vocabulary::find_in_text(std::string_view piece) const {
  const auto id = find(piece);
  return id && !is_control(*id) && !outside_[static_cast<std::size_t>(*id)] ? id : std::nullopt;
}

bool Vocabulary::is_control(TokenId id) const {
  const PieceKind kind = kinds_.at(static_cast<std::size_t>(id));
  return kind == PieceKind::kControl || kind == PieceKind::kUnused;
}

std::string Vocabulary::decode(std::span<const TokenId> ids) const {
  std::string text;
  for (const TokenId id : ids) text += bytes(id);
  return text;
}

}  // namespace toolformer::text
