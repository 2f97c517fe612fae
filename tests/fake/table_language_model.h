// SPDX-License-Identifier: Apache-2.0
// The model of the unit tests: a small tokenizer that merges like BPE does, and next-token logits
// that are a fixed function of everything read so far. Any difference in the context, one token or
// its order, changes every number. `Rule`s make it behave like a model in the places a test cares
// about.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "toolformer/lm/language_model.h"

namespace toolformer::fake {

/// Bytes (ids 0..255), then pieces matched greedily, longest first, then the control tokens <s> and
/// </s>. Like BPE, the tokens of a joined text are not the joined tokens: with a piece ")]" no "]"
/// is left to wait for.
class TableTokenizer : public text::Tokenizer {
 public:
  explicit TableTokenizer(std::vector<std::string> pieces, bool adds_bos = true);

  std::vector<text::Token> encode(std::string_view text) const override;
  std::vector<text::Token> encode_continuation(std::string_view text) const override;
  std::string decode(std::span<const text::TokenId> ids) const override;
  std::size_t size() const override { return 256 + pieces_.size() + 2; }
  std::optional<text::TokenId> bos() const override { return id_of_bos(); }
  std::vector<text::TokenId> eos() const override { return {id_of_bos() + 1}; }
  bool adds_bos() const override { return adds_bos_; }
  std::optional<text::TokenId> find(std::string_view piece) const override;
  bool is_control(text::TokenId id) const override { return id >= id_of_bos(); }
  std::string fingerprint() const override { return "table-tokenizer"; }

 private:
  text::TokenId id_of_bos() const { return static_cast<text::TokenId>(256 + pieces_.size()); }

  std::vector<std::string> pieces_;
  bool adds_bos_;
};

/// Pieces that make calls with the text markers look as they do with GPT-2's vocabulary: " [",
/// ")]", " ->", ...
std::vector<std::string> call_pieces();

class TableLanguageModel : public lm::LanguageModel {
 public:
  /// Adds to the logits of the token that follows `context`, the decoded text so far (control
  /// tokens give nothing).
  using Rule = std::function<void(std::string_view context, std::span<double> logits)>;
  struct Settings {
    std::uint64_t seed = 1;
    double noise = 2.0;  ///< logits are uniform in [0, noise) before the rules
    std::size_t context_length = 4096;
    std::vector<Rule> rules;
  };
  TableLanguageModel(std::unique_ptr<text::Tokenizer> tokenizer, Settings settings);

  const text::Tokenizer& tokenizer() const override { return *tokenizer_; }
  std::size_t vocab_size() const override { return tokenizer_->size(); }
  std::size_t context_length() const override { return settings_.context_length; }
  std::string fingerprint() const override { return "table-language-model"; }
  lm::WorkCounters counters() const override { return counters_; }

  lm::Prefix extend(const lm::Prefix& prefix, std::span<const lm::TokenId> tokens) override;
  lm::Prefill prefill(const lm::Prefix& prefix, std::span<const lm::TokenId> tokens,
                      std::optional<lm::TokenId> probe) override;
  std::vector<std::vector<float>> score(std::span<const lm::ScoreRequest> requests) override;
  lm::Sampled sample_one(const lm::SampleRequest& request) override;

  /// log p of every token after this sequence: what everything above is made of, for slow reference
  /// computations.
  std::vector<double> next_logprobs(std::span<const lm::TokenId> sequence) const;

 private:
  std::vector<lm::TokenId> tokens_of(const lm::Prefix& prefix) const;
  lm::TokenId choose(const lm::SampleRequest& request, const std::vector<double>& logprobs,
                     std::size_t draw) const;

  std::unique_ptr<text::Tokenizer> tokenizer_;
  Settings settings_;
  lm::WorkCounters counters_;
};

/// A rule: after a text that ends with `suffix`, the first token of `next` gets `amount` more.
TableLanguageModel::Rule boost_after(const text::Tokenizer& tokenizer, std::string suffix,
                                     std::string_view next, double amount);

}  // namespace toolformer::fake
