// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/sentencepiece_model.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <unordered_set>

#include "toolformer/base/error.h"
#include "toolformer/base/utf8.h"
#include "toolformer/formats/byte_reader.h"
#include "toolformer/text/vocabulary.h"
#include "toolformer/text/wire_format.h"

namespace toolformer::text {

namespace {

using base::DataError;
using base::throw_error;
using Algorithm = TokenizerSpec::Algorithm;

constexpr std::size_t kLongestPiece =
    1024;  // bytes; the longest of real vocabularies have a few hundred

// Field numbers of sentencepiece_model.proto.
enum ModelField : std::uint32_t { kPieces = 1, kTrainer = 2, kNormalizer = 3 };
enum PieceField : std::uint32_t { kText = 1, kScore = 2, kType = 3 };
enum TrainerField : std::uint32_t {
  kModelType = 3,
  kVocabSize = 4,
  kByteFallback = 35,
  kUnkId = 40,
  kBosId = 41,
  kEosId = 42,
  kPadId = 43
};
enum NormalizerField : std::uint32_t {
  kCharsmap = 2,
  kDummyPrefix = 3,
  kRemoveSpaces = 4,
  kEscapeSpaces = 5
};
constexpr std::uint64_t kUnigram = 1, kBpe = 2;

Piece read_piece(std::string_view bytes, const std::string& origin) {
  Piece piece;
  WireReader in(bytes, origin);
  while (const auto field = in.next()) {
    if (field->number == kText) piece.text = field->bytes;
    if (field->number == kScore)
      piece.score = std::bit_cast<float>(static_cast<std::uint32_t>(field->value));
    if (field->number == kType) {
      if (field->value < 1 || field->value > 6)
        throw_error<DataError>("{}: a piece has type {}, not 1 to 6", origin, field->value);
      piece.kind = static_cast<PieceKind>(field->value);
    }
  }
  return piece;
}

/// Ids of special pieces; a negative number means there is none.
struct SpecialIds {
  std::int32_t unknown = 0, bos = 1, eos = 2, pad = -1;
};

std::optional<TokenId> id_of(std::int32_t id, std::size_t size) {
  return id >= 0 && static_cast<std::size_t>(id) < size ? std::optional<TokenId>(id) : std::nullopt;
}

void read_trainer(std::string_view bytes, const std::string& origin, TokenizerSpec& spec,
                  SpecialIds& ids) {
  WireReader in(bytes, origin);
  while (const auto field = in.next()) {
    const auto number = static_cast<std::int32_t>(static_cast<std::int64_t>(field->value));
    switch (field->number) {
      case kModelType:
        if (field->value != kUnigram && field->value != kBpe) {
          throw_error<DataError>("{}: model type {} is not supported, only unigram (1) and BPE (2)",
                                 origin, field->value);
        }
        spec.algorithm =
            field->value == kBpe ? Algorithm::kSentencePieceBpe : Algorithm::kSentencePieceUnigram;
        break;
      case kByteFallback:
        spec.byte_fallback = field->value != 0;
        break;
      case kUnkId:
        ids.unknown = number;
        break;
      case kBosId:
        ids.bos = number;
        break;
      case kEosId:
        ids.eos = number;
        break;
      case kPadId:
        ids.pad = number;
        break;
      default:
        break;
    }
  }
}

void read_normalizer(std::string_view bytes, const std::string& origin, TokenizerSpec& spec) {
  WireReader in(bytes, origin);
  while (const auto field = in.next()) {
    if (field->number == kCharsmap) spec.charsmap = field->bytes;
    if (field->number == kDummyPrefix) spec.dummy_prefix = field->value != 0;
    if (field->number == kRemoveSpaces) spec.remove_extra_whitespaces = field->value != 0;
    if (field->number == kEscapeSpaces && field->value == 0) {
      throw_error<DataError>("{}: a normaliser that does not escape white space is not supported",
                             origin);
    }
  }
}

/// The compiled normaliser rules: a double-array trie (Darts) and the strings it leads to. Every
/// transition and every string must stay inside, because the library follows them unchecked.
void check_charsmap(std::string_view charsmap, const std::string& origin) {
  if (charsmap.empty()) return;
  std::uint32_t trie_bytes = 0;
  if (charsmap.size() >= 4) std::memcpy(&trie_bytes, charsmap.data(), 4);
  if (charsmap.size() < 4 + 1024 || trie_bytes < 1024 || trie_bytes % 1024 != 0 ||
      trie_bytes >= charsmap.size() - 4) {
    throw_error<DataError>("{}: the normaliser table of {} bytes says its trie has {}", origin,
                           charsmap.size(), trie_bytes);
  }
  const std::size_t strings = charsmap.size() - 4 - trie_bytes, units = trie_bytes / 4;
  if (charsmap.back() != '\0')
    throw_error<DataError>("{}: the normaliser table does not end with a zero byte", origin);
  const auto unit_at = [&](std::size_t i) {
    std::uint32_t unit = 0;
    std::memcpy(&unit, charsmap.data() + 4 + i * 4, 4);
    return unit;
  };
  const auto check_inside = [&](std::size_t i, std::size_t target, std::size_t size) {
    if (target >= size) {
      throw_error<DataError>("{}: unit {} of the normaliser table points to {}, behind its end",
                             origin, i, target);
    }
  };
  for (std::size_t i = 0; i < units; ++i) {
    const std::uint32_t unit = unit_at(i);
    // The top bit marks a value, which no label matches; the first unit is followed whatever it is.
    if (i != 0 && (unit >> 31) != 0) continue;
    const std::size_t offset = std::size_t{unit >> 10} << ((unit & (1u << 9)) >> 6);
    check_inside(i, (i ^ offset) | 0xffu, units);  // the next label selects among 256 units
    if ((unit & (1u << 8)) != 0) check_inside(i, unit_at(i ^ offset) & 0x7fffffffu, strings);
  }
}

}  // namespace

TokenizerSpec parse_sentencepiece_model(std::string_view bytes, const std::string& origin) {
  if (bytes.size() > kMaxSentencePieceModel) {
    throw_error<DataError>("{}: has {} bytes, more than the {} that are allowed", origin,
                           bytes.size(), kMaxSentencePieceModel);
  }
  TokenizerSpec spec;
  spec.algorithm = Algorithm::kSentencePieceUnigram;  // defaults of the .proto
  spec.dummy_prefix = spec.remove_extra_whitespaces = true;
  SpecialIds ids;
  WireReader in(bytes, origin);
  while (const auto field = in.next()) {
    if (field->number == kPieces) spec.pieces.push_back(read_piece(field->bytes, origin));
    if (field->number == kTrainer) read_trainer(field->bytes, origin, spec, ids);
    if (field->number == kNormalizer) read_normalizer(field->bytes, origin, spec);
  }
  spec.bos = id_of(ids.bos, spec.pieces.size());
  spec.pad = id_of(ids.pad, spec.pieces.size());
  if (const auto eos = id_of(ids.eos, spec.pieces.size())) spec.eos = {*eos};
  spec.adds_bos = spec.bos.has_value();
  check_sentencepiece_spec(spec, origin);
  for (std::size_t i = 0; i < spec.pieces.size(); ++i) {
    if (spec.pieces[i].kind == PieceKind::kUnknown) spec.unknown = static_cast<TokenId>(i);
  }
  return spec;
}

std::string serialize_sentencepiece_model(const TokenizerSpec& spec) {
  WireWriter out;
  for (const Piece& piece : spec.pieces) {
    WireWriter field;
    field.bytes(kText, piece.text);
    field.float32(kScore, piece.score);
    if (piece.kind != PieceKind::kNormal)
      field.varint(kType, static_cast<std::uint64_t>(piece.kind));
    out.bytes(kPieces, field.result());
  }
  const auto id = [](std::optional<TokenId> value) {
    return static_cast<std::uint64_t>(std::int64_t{value.value_or(-1)});
  };
  WireWriter trainer;
  trainer.varint(kModelType, spec.algorithm == Algorithm::kSentencePieceBpe ? kBpe : kUnigram);
  trainer.varint(kVocabSize, spec.pieces.size());
  trainer.varint(kByteFallback, spec.byte_fallback ? 1 : 0);
  trainer.varint(kUnkId, id(spec.unknown));
  trainer.varint(kBosId, id(spec.bos));
  trainer.varint(kEosId, id(spec.eos.empty() ? std::nullopt : std::optional(spec.eos.front())));
  trainer.varint(kPadId, id(spec.pad));
  // The library finds special pieces by their names, so these are written too.
  const auto name = [&](std::uint32_t field, std::optional<TokenId> value) {
    if (value) trainer.bytes(field, spec.pieces[static_cast<std::size_t>(*value)].text);
  };
  name(45, spec.unknown);
  name(46, spec.bos);
  if (!spec.eos.empty()) name(47, spec.eos.front());
  name(48, spec.pad);
  out.bytes(kTrainer, trainer.result());
  WireWriter normalizer;
  normalizer.bytes(1, spec.charsmap.empty() ? "identity" : "custom");
  if (!spec.charsmap.empty()) normalizer.bytes(kCharsmap, spec.charsmap);
  normalizer.varint(kDummyPrefix, spec.dummy_prefix ? 1 : 0);
  normalizer.varint(kRemoveSpaces, spec.remove_extra_whitespaces ? 1 : 0);
  normalizer.varint(kEscapeSpaces, 1);
  out.bytes(kNormalizer, normalizer.result());
  return out.result();
}

void check_sentencepiece_spec(const TokenizerSpec& spec, const std::string& origin) {
  std::unordered_set<std::string_view> seen;
  std::size_t unknown = 0, byte_pieces = 0;
  for (std::size_t i = 0; i < spec.pieces.size(); ++i) {
    const Piece& piece = spec.pieces[i];
    const auto fail = [&](const char* what) {
      throw_error<DataError>("{}: piece {} ({}) {}", origin, i, formats::printable(piece.text),
                             what);
    };
    if (piece.text.empty()) fail("is empty");
    if (piece.text.size() > kLongestPiece) fail("has more than 1024 bytes");
    if (base::find_invalid_utf8(piece.text)) fail("is not valid UTF-8");
    if (piece.text.find('\0') != std::string::npos) fail("contains a zero byte");
    if (!std::isfinite(piece.score)) fail("has a score that is no number");
    if (!seen.insert(piece.text).second) fail("stands there twice");
    if (piece.kind == PieceKind::kUnknown) ++unknown;
    if (piece.kind == PieceKind::kByte) {
      if (!parse_byte_piece(piece.text)) fail("is a byte piece but not of the form <0x0A>");
      ++byte_pieces;
    }
  }
  if (spec.pieces.empty())
    throw_error<DataError>("{}: has no pieces: it is no SentencePiece model", origin);
  if (unknown != 1)
    throw_error<DataError>("{}: has {} unknown pieces, exactly one is needed", origin, unknown);
  if (spec.byte_fallback ? byte_pieces != 256 : byte_pieces != 0) {
    throw_error<DataError>("{}: has {} byte pieces, {} are needed", origin, byte_pieces,
                           spec.byte_fallback ? 256 : 0);
  }
  check_charsmap(spec.charsmap, origin);
}

}  // namespace toolformer::text
