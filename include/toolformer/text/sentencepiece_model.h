// SPDX-License-Identifier: Apache-2.0
// SentencePiece's model file (a protocol buffer, sentencepiece_model.proto), read and written by a
// walk of our own: the library is only ever given bytes that this wrote, because damaged files are
// known to crash it.
#pragma once

#include <string>
#include <string_view>

#include "toolformer/text/tokenizer_spec.h"

namespace toolformer::text {

inline constexpr std::size_t kMaxSentencePieceModel = std::size_t{64} << 20;  ///< bytes

/// Fills algorithm, pieces, the SentencePiece settings, bos, unknown, pad and the first eos.
/// `origin` stands in messages. Throws DataError for anything that is not a complete, consistent
/// BPE or unigram model.
TokenizerSpec parse_sentencepiece_model(std::string_view bytes, const std::string& origin);

/// The model file of a SentencePiece spec.
std::string serialize_sentencepiece_model(const TokenizerSpec& spec);

/// Throws DataError for a spec that the library must not be given: no or two unknown pieces, empty,
/// overlong or duplicate pieces, scores that are no numbers, missing byte pieces, a normaliser
/// table that points outside of itself.
void check_sentencepiece_spec(const TokenizerSpec& spec, const std::string& origin);

}  // namespace toolformer::text
