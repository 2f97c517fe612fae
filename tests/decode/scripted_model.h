// SPDX-License-Identifier: Apache-2.0
// A language model that follows a script: what it would say next is looked up by how the text so
// far ends. It notes every request and every token that is computed a second time.
#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "toolformer/lm/language_model.h"

namespace toolformer::fake {

using text::TokenId;

/// Pieces matched longest first; the first `controls` of them are control tokens, piece 0 ends a
/// text.
class PieceTokenizer : public text::Tokenizer {
 public:
  PieceTokenizer(std::vector<std::string> pieces, std::size_t controls)
      : pieces_(std::move(pieces)), controls_(controls) {}

  std::vector<text::Token> encode(std::string_view text) const override {
    std::vector<text::Token> tokens;
    for (std::size_t at = 0; at < text.size();) {
      std::size_t best = 0;
      for (std::size_t i = controls_; i < pieces_.size(); ++i) {
        const bool longer = best == 0 || pieces_[i].size() > pieces_[best].size();
        if (longer && text.substr(at).starts_with(pieces_[i])) best = i;
      }
      if (best == 0) throw std::out_of_range("no piece for: " + std::string(text.substr(at)));
      tokens.push_back({static_cast<TokenId>(best), at, at + pieces_[best].size()});
      at = tokens.back().end;
    }
    return tokens;
  }
  std::vector<text::Token> encode_continuation(std::string_view text) const override {
    return encode(text);
  }
  std::string decode(std::span<const TokenId> ids) const override {
    std::string text;
    for (const TokenId id : ids) {
      if (!is_control(id)) text += pieces_[static_cast<std::size_t>(id)];
    }
    return text;
  }
  std::size_t size() const override { return pieces_.size(); }
  std::optional<TokenId> bos() const override { return std::nullopt; }
  std::vector<TokenId> eos() const override { return {0}; }
  bool adds_bos() const override { return false; }
  std::optional<TokenId> find(std::string_view piece) const override {
    const auto found = std::find(pieces_.begin(), pieces_.end(), piece);
    if (found == pieces_.end()) return std::nullopt;
    return static_cast<TokenId>(found - pieces_.begin());
  }
  bool is_control(TokenId id) const override { return static_cast<std::size_t>(id) < controls_; }
  std::string fingerprint() const override { return "pieces"; }
  const std::string& piece(TokenId id) const { return pieces_[static_cast<std::size_t>(id)]; }

 private:
  std::vector<std::string> pieces_;
  std::size_t controls_;
};

/// One line of the script: when the text so far ends with `after`, the likeliest next pieces, best
/// first, and how likely that is.
struct Line {
  std::string after;
  std::vector<std::string> next;
  float p = 0.25F;
};

class ScriptedModel : public lm::LanguageModel {
 public:
  struct Request {
    std::string prefix, forced_tokens;
    std::optional<std::size_t> call_top_k;  ///< absent: no rule
    std::size_t max_tokens = 0;
  };

  ScriptedModel(PieceTokenizer tokenizer, std::vector<Line> script, std::size_t context = 1000)
      : tokenizer_(std::move(tokenizer)), script_(std::move(script)), context_(context) {}

  std::vector<Request> requests;  ///< in the order in which they were answered
  std::size_t computed_twice = 0;

  const text::Tokenizer& tokenizer() const override { return tokenizer_; }
  std::size_t vocab_size() const override { return tokenizer_.size(); }
  std::size_t context_length() const override { return context_; }
  std::string fingerprint() const override { return "script"; }
  lm::WorkCounters counters() const override { return counters_; }

  lm::Prefix extend(const lm::Prefix& prefix, std::span<const TokenId> tokens) override {
    std::vector<TokenId> ids = ids_of(prefix);
    for (const TokenId id : tokens) forward(ids, id);
    return keep(std::move(ids));
  }
  lm::Prefill prefill(const lm::Prefix&, std::span<const TokenId>,
                      std::optional<TokenId>) override {
    throw std::logic_error("decoding reads nothing");
  }
  std::vector<std::vector<float>> score(std::span<const lm::ScoreRequest>) override {
    throw std::logic_error("decoding scores nothing");
  }

  lm::Sampled sample_one(const lm::SampleRequest& request) override {
    requests.push_back({spell(ids_of(request.prefix)), spell(request.forced_tokens),
                        request.call.open ? std::optional(request.call.top_k) : std::nullopt,
                        request.max_tokens});
    std::vector<TokenId> ids = ids_of(request.prefix);
    for (const TokenId id : request.forced_tokens) forward(ids, id);
    lm::Sampled sampled;
    while (sampled.tokens.size() < request.max_tokens && ids.size() < context_) {
      const TokenId id = choose(ids, request.call);
      if (id == 0) {
        sampled.reason = lm::Sampled::Reason::kEnd;
        break;
      }
      sampled.tokens.push_back(id);
      sampled.logprobs.push_back(std::log(line_for(ids).p));
      const bool stops = request.stop && request.stop(sampled.tokens);
      // As a real model does: the last token is read only for the state behind it.
      if (request.keep_cache || (!stops && sampled.tokens.size() < request.max_tokens)) {
        forward(ids, id);
      }
      if (stops) {
        sampled.reason = lm::Sampled::Reason::kStop;
        break;
      }
    }
    if (request.keep_cache) sampled.end = keep(std::move(ids));
    return sampled;
  }

 private:
  struct Ids : lm::KvCache {
    std::vector<TokenId> ids;
    std::size_t size() const override { return ids.size(); }
  };

  std::vector<TokenId> ids_of(const lm::Prefix& prefix) const {
    if (prefix.length == 0) return {};
    const auto& ids = dynamic_cast<const Ids&>(*prefix.cache).ids;
    return {ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(prefix.length)};
  }
  lm::Prefix keep(std::vector<TokenId> ids) const {
    auto state = std::make_shared<Ids>();
    state->ids = std::move(ids);
    const std::size_t length = state->ids.size();
    return {std::move(state), length};
  }
  std::string spell(const std::vector<TokenId>& ids) const {
    std::string text;
    for (const TokenId id : ids) text += tokenizer_.piece(id);
    return text;
  }
  void forward(std::vector<TokenId>& ids, TokenId id) {
    ids.push_back(id);
    ++counters_.tokens_forwarded;
    if (!computed_.insert(ids).second) ++computed_twice;
  }
  const Line& line_for(const std::vector<TokenId>& ids) const {
    const std::string text = spell(ids);
    const Line* best = nullptr;
    for (const Line& line : script_) {
      if (text.ends_with(line.after) &&
          (best == nullptr || line.after.size() > best->after.size())) {
        best = &line;
      }
    }
    if (best == nullptr) throw std::out_of_range("the script ends at: " + text);
    return *best;
  }
  std::vector<TokenId> ranking(const std::vector<TokenId>& ids) const {
    std::vector<TokenId> ranked;
    for (const std::string& piece : line_for(ids).next) ranked.push_back(*tokenizer_.find(piece));
    return ranked;
  }
  TokenId choose(const std::vector<TokenId>& ids, const lm::CallRule& rule) const {
    std::vector<TokenId> ranked = ranking(ids);
    if (!rule.open) return ranked[0];
    const auto open = std::find(ranked.begin(), ranked.end(), *rule.open);
    if (open != ranked.end() && static_cast<std::size_t>(open - ranked.begin()) < rule.top_k) {
      return *rule.open;
    }
    if (rule.top_k == 0 && open != ranked.end()) ranked.erase(open);
    return ranked.at(0);
  }
  PieceTokenizer tokenizer_;
  std::vector<Line> script_;
  std::size_t context_;
  lm::WorkCounters counters_;
  std::set<std::vector<TokenId>> computed_;
};

}  // namespace toolformer::fake
