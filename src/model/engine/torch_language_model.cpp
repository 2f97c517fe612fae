// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/engine/torch_language_model.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <numeric>
#include <tuple>
#include <utility>

#include "toolformer/base/error.h"
#include "toolformer/model/cpu/worker_threads.h"
#include "toolformer/model/engine/continuous_batcher.h"
#include "toolformer/model/engine/score_pass.h"

namespace toolformer::model {
namespace {

void check(const ModelConfig& config, const lm::ScoreRequest& request) {
  if (request.first == 0 && request.prefix.length == 0)
    base::throw_error<base::IoError>(
        "internal: the first token of an empty prefix has no probability");
  check_context(config, request.prefix.length, request.tokens.size());
}

/// Indices of the requests: those behind prefixes of one length follow each other, by their tokens,
/// so that one that is the beginning of others stands before them.
std::vector<std::size_t> alike_together(std::span<const lm::ScoreRequest> requests) {
  std::vector<std::size_t> order(requests.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::tie(requests[a].prefix.length, requests[a].tokens) <
           std::tie(requests[b].prefix.length, requests[b].tokens);
  });
  return order;
}

}  // namespace

TorchLanguageModel::TorchLanguageModel(Transformer transformer,
                                       std::unique_ptr<text::Tokenizer> tokenizer,
                                       std::string fingerprint, EngineSettings settings)
    : transformer_(std::move(transformer)),
      tokenizer_(std::move(tokenizer)),
      fingerprint_(std::move(fingerprint)),
      settings_(settings),
      pass_(transformer_, settings.lm_head_rows),
      ends_(tokenizer_->eos()) {
  if (settings.sample_weights == SampleWeights::kInt8) {
    sampling_transformer_ = transformer_.with_int8_weights();
    sampling_pass_.emplace(*sampling_transformer_, settings.lm_head_rows);
  }
  transformer_.pack_for_inference();
}

lm::WorkCounters TorchLanguageModel::counters() const {
  const auto now = [](std::uint64_t& counter) { return std::atomic_ref(counter).load(); };
  return {now(counters_.tokens_forwarded), now(counters_.tokens_reused),
          now(counters_.lm_head_rows)};
}

std::size_t TorchLanguageModel::vocab_size() const {
  return static_cast<std::size_t>(transformer_.config().vocab);
}

std::size_t TorchLanguageModel::context_length() const {
  return static_cast<std::size_t>(transformer_.config().context);
}

TorchLanguageModel::Extended TorchLanguageModel::extend_with_hidden(
    const lm::Prefix& prefix, std::span<const lm::TokenId> tokens) const {
  check_context(transformer_.config(), prefix.length, tokens.size());
  TokenTreeBatch branches{.prefix = prefix};
  branches.tokens.add(lm::TokenTree::kRoot, tokens);
  TokenTreeBatch* tree = &branches;
  auto hidden = pass_.forward({&tree, 1}, counters_);
  const auto last = static_cast<lm::TokenTree::Node>(tokens.size() - 1);
  return {{make_segment(branches, last, hidden), prefix.length + tokens.size()}, hidden};
}

lm::Prefix TorchLanguageModel::extend(const lm::Prefix& prefix,
                                      std::span<const lm::TokenId> tokens) {
  const torch::InferenceMode inference;
  return tokens.empty() ? prefix : extend_with_hidden(prefix, tokens).end;
}

lm::Prefill TorchLanguageModel::prefill(const lm::Prefix& prefix,
                                        std::span<const lm::TokenId> tokens,
                                        std::optional<lm::TokenId> probe) {
  const torch::InferenceMode inference;
  const float unknown = std::numeric_limits<float>::quiet_NaN();
  lm::Prefill result{.end = prefix, .token_logprobs = {}, .probe_logprobs = {}};
  // Nothing predicts the first token of an empty prefix.
  const bool starts = prefix.length == 0;
  if (starts && !tokens.empty()) result.token_logprobs.push_back(unknown);
  if (starts && probe) result.probe_logprobs.push_back(unknown);
  std::vector<torch::Tensor> rows;  // that predict the tokens, and what comes behind the last
  if (!starts) rows.push_back(last_hidden(prefix).unsqueeze(0));
  if (!tokens.empty()) {
    auto [end, hidden] = extend_with_hidden(prefix, tokens);
    result.end = std::move(end);
    rows.push_back(std::move(hidden));
  }
  const auto known = tokens.subspan(starts && !tokens.empty() ? 1 : 0);
  const auto n = static_cast<std::int64_t>(known.size());
  const auto asked = probe ? n + 1 : n;  // behind the last token only the probe is asked for
  if (rows.empty() || asked == 0) return result;
  std::vector<torch::Tensor> columns = {torch::constant_pad_nd(id_tensor(known), {0, 1})};
  if (probe) columns.push_back(torch::full({n + 1}, *probe, torch::kInt64));
  const auto values = pass_.logprobs(torch::cat(rows).narrow(0, 0, asked),
                                     torch::stack(columns, 1).narrow(0, 0, asked), counters_);
  const auto table = values.accessor<float, 2>();
  for (std::int64_t i = 0; i < n; ++i) result.token_logprobs.push_back(table[i][0]);
  for (std::int64_t i = 0; probe && i <= n; ++i) result.probe_logprobs.push_back(table[i][1]);
  return result;
}

std::vector<std::vector<float>> TorchLanguageModel::score(
    std::span<const lm::ScoreRequest> requests) {
  const torch::InferenceMode inference;
  std::vector<std::vector<float>> results(requests.size());
  ScorePass next;
  for (const std::size_t r : alike_together(requests)) {
    check(transformer_.config(), requests[r]);
    if (next.tokens() >= settings_.score_tokens && !next.continues(requests[r]))
      std::exchange(next, {}).run(pass_, counters_);
    next.add(requests[r], results[r]);
  }
  next.run(pass_, counters_);
  return results;
}

std::unique_ptr<lm::Sampler> TorchLanguageModel::sampler() {
  return std::make_unique<ContinuousBatcher>(
      sampling_transformer_ ? *sampling_transformer_ : transformer_,
      sampling_pass_ ? *sampling_pass_ : pass_, ends_, settings_.sequences, counters_);
}

void TorchLanguageModel::each_worker(const std::function<void()>& work) {
  run_workers(settings_.workers, work);
}

}  // namespace toolformer::model
