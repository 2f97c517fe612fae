// SPDX-License-Identifier: Apache-2.0
// The language model of the stages, on a Transformer with stored keys and values: what stands
// before a branch is computed once, and branches of all documents run together. On the CPU in
// float32 no result depends on what else is in a pass. README.md in src/model/engine/ draws how.
#pragma once

#include <torch/torch.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "toolformer/lm/language_model.h"
#include "toolformer/model/engine/forward_pass.h"
#include "toolformer/model/network/transformer.h"

namespace toolformer::model {

/// The weights that samples are drawn with; everything that is scored is computed with the model's
/// own.
enum class SampleWeights { kOwn, kInt8 };

struct EngineSettings {
  std::size_t sequences = 64;      ///< continuations sampled together
  std::size_t score_tokens = 512;  ///< tokens of a scoring pass, about
  std::int64_t lm_head_rows = 64;  ///< rows of logits held at once
  std::size_t workers = 1;         ///< threads of each_worker()
  SampleWeights sample_weights = SampleWeights::kOwn;
};

/// All functions may be called by several threads at once.
class TorchLanguageModel : public lm::LanguageModel {
 public:
  TorchLanguageModel(Transformer transformer, std::unique_ptr<text::Tokenizer> tokenizer,
                     std::string fingerprint, EngineSettings settings = {});
  TorchLanguageModel(const TorchLanguageModel&) = delete;
  TorchLanguageModel& operator=(const TorchLanguageModel&) = delete;

  const text::Tokenizer& tokenizer() const override { return *tokenizer_; }
  std::size_t vocab_size() const override;
  std::size_t context_length() const override;
  std::string fingerprint() const override { return fingerprint_; }
  lm::WorkCounters counters() const override;

  lm::Prefix extend(const lm::Prefix& prefix, std::span<const lm::TokenId> tokens) override;
  lm::Prefill prefill(const lm::Prefix& prefix, std::span<const lm::TokenId> tokens,
                      std::optional<lm::TokenId> probe) override;
  std::vector<std::vector<float>> score(std::span<const lm::ScoreRequest> requests) override;
  std::unique_ptr<lm::Sampler> sampler() override;
  void each_worker(const std::function<void()>& work) override;

 private:
  struct Extended {
    lm::Prefix end;
    torch::Tensor hidden;  // [tokens, C] of the tokens that were added
  };
  Extended extend_with_hidden(const lm::Prefix& prefix, std::span<const lm::TokenId> tokens) const;

  Transformer transformer_;
  std::unique_ptr<text::Tokenizer> tokenizer_;
  std::string fingerprint_;
  EngineSettings settings_;
  ForwardPass pass_;
  // With other weights for sampling: the same model with these.
  std::optional<Transformer> sampling_transformer_;
  std::optional<ForwardPass> sampling_pass_;
  std::vector<lm::TokenId> ends_;
  mutable lm::WorkCounters counters_;  // by all threads, see ForwardPass
};

}  // namespace toolformer::model
