// SPDX-License-Identifier: Apache-2.0
// SentencePiece (BPE or unigram) through its library.
#pragma once

#include <memory>
#include <string>

#include "toolformer/text/tokenizer.h"
#include "toolformer/text/tokenizer_spec.h"
#include "toolformer/text/vocabulary.h"

namespace sentencepiece {
class SentencePieceProcessor;
}

namespace toolformer::text {

/// A literal "▁" (U+2581) in text gets the ids of a space, as in every SentencePiece
/// implementation.
class SentencePieceTokenizer : public Tokenizer {
 public:
  SentencePieceTokenizer(TokenizerSpec spec, const std::string& origin);
  ~SentencePieceTokenizer() override;

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
  std::vector<Token> run(const sentencepiece::SentencePieceProcessor& processor,
                         std::string_view text) const;
  void spread_byte_pieces(std::vector<Token>& tokens) const;

  TokenizerSpec spec_;
  Vocabulary vocabulary_;
  std::unique_ptr<sentencepiece::SentencePieceProcessor> processor_;
  std::unique_ptr<sentencepiece::SentencePieceProcessor>
      continuation_;  // null: the same as processor_
  std::string fingerprint_;
};

}  // namespace toolformer::text
