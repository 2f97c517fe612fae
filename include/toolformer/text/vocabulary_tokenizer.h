// SPDX-License-Identifier: Apache-2.0
// What every tokenizer with a vocabulary answers from its specification alone.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "toolformer/text/tokenizer.h"
#include "toolformer/text/tokenizer_spec.h"
#include "toolformer/text/vocabulary.h"

namespace toolformer::text {

class VocabularyTokenizer : public Tokenizer {
 public:
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

 protected:
  VocabularyTokenizer(TokenizerSpec spec, const std::string& origin)
      : spec_(std::move(spec)), vocabulary_(spec_, origin), fingerprint_(fingerprint_of(spec_)) {}

  TokenizerSpec spec_;
  Vocabulary vocabulary_;

 private:
  std::string fingerprint_;
};

}  // namespace toolformer::text
