// SPDX-License-Identifier: Apache-2.0
#include "fake/table_language_model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

namespace toolformer::fake {
namespace {

using lm::TokenId;

constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();

struct TableState : lm::KvCache {
  std::vector<TokenId> tokens;
  std::size_t size() const override { return tokens.size(); }
};

/// The finaliser of splitmix64: one flipped bit in changes half of the bits out.
std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

std::size_t index(TokenId id) {
  return static_cast<std::size_t>(id);
}

/// Ids by decreasing probability, ties by id.
std::vector<TokenId> ranking(const std::vector<double>& logprobs) {
  std::vector<TokenId> ids(logprobs.size());
  std::iota(ids.begin(), ids.end(), 0);
  std::stable_sort(ids.begin(), ids.end(),
                   [&](TokenId a, TokenId b) { return logprobs[index(a)] > logprobs[index(b)]; });
  return ids;
}

}  // namespace

TableTokenizer::TableTokenizer(std::vector<std::string> pieces, bool adds_bos)
    : pieces_(std::move(pieces)), adds_bos_(adds_bos) {}

std::vector<text::Token> TableTokenizer::encode(std::string_view text) const {
  std::vector<text::Token> tokens;
  for (std::size_t at = 0; at < text.size();) {
    text::Token token{static_cast<unsigned char>(text[at]), at, at + 1};
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
      const bool longer = pieces_[i].size() > token.end - token.begin;
      if (longer && text.substr(at).starts_with(pieces_[i])) {
        token = {static_cast<TokenId>(256 + i), at, at + pieces_[i].size()};
      }
    }
    tokens.push_back(token);
    at = token.end;
  }
  return tokens;
}

std::vector<text::Token> TableTokenizer::encode_continuation(std::string_view text) const {
  return encode(text);
}

std::string TableTokenizer::decode(std::span<const TokenId> ids) const {
  std::string text;
  for (const TokenId id : ids) {
    if (id < 256) {
      text.push_back(static_cast<char>(id));
    } else if (!is_control(id)) {
      text += pieces_[index(id) - 256];
    }
  }
  return text;
}

std::optional<TokenId> TableTokenizer::find(std::string_view piece) const {
  if (piece == "<s>") return id_of_bos();
  if (piece == "</s>") return id_of_bos() + 1;
  if (piece.size() == 1) return static_cast<unsigned char>(piece.front());
  const auto found = std::find(pieces_.begin(), pieces_.end(), piece);
  if (found == pieces_.end()) return std::nullopt;
  return static_cast<TokenId>(256 + (found - pieces_.begin()));
}

std::vector<std::string> call_pieces() {
  return {" [", ")]", " ->", ".]", "Calculator", "Calendar", "WikiSearch", "()", "\n\n", ", "};
}

TableLanguageModel::TableLanguageModel(std::unique_ptr<text::Tokenizer> tokenizer,
                                       Settings settings)
    : tokenizer_(std::move(tokenizer)), settings_(std::move(settings)) {}

std::vector<double> TableLanguageModel::next_logprobs(std::span<const TokenId> sequence) const {
  std::uint64_t hash = mix(settings_.seed);
  for (const TokenId id : sequence) hash = mix(hash ^ mix(static_cast<std::uint64_t>(id)));
  std::vector<double> logits(vocab_size());
  for (std::size_t v = 0; v < logits.size(); ++v) {
    const double uniform = static_cast<double>(mix(hash + v) >> 11U) * 0x1p-53;
    logits[v] = settings_.noise * uniform;
  }
  const std::string context = tokenizer_->decode(sequence);
  for (const Rule& rule : settings_.rules) rule(context, logits);
  const double top = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const double logit : logits) sum += std::exp(logit - top);
  for (double& logit : logits) logit -= top + std::log(sum);
  return logits;
}

std::vector<TokenId> TableLanguageModel::tokens_of(const lm::Prefix& prefix) const {
  if (prefix.length == 0) return {};
  const auto& tokens = dynamic_cast<const TableState&>(*prefix.cache).tokens;
  if (prefix.length > tokens.size()) throw std::logic_error("prefix longer than its state");
  return {tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(prefix.length)};
}

lm::Prefix TableLanguageModel::extend(const lm::Prefix& prefix, std::span<const TokenId> tokens) {
  auto state = std::make_shared<TableState>();
  state->tokens = tokens_of(prefix);
  state->tokens.insert(state->tokens.end(), tokens.begin(), tokens.end());
  if (state->tokens.size() > context_length()) throw std::logic_error("longer than the context");
  counters_.tokens_forwarded += tokens.size();
  counters_.tokens_reused += prefix.length;
  const std::size_t length = state->tokens.size();
  return {std::move(state), length};
}

lm::Prefill TableLanguageModel::prefill(const lm::Prefix& prefix, std::span<const TokenId> tokens,
                                        std::optional<TokenId> probe) {
  lm::Prefill result;
  result.end = extend(prefix, tokens);
  const std::vector<TokenId> all = tokens_of(result.end);
  for (std::size_t i = 0; i <= tokens.size(); ++i) {
    const std::size_t length = prefix.length + i;
    std::vector<double> logprobs;
    if (length > 0) {
      logprobs = next_logprobs(std::span(all).first(length));
      ++counters_.lm_head_rows;
    }
    const auto at = [&](TokenId id) {
      return logprobs.empty() ? kUnknown : static_cast<float>(logprobs[index(id)]);
    };
    if (i < tokens.size()) result.token_logprobs.push_back(at(tokens[i]));
    if (probe) result.probe_logprobs.push_back(at(*probe));
  }
  return result;
}

std::vector<std::vector<float>> TableLanguageModel::score(
    std::span<const lm::ScoreRequest> requests) {
  std::vector<std::vector<float>> results;
  for (const lm::ScoreRequest& request : requests) {
    if (request.prefix.length == 0 && request.first == 0)
      throw std::logic_error("nothing before the first token");
    const std::vector<TokenId> all = tokens_of(extend(request.prefix, request.tokens));
    std::vector<float> values;
    for (std::size_t t = request.first; t < request.tokens.size(); ++t) {
      const auto logprobs = next_logprobs(std::span(all).first(request.prefix.length + t));
      values.push_back(static_cast<float>(logprobs[index(request.tokens[t])]));
      ++counters_.lm_head_rows;
    }
    results.push_back(std::move(values));
  }
  return results;
}

TokenId TableLanguageModel::choose(const lm::SampleRequest& request,
                                   const std::vector<double>& logprobs, std::size_t draw) const {
  std::vector<TokenId> ids = ranking(logprobs);
  if (request.call.open) {
    const auto open = std::find(ids.begin(), ids.end(), *request.call.open);
    if (static_cast<std::size_t>(open - ids.begin()) < request.call.top_k) return *open;
    if (request.call.top_k == 0) ids.erase(open);
  }
  const lm::SamplingOptions& sampling = request.sampling;
  if (sampling.temperature == 0) return ids.front();
  if (sampling.top_k > 0 && sampling.top_k < ids.size()) ids.resize(sampling.top_k);
  std::vector<double> weights;
  for (const TokenId id : ids)
    weights.push_back(std::exp(logprobs[index(id)] / sampling.temperature));
  const double all = std::accumulate(weights.begin(), weights.end(), 0.0);
  double kept = 0;
  std::size_t count = 0;
  while (count < weights.size() && kept < sampling.top_p * all) kept += weights[count++];
  double rest = request.random.uniform(draw) * kept;
  for (std::size_t i = 0; i + 1 < count; ++i) {
    if (rest < weights[i]) return ids[i];
    rest -= weights[i];
  }
  return ids[count - 1];
}

lm::Sampled TableLanguageModel::sample_one(const lm::SampleRequest& request) {
  std::vector<TokenId> all = tokens_of(extend(request.prefix, request.forced_tokens));
  if (all.empty()) throw std::logic_error("nothing before the first sampled token");
  const std::vector<TokenId> ends = tokenizer_->eos();
  lm::Sampled sampled;
  while (sampled.tokens.size() < request.max_tokens && all.size() < context_length()) {
    const std::vector<double> logprobs = next_logprobs(all);
    const TokenId next = choose(request, logprobs, sampled.tokens.size());
    ++counters_.lm_head_rows;
    if (std::find(ends.begin(), ends.end(), next) != ends.end()) {
      sampled.reason = lm::Sampled::Reason::kEnd;
      break;
    }
    sampled.tokens.push_back(next);
    sampled.logprobs.push_back(static_cast<float>(logprobs[index(next)]));
    all.push_back(next);
    ++counters_.tokens_forwarded;
    if (request.stop && request.stop(sampled.tokens)) {
      sampled.reason = lm::Sampled::Reason::kStop;
      break;
    }
  }
  if (request.keep_cache) sampled.end = extend({}, all);
  return sampled;
}

TableLanguageModel::Rule boost_after(const text::Tokenizer& tokenizer, std::string suffix,
                                     std::string_view next, double amount) {
  const std::vector<TokenId> ids = tokenizer.continuation_ids(next);
  return [suffix = std::move(suffix), first = ids.at(0), amount](std::string_view context,
                                                                 std::span<double> logits) {
    if (context.ends_with(suffix)) logits[index(first)] += amount;
  };
}

}  // namespace toolformer::fake
