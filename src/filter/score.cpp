// SPDX-License-Identifier: Apache-2.0
#include "toolformer/filter/score.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>
#include <utility>

#include "toolformer/calls/encode_call.h"
#include "toolformer/calls/prompt.h"
#include "toolformer/lm/prompted_document.h"
#include "toolformer/lm/work_bound.h"

namespace toolformer::filter {
namespace {

using CallKey = std::tuple<std::size_t, std::string, std::string>;  // at, input, result

bool is_finite(const record::Losses& losses) {
  return std::isfinite(losses.plain) && std::isfinite(losses.no_result.value_or(0)) &&
         std::isfinite(losses.result);
}

record::CallError off_boundary(const record::Document& document, std::size_t at) {
  if (at >= document.text.size()) {
    return {"off_boundary",
            fmt::format("byte {} is not inside the text of {} bytes", at, document.text.size())};
  }
  return {
      "off_boundary",
      fmt::format("no token of this model begins at byte {}; annotate with the same model", at)};
}

}  // namespace

/// One distinct call and what was measured.
struct Scorer::Candidate {
  std::vector<record::Call*> copies;
  std::size_t token = 0;         ///< the call stands before this one
  lm::ScoreRequest with_result;  ///< made by locate(), which needs its length
  std::optional<record::CallError> error;
  record::Losses losses;
};

/// The calls of one tool in one document.
struct Scorer::Group {
  std::string tool;
  Criterion criterion;
  const Opening* opening = nullptr;
  std::vector<text::Token> tokens;  ///< of the document
  lm::Prefix document;              ///< behind them
  std::map<CallKey, Candidate> candidates;
  lm::WorkBound bound;  ///< of what was scored
};

const Scorer::Opening& Scorer::opening_for(Placement placement, const std::string& tool,
                                           record::Summary& summary) {
  const std::string key = placement == Placement::kPrimed ? tool : "";
  const std::scoped_lock lock(mutex_);
  const auto found = openings_.find(key);
  if (found != openings_.end()) return found->second;
  Opening opening;
  if (!key.empty()) {
    opening.prompt =
        calls::load_prompt(prompt_directory(options_), tool, calls::PromptStyle::kPrimed).before;
  }
  opening.prefix = lm::prefill_prompt(model_, opening.prompt);
  summary.count("work.tokens_minimum", static_cast<std::int64_t>(opening.prefix.length));
  return openings_.emplace(key, std::move(opening)).first->second;
}

std::optional<std::string> Scorer::score(record::Document& document, record::Summary& summary) {
  std::map<std::string, Group> groups;
  for (const record::Call& call : document.calls) {
    if (!call.result) continue;
    Group& group = groups[call.tool];
    if (group.opening != nullptr) continue;
    group.tool = call.tool;
    group.criterion = criteria_.of(call.tool);
    group.opening = &opening_for(group.criterion.placement, call.tool, summary);
    group.tokens = lm::document_tokens(model_.tokenizer(), document.text, group.opening->prompt);
    const std::size_t before = group.opening->prefix.length;
    if (before + group.tokens.size() > model_.context_length()) {
      return fmt::format(
          "{} tokens behind the {} tokens that stand before the text ({}) are more than the "
          "model's "
          "context of {}; cut the document or use a model with a longer context",
          group.tokens.size(), before, call.tool, model_.context_length());
    }
  }
  document.augmented.reset();
  for (record::Call& call : document.calls) {
    call.loss.reset();
    call.delta.reset();
    call.keep.reset();
    call.reason.reset();
    if (!call.result) {
      summary.count("scored." + call.tool + ".no_result");
      continue;
    }
    call.error.reset();  // a call with a result was executed: an error came from an earlier scoring
    groups[call.tool].candidates[{call.at, call.input, *call.result}].copies.push_back(&call);
  }
  for (auto& [tool, group] : groups) score_group(group, document, summary);
  return std::nullopt;
}

/// The window with what stands before it. Without a call that needs no computation: the document's
/// state holds those tokens.
lm::ScoreRequest Scorer::request_for(const Group& group, const Candidate& candidate,
                                     Context context) const {
  const std::size_t place = candidate.token;
  const lm::Prefix here = {group.document.cache, group.opening->prefix.length + place};
  const bool is_reread = group.criterion.placement == Placement::kPrefix;
  const std::size_t begin = is_reread && context != Context::kPlain ? 0 : place;
  const std::size_t end = std::min(place + group.criterion.window, group.tokens.size());
  const std::vector<lm::TokenId> text =
      lm::token_ids(std::span(group.tokens).subspan(begin, end - begin));
  if (context == Context::kPlain) return {.prefix = here, .tokens = text, .first = 0};
  const record::Call& call = *candidate.copies.front();
  const std::string result = context == Context::kResult ? *call.result : "";
  lm::ScoreRequest request{.prefix = is_reread ? group.opening->prefix : here};
  request.tokens = calls::encode_call(model_.tokenizer(), {.written = options_.markers},
                                      {call.tool, call.input, result})
                       .ids;
  request.first = request.tokens.size() + place - begin;
  request.tokens.insert(request.tokens.end(), text.begin(), text.end());
  return request;
}

/// Why a candidate cannot be scored; sets its place and its longest request when it can.
std::optional<record::CallError> Scorer::locate(const Group& group, Candidate& candidate,
                                                const record::Document& document) const {
  const std::size_t at = candidate.copies.front()->at;
  const auto place = lm::find_call_place(document.text, group.tokens, at);
  if (!place) return off_boundary(document, at);
  if (group.opening->prefix.length + *place == 0)
    return record::CallError{"not_finite", "nothing stands before the first token"};
  candidate.token = *place;
  candidate.with_result = request_for(group, candidate, Context::kResult);
  const std::size_t needed =
      candidate.with_result.prefix.length + candidate.with_result.tokens.size();
  if (needed <= model_.context_length()) return std::nullopt;
  return record::CallError{
      "too_long", fmt::format("with the call {} tokens, more than the model's context of {}",
                              needed, model_.context_length())};
}

void Scorer::measure(Group& group, std::span<Candidate* const> candidates,
                     std::span<const Context> contexts, record::Summary& summary) {
  std::vector<lm::ScoreRequest> requests;
  for (Candidate* candidate : candidates) {
    for (const Context context : contexts) {
      requests.push_back(context == Context::kResult ? std::move(candidate->with_result)
                                                     : request_for(group, *candidate, context));
      if (context == Context::kPlain) continue;
      const lm::ScoreRequest& request = requests.back();
      summary.count("tokens.scored", static_cast<std::int64_t>(request.tokens.size()));
      group.bound.add(request.prefix.length,
                      std::span(request.tokens).first(request.tokens.size() - 1));
    }
  }
  const std::vector<std::vector<float>> logprobs = model_.score(requests);
  const std::vector<double> weights = make_weights(group.criterion.weights, group.criterion.window);
  auto next = logprobs.begin();
  for (Candidate* candidate : candidates) {
    for (const Context context : contexts) {
      const double loss = weighted_loss(*next++, weights);
      if (context == Context::kPlain) candidate->losses.plain = loss;
      if (context == Context::kNoResult) candidate->losses.no_result = loss;
      if (context == Context::kResult) candidate->losses.result = loss;
    }
  }
}

void Scorer::score_group(Group& group, const record::Document& document, record::Summary& summary) {
  constexpr std::array kAll = {Context::kPlain, Context::kNoResult, Context::kResult};
  constexpr std::array kFirst = {Context::kPlain, Context::kResult};
  constexpr std::array kRest = {Context::kNoResult};
  group.document = model_.extend(group.opening->prefix, lm::token_ids(group.tokens));
  summary.count("tokens.read", static_cast<std::int64_t>(group.tokens.size()));
  std::vector<Candidate*> located;
  for (auto& [key, candidate] : group.candidates) {
    candidate.error = locate(group, candidate, document);
    if (!candidate.error) located.push_back(&candidate);
  }
  if (options_.losses == MeasuredLosses::kNeeded) {
    measure(group, located, kFirst, summary);
    std::erase_if(located, [&](const Candidate* candidate) {
      return group.criterion.baseline == Baseline::kPlain ||
             !may_pass(group.criterion, candidate->losses);
    });
    measure(group, located, kRest, summary);
  } else {
    measure(group, located, kAll, summary);
  }
  summary.count("work.tokens_minimum",
                static_cast<std::int64_t>(group.tokens.size() + group.bound.tokens()));
  for (auto& [key, candidate] : group.candidates) write(group, candidate, summary);
}

void Scorer::write(const Group& group, Candidate& candidate, record::Summary& summary) const {
  if (!candidate.error && !is_finite(candidate.losses)) {
    candidate.error = record::CallError{
        "not_finite",
        "a loss is not a finite number: the model gives a token no probability at all"};
  }
  const std::string name = "scored." + group.tool + ".";
  const auto copies = static_cast<std::int64_t>(candidate.copies.size());
  summary.count(name + "distinct");
  summary.count(name + "calls", copies);
  if (candidate.error) summary.count(name + "error." + candidate.error->kind, copies);
  for (record::Call* call : candidate.copies) {
    call->error = candidate.error;
    if (candidate.error) continue;
    call->loss = candidate.losses;
    call->delta = delta_of(group.criterion.baseline, candidate.losses);
  }
}

}  // namespace toolformer::filter
