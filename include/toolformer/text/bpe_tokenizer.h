// SPDX-License-Identifier: Apache-2.0
// Byte-pair encoding as Hugging Face's tokenizers run it: user-defined pieces, normaliser,
// pre-tokenizer, merges.
#pragma once

#include <string>
#include <unordered_map>

#include "toolformer/text/bpe_merger.h"
#include "toolformer/text/normalizer.h"
#include "toolformer/text/piece_matcher.h"
#include "toolformer/text/pre_tokenizer.h"
#include "toolformer/text/vocabulary_tokenizer.h"

namespace toolformer::text {

class BpeTokenizer : public VocabularyTokenizer {
 public:
  BpeTokenizer(TokenizerSpec spec, const std::string& origin);

  std::vector<Token> encode(std::string_view text) const override;
  std::vector<Token> encode_continuation(std::string_view text) const override;

 private:
  class Encoding;  // one text on its way

  Normalizer normalizer_;
  PreTokenizer pre_tokenizer_;
  BpeMerger merger_;
  PieceMatcher raw_matcher_, normalized_matcher_;
  std::array<std::optional<TokenId>, 256>
      byte_ids_;  // of single bytes: alphabet (byte-level) or <0xXX> pieces
};

}  // namespace toolformer::text
