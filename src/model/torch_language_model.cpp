// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/torch_language_model.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "toolformer/base/error.h"
#include "toolformer/model/row_sampler.h"

namespace toolformer::model {
namespace {

/// Runs of neighbouring requests that continue the same state, within `limit` as `cost` counts. A
/// request with an empty prefix stands alone.
template <class Request, class Cost>
std::vector<std::vector<std::size_t>> group_by_state(std::span<const Request> requests,
                                                     std::size_t limit, Cost cost) {
  std::vector<std::vector<std::size_t>> groups;
  std::size_t used = 0;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const lm::Prefix& prefix = requests[i].prefix;
    const std::size_t price = cost(requests[i]);
    const bool joins = !groups.empty() && prefix.length > 0 && used + price <= limit &&
                       requests[groups.back().front()].prefix.length > 0 &&
                       requests[groups.back().front()].prefix.state == prefix.state;
    if (!joins) {
      groups.emplace_back();
      used = 0;
    }
    groups.back().push_back(i);
    used += price;
  }
  return groups;
}

}  // namespace

TorchLanguageModel::TorchLanguageModel(Transformer transformer,
                                       std::unique_ptr<text::Tokenizer> tokenizer,
                                       std::string fingerprint, BatchLimits limits)
    : transformer_(std::move(transformer)),
      tokenizer_(std::move(tokenizer)),
      fingerprint_(std::move(fingerprint)),
      limits_(limits),
      pass_(transformer_, limits.head_rows),
      ends_(tokenizer_->eos()) {
  transformer_.pack_for_inference();
}

std::size_t TorchLanguageModel::vocab_size() const {
  return static_cast<std::size_t>(transformer_.config().vocab);
}

std::size_t TorchLanguageModel::context_length() const {
  return static_cast<std::size_t>(transformer_.config().context);
}

lm::Prefix TorchLanguageModel::extend(const lm::Prefix& prefix,
                                      std::span<const lm::TokenId> tokens) {
  if (tokens.empty()) return prefix;
  check_context(transformer_.config(), prefix.length, tokens.size());
  const torch::InferenceMode inference;
  const auto length = static_cast<std::int64_t>(prefix.length);
  const auto* base = cached_state(prefix);
  ledger_.tokens_reused += prefix.length;
  auto attention = pass_.branch(base, {length}, static_cast<std::int64_t>(tokens.size()));
  RowTokens row;
  row.add(0, length, tokens);
  auto hidden = pass_.forward(row, attention, ledger_);
  if (base != nullptr) hidden = torch::cat({base->hidden.narrow(0, 0, length), hidden});
  return {attention.state_of(0, hidden), prefix.length + tokens.size()};
}

lm::Reading TorchLanguageModel::read(const lm::Prefix& prefix, std::span<const lm::TokenId> tokens,
                                     std::optional<lm::TokenId> watch) {
  const float unknown = std::numeric_limits<float>::quiet_NaN();
  lm::Reading reading;
  reading.end = extend(prefix, tokens);
  // Nothing predicts the first token of an empty prefix.
  const bool starts = prefix.length == 0;
  if (starts && !tokens.empty()) reading.token_logprobs.push_back(unknown);
  if (starts && watch) reading.watch_logprobs.push_back(unknown);
  if (reading.end.length == 0) return reading;

  const torch::InferenceMode inference;
  const auto& hidden = cached_state(reading.end)->hidden;
  const auto known = tokens.subspan(starts ? 1 : 0);
  const auto n = static_cast<std::int64_t>(known.size());
  const auto first =
      static_cast<std::int64_t>(reading.end.length) - n - 1;  // the row that predicts known[0]
  std::vector<torch::Tensor> columns = {torch::constant_pad_nd(id_tensor(known), {0, 1})};
  if (watch) columns.push_back(torch::full({n + 1}, *watch, torch::kInt64));
  const auto rows = watch ? n + 1 : n;  // behind the last token only the watched one is asked for
  if (rows == 0) return reading;
  const auto values = pass_.logprobs(hidden.narrow(0, first, rows),
                                     torch::stack(columns, 1).narrow(0, 0, rows), ledger_);
  const auto table = values.accessor<float, 2>();
  for (std::int64_t i = 0; i < n; ++i) reading.token_logprobs.push_back(table[i][0]);
  for (std::int64_t i = 0; watch && i <= n; ++i) reading.watch_logprobs.push_back(table[i][1]);
  return reading;
}

std::vector<std::vector<float>> TorchLanguageModel::score(
    std::span<const lm::ScoreRequest> requests) {
  const torch::InferenceMode inference;
  std::vector<std::vector<float>> results(requests.size());
  const auto tokens = [](const lm::ScoreRequest& request) { return request.tokens.size(); };
  for (const auto& group : group_by_state(requests, limits_.tokens, tokens))
    score_group(requests, group, results);
  return results;
}

void TorchLanguageModel::score_group(std::span<const lm::ScoreRequest> requests,
                                     const std::vector<std::size_t>& group,
                                     std::vector<std::vector<float>>& results) {
  const auto* base = cached_state(requests[group.front()].prefix);
  const auto stored = base != nullptr ? base->hidden.size(0) : 0;
  std::vector<std::int64_t> limits;
  RowTokens own;
  std::vector<std::int64_t> predictors;  // rows of [stored hidden; own hidden]
  std::vector<lm::TokenId> targets;
  for (const auto r : group) {
    const lm::ScoreRequest& request = requests[r];
    if (request.first == 0 && request.prefix.length == 0) {
      base::throw_error<base::IoError>(
          "internal: the first token of an empty prefix has no probability");
    }
    check_context(transformer_.config(), request.prefix.length, request.tokens.size());
    ledger_.tokens_reused += request.prefix.length;
    const auto length = static_cast<std::int64_t>(request.prefix.length);
    const auto begin = stored + static_cast<std::int64_t>(own.ids.size());
    for (std::size_t t = request.first; t < request.tokens.size(); ++t) {
      predictors.push_back(t == 0 ? length - 1 : begin + static_cast<std::int64_t>(t) - 1);
      targets.push_back(request.tokens[t]);
    }
    own.add(static_cast<std::int64_t>(limits.size()), length, request.tokens);
    limits.push_back(length);
  }
  if (targets.empty()) return;
  auto attention = pass_.branch(base, limits, static_cast<std::int64_t>(own.ids.size()));
  auto hidden = pass_.forward(own, attention, ledger_);
  if (base != nullptr) hidden = torch::cat({base->hidden, hidden});
  const auto where = torch::tensor(predictors, torch::kInt64).to(hidden.device());
  const auto values =
      pass_.logprobs(hidden.index_select(0, where), id_tensor(targets).unsqueeze(1), ledger_);
  const float* next = values.data_ptr<float>();
  for (const auto r : group) {
    const float* end = next + (requests[r].tokens.size() - requests[r].first);
    results[r].assign(next, end);
    next = end;
  }
}

std::vector<lm::Sampled> TorchLanguageModel::sample(std::span<const lm::SampleRequest> requests) {
  const torch::InferenceMode inference;
  std::vector<lm::Sampled> results;
  const auto one = [](const lm::SampleRequest&) { return std::size_t{1}; };
  for (const auto& group : group_by_state(requests, limits_.rows, one)) {
    std::vector<const lm::SampleRequest*> rows;
    for (const auto r : group) rows.push_back(&requests[r]);
    auto sampled = RowSampler(transformer_, pass_, ends_, std::move(rows), ledger_).run();
    std::move(sampled.begin(), sampled.end(), std::back_inserter(results));
  }
  return results;
}

}  // namespace toolformer::model
