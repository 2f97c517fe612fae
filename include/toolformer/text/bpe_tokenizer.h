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
#include "toolformer/text/tokenizer.h"
#include "toolformer/text/tokenizer_spec.h"
#include "toolformer/text/vocabulary.h"

namespace toolformer::text {

class BpeTokenizer : public Tokenizer {
 public:
  BpeTokenizer(TokenizerSpec spec, const std::string& origin);

  std::vector<Token> encode(std::string_view text) const override;
  std::vector<Token> encode_continuation(std::string_view text) const override;
  std::string decode(std::span<const TokenId> ids) const override {
    return vocabulary_.decode(ids);
  }
  std::size_t size() const override { return vocabulary_.size(); }
  std::optional<TokenId> bos() const override { return spec_.bos; }
  std::vector<TokenId> eos() const override { return spec_.eos; }
  bool adds_bos() const override { return spec_.adds_bos; }
  std::optional<TokenId> find(std::string_view piece) const override {
    return vocabulary_.find(piece);
  }
  bool is_control(TokenId id) const override { return vocabulary_.is_control(id); }
  std::string fingerprint() const override { return fingerprint_; }
  const TokenizerSpec* spec() const override { return &spec_; }

 private:
  class Encoding;  // one text on its way

  TokenizerSpec spec_;
  Vocabulary vocabulary_;
  Normalizer normalizer_;
  PreTokenizer pre_tokenizer_;
  BpeMerger merger_;
  PieceMatcher raw_matcher_, normalized_matcher_;
  std::array<std::optional<TokenId>, 256>
      byte_ids_;  // of single bytes: alphabet (byte-level) or <0xXX> pieces
  std::string fingerprint_;
};

}  // namespace toolformer::text
