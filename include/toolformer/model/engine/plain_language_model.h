// SPDX-License-Identifier: Apache-2.0
// The slow, obviously correct language model: every question is answered by a forward pass over the
// whole sequence, one sequence at a time, nothing is stored but the tokens. Faster models are
// tested against it.
#pragma once

#include <torch/torch.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "toolformer/lm/language_model.h"
#include "toolformer/model/network/transformer.h"

namespace toolformer::model {

class PlainLanguageModel : public lm::LanguageModel {
 public:
  PlainLanguageModel(Transformer transformer, std::unique_ptr<text::Tokenizer> tokenizer,
                     std::string fingerprint);

  const text::Tokenizer& tokenizer() const override { return *tokenizer_; }
  std::size_t vocab_size() const override;
  std::size_t context_length() const override;
  std::string fingerprint() const override { return fingerprint_; }
  lm::WorkCounters counters() const override { return counters_; }

  lm::Prefix extend(const lm::Prefix& prefix, std::span<const lm::TokenId> tokens) override;
  lm::Prefill prefill(const lm::Prefix& prefix, std::span<const lm::TokenId> tokens,
                      std::optional<lm::TokenId> probe) override;
  std::vector<std::vector<float>> score(std::span<const lm::ScoreRequest> requests) override;
  lm::Sampled sample_one(const lm::SampleRequest& request) override;

 private:
  /// ids -> logits [ids, vocab] of the whole sequence.
  torch::Tensor logits(const std::vector<lm::TokenId>& ids);

  Transformer transformer_;
  std::unique_ptr<text::Tokenizer> tokenizer_;
  std::string fingerprint_;
  lm::WorkCounters counters_;
};

}  // namespace toolformer::model
