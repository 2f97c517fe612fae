// SPDX-License-Identifier: Apache-2.0
// SentencePiece (BPE or unigram) through its library.
#pragma once

#include <memory>
#include <string>

#include "toolformer/text/vocabulary_tokenizer.h"

namespace sentencepiece {
class SentencePieceProcessor;
}

namespace toolformer::text {

/// A literal "▁" (U+2581) in text gets the ids of a space, as in every SentencePiece
/// implementation.
class SentencePieceTokenizer : public VocabularyTokenizer {
 public:
  SentencePieceTokenizer(TokenizerSpec spec, const std::string& origin);
  ~SentencePieceTokenizer() override;

  std::vector<Token> encode(std::string_view text) const override;
  std::vector<Token> encode_continuation(std::string_view text) const override;

 private:
  std::vector<Token> run(const sentencepiece::SentencePieceProcessor& processor,
                         std::string_view text) const;
  void spread_byte_pieces(std::vector<Token>& tokens) const;

  std::unique_ptr<sentencepiece::SentencePieceProcessor> processor_;
  std::unique_ptr<sentencepiece::SentencePieceProcessor>
      continuation_;  // null: the same as processor_
};

}  // namespace toolformer::text
