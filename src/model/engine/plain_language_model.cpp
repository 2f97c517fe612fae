// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/engine/plain_language_model.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "toolformer/model/engine/forward_pass.h"
#include "toolformer/model/engine/next_token.h"

namespace toolformer::model {
namespace {

struct TokenCache : lm::KvCache {
  std::vector<lm::TokenId> ids;
  std::size_t size() const override { return ids.size(); }
};

std::vector<lm::TokenId> sequence(const lm::Prefix& prefix, std::span<const lm::TokenId> tokens) {
  std::vector<lm::TokenId> ids;
  if (prefix.length > 0) {
    const auto& stored = dynamic_cast<const TokenCache&>(*prefix.cache).ids;
    ids.assign(stored.begin(), stored.begin() + static_cast<std::ptrdiff_t>(prefix.length));
  }
  ids.insert(ids.end(), tokens.begin(), tokens.end());
  return ids;
}

lm::Prefix store(std::vector<lm::TokenId> ids) {
  auto cache = std::make_shared<TokenCache>();
  cache->ids = std::move(ids);
  const auto length = cache->ids.size();
  return {std::move(cache), length};
}

}  // namespace

PlainLanguageModel::PlainLanguageModel(Transformer transformer,
                                       std::unique_ptr<text::Tokenizer> tokenizer,
                                       std::string fingerprint)
    : transformer_(std::move(transformer)),
      tokenizer_(std::move(tokenizer)),
      fingerprint_(std::move(fingerprint)) {}

std::size_t PlainLanguageModel::vocab_size() const {
  return static_cast<std::size_t>(transformer_.config().vocab);
}

std::size_t PlainLanguageModel::context_length() const {
  return static_cast<std::size_t>(transformer_.config().context);
}

torch::Tensor PlainLanguageModel::logits(const std::vector<lm::TokenId>& ids) {
  const torch::InferenceMode inference;
  check_context(transformer_.config(), 0, ids.size());
  const auto n = static_cast<std::int64_t>(ids.size());
  counters_.tokens_forwarded += ids.size();
  counters_.lm_head_rows += ids.size();
  PackedAttention attention({n});
  const auto device = transformer_.device();
  const auto hidden =
      transformer_.forward(id_tensor(ids).to(device), torch::arange(n).to(device), attention);
  return transformer_.logits(hidden).to(torch::kFloat32).cpu();
}

lm::Prefix PlainLanguageModel::extend(const lm::Prefix& prefix,
                                      std::span<const lm::TokenId> tokens) {
  auto ids = sequence(prefix, tokens);
  check_context(transformer_.config(), 0, ids.size());
  return ids.empty() ? lm::Prefix{} : store(std::move(ids));
}

lm::Prefill PlainLanguageModel::prefill(const lm::Prefix& prefix,
                                        std::span<const lm::TokenId> tokens,
                                        std::optional<lm::TokenId> probe) {
  lm::Prefill result;
  const auto ids = sequence(prefix, tokens);
  const auto logprobs = ids.empty() ? torch::Tensor() : torch::log_softmax(logits(ids), 1);
  const auto at = [&](std::size_t position, lm::TokenId id) {
    if (position == 0) return std::numeric_limits<float>::quiet_NaN();
    return logprobs[static_cast<std::int64_t>(position) - 1][id].item<float>();
  };
  for (std::size_t i = prefix.length; i < ids.size(); ++i)
    result.token_logprobs.push_back(at(i, ids[i]));
  for (std::size_t i = prefix.length; probe && i <= ids.size(); ++i)
    result.probe_logprobs.push_back(at(i, *probe));
  if (!ids.empty()) result.end = store(ids);
  return result;
}

std::vector<std::vector<float>> PlainLanguageModel::score(
    std::span<const lm::ScoreRequest> requests) {
  std::vector<std::vector<float>> results;
  for (const auto& request : requests) {
    const auto all = prefill(request.prefix, request.tokens, std::nullopt).token_logprobs;
    results.emplace_back(all.begin() + static_cast<std::ptrdiff_t>(request.first), all.end());
  }
  return results;
}

lm::Sampled PlainLanguageModel::sample_one(const lm::SampleRequest& request) {
  lm::Sampled sampled;
  const auto ends = tokenizer_->eos();
  auto ids = sequence(request.prefix, request.forced_tokens);
  while (sampled.tokens.size() < request.max_tokens && ids.size() < context_length()) {
    const double uniform = request.random.uniform(sampled.tokens.size());
    const auto last = logits(ids).slice(0, -1);
    const auto next = choose_next(last, {{0, request.sampling, request.call, uniform}}).front();
    if (std::find(ends.begin(), ends.end(), next.id) != ends.end()) {
      sampled.reason = lm::Sampled::Reason::kEnd;
      break;
    }
    ids.push_back(next.id);
    sampled.tokens.push_back(next.id);
    sampled.logprobs.push_back(next.logprob);
    if (request.stop && request.stop(sampled.tokens)) {
      sampled.reason = lm::Sampled::Reason::kStop;
      break;
    }
  }
  if (request.keep_cache) sampled.end = store(std::move(ids));
  return sampled;
}

}  // namespace toolformer::model
