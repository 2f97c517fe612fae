// SPDX-License-Identifier: Apache-2.0
// What Toolformer asks of a language model, and nothing else: prefill a text (probabilities of its
// tokens, and everywhere in it of one probe token, the one that opens a call), score given
// continuations, sample continuations. All from shared, immutable caches of keys and values, so
// that what stands before a branch is computed once. No torch here: only ids and one float per
// token cross. Everything is a pure function of its arguments: batch size, order and threads change
// no result.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "toolformer/base/random.h"
#include "toolformer/lm/sampling.h"
#include "toolformer/text/tokenizer.h"

namespace toolformer::lm {

using text::TokenId;

/// The keys and values of a token sequence. Immutable; branches share it.
class KvCache {
 public:
  virtual ~KvCache() = default;
  virtual std::size_t size() const = 0;  ///< tokens
};

/// The first `length` tokens of what a cache holds: a sequence that can be continued. A default
/// Prefix is the empty sequence.
struct Prefix {
  std::shared_ptr<const KvCache> cache;
  std::size_t length = 0;
};

/// Log-probabilities (natural, of the softmax over the whole vocabulary) along a text that went
/// through the model as a whole.
struct Prefill {
  Prefix end;                         ///< the prefix and the tokens of the text
  std::vector<float> token_logprobs;  ///< [n] log p(tokens[i] | prefix, tokens[0..i)); NaN at 0
                                      ///< after an empty prefix
  std::vector<float> probe_logprobs;  ///< [n + 1] log p(probe | prefix, tokens[0..i)), likewise;
                                      ///< empty if none asked
};

/// log p of tokens[first..] after prefix + tokens[0..first). `first` >= 1 unless the prefix is not
/// empty.
struct ScoreRequest {
  Prefix prefix;
  std::vector<TokenId> tokens;
  std::size_t first = 0;
};

struct SampleRequest {
  Prefix prefix;
  std::vector<TokenId>
      forced_tokens;  ///< given before sampling begins; may be empty if the prefix is not
  SamplingOptions sampling;
  CallRule call;
  base::KeyedRandom random{0, {}};  ///< token t is drawn with random.uniform(t)
  std::size_t max_tokens = 0;
  /// Called after every token with all tokens sampled so far; true ends the sample (the last
  /// token included).
  std::function<bool(std::span<const TokenId>)> stop;
  bool keep_cache =
      false;  ///< fill Sampled::end, to go on from there without computing a token twice
};

struct Sampled {
  enum class Reason {
    kStop,
    kEnd,
    kLength
  };  ///< the callback; an end-of-text token; max_tokens or the context's end
  std::vector<TokenId> tokens;  ///< without the end-of-text token
  std::vector<float> logprobs;  ///< [tokens] of each sampled token, before temperature and cuts
  Reason reason = Reason::kLength;
  Prefix end;  ///< prefix + forced tokens + tokens, if keep_cache
};

/// Samples many requests together, each until it ends. Who holds it owns the loop: add requests
/// while there is room, step, take what ended. Between two steps the model may be used for anything
/// else. For one thread at a time.
class Sampler {
 public:
  using Ended = std::pair<std::size_t, Sampled>;  ///< the request's key, and what it led to
  virtual ~Sampler() = default;
  /// Whether it holds fewer requests than it samples together. Further ones may be added all the
  /// same; they wait for a place.
  virtual bool has_room() const = 0;
  virtual bool empty() const = 0;  ///< whether all that were added have ended
  /// `key` is the caller's own, to tell the answers by.
  virtual void add(std::size_t key, SampleRequest request) = 0;
  /// Samples the next tokens and returns what has ended; nothing when empty.
  virtual std::vector<Ended> step() = 0;
};

/// Work done so far, counted: what speed claims and tests are made of.
struct WorkCounters {
  std::uint64_t tokens_forwarded = 0;  ///< token positions that went through the layers
  std::uint64_t tokens_reused =
      0;  ///< positions attended to in a cache instead of being computed again
  std::uint64_t lm_head_rows = 0;  ///< hidden states whose logits were computed

  /// What was done since they were read earlier, under the names of a summary:
  /// "work.tokens_forwarded", "work.tokens_reused", "work.head_rows".
  std::map<std::string, std::int64_t> since(const WorkCounters& earlier) const;
};

class LanguageModel {
 public:
  virtual ~LanguageModel() = default;

  virtual const text::Tokenizer& tokenizer() const = 0;
  virtual std::size_t vocab_size() const = 0;
  virtual std::size_t context_length() const = 0;  ///< tokens a sequence may hold
  virtual std::string fingerprint() const = 0;     ///< SHA-256 of weights and configuration
  virtual WorkCounters counters() const = 0;

  /// prefix + tokens, cached.
  virtual Prefix extend(const Prefix& prefix, std::span<const TokenId> tokens) = 0;
  virtual Prefill prefill(const Prefix& prefix, std::span<const TokenId> tokens,
                          std::optional<TokenId> probe) = 0;
  /// One vector [tokens.size() - first] per request, in their order. Tokens that the cache behind a
  /// prefix holds already are not computed again.
  virtual std::vector<std::vector<float>> score(std::span<const ScoreRequest> requests) = 0;
  /// A sampler of its own for whoever asks; the model must outlive it. A model has this or
  /// sample_one(): what it leaves as it is here is made of the other, one request after the other.
  virtual std::unique_ptr<Sampler> sampler();
  virtual Sampled sample_one(const SampleRequest& request);

  /// Calls `work` on every worker thread of the model at once and returns when all calls have; the
  /// first exception is thrown again. Each call is to take pieces of work from a list that they
  /// share, and to use the model for them. Without workers: one call, by the caller.
  virtual void each_worker(const std::function<void()>& work) { work(); }

  /// One continuation per request, in their order.
  std::vector<Sampled> sample(std::span<const SampleRequest> requests);
};

}  // namespace toolformer::lm
