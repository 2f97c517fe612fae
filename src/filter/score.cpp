// SPDX-License-Identifier: Apache-2.0
#include "toolformer/filter/score.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "toolformer/calls/encode_call.h"
#include "toolformer/calls/prompt.h"
#include "toolformer/lm/prompted_document.h"
#include "toolformer/lm/work_bound.h"

namespace toolformer::filter {
namespace {

constexpr const char* kTokenLosses = "token_losses";

using CallKey = std::tuple<std::size_t, std::string, std::string>;  // at, input, result

bool is_finite(const record::Losses& losses) {
  return std::isfinite(losses.plain) && std::isfinite(losses.no_result.value_or(0)) &&
         std::isfinite(losses.result) && std::isfinite(losses.other.value_or(0));
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
  std::size_t token = 0;  ///< the call stands before this one
  std::optional<record::CallError> error;
  record::Losses losses;
  std::vector<float> plain, result;  ///< log p of each token of the window; with --token-losses
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
    if (call.extra.is_object()) call.extra.erase(kTokenLosses);
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
lm::ScoreRequest Scorer::request_for(const Group& group, const Variant& variant) const {
  const std::size_t place = variant.candidate->token;
  const lm::Prefix here = {group.document.cache, group.opening->prefix.length + place};
  const bool is_plain = variant.context == Context::kPlain;
  const bool is_reread = group.criterion.placement == Placement::kPrefix;
  const std::size_t begin = is_reread && !is_plain ? 0 : place;
  const std::size_t end = std::min(place + group.criterion.window, group.tokens.size());
  const std::vector<lm::TokenId> text =
      lm::token_ids(std::span(group.tokens).subspan(begin, end - begin));
  if (is_plain) return {.prefix = here, .tokens = text, .first = 0};
  const record::Call& call = *variant.candidate->copies.front();
  lm::ScoreRequest request{.prefix = is_reread ? group.opening->prefix : here};
  request.tokens = calls::encode_call(model_.tokenizer(), {.written = options_.markers},
                                      {call.tool, call.input, std::string(variant.result)})
                       .ids;
  request.first = request.tokens.size() + place - begin;
  request.tokens.insert(request.tokens.end(), text.begin(), text.end());
  return request;
}

/// Why a candidate cannot be scored; sets its place when it can.
std::optional<record::CallError> Scorer::locate(const Group& group, Candidate& candidate,
                                                const record::Document& document) const {
  const std::size_t at = candidate.copies.front()->at;
  const auto place = lm::find_call_place(document.text, group.tokens, at);
  if (!place) return off_boundary(document, at);
  if (group.opening->prefix.length + *place == 0)
    return record::CallError{"not_finite", "nothing stands before the first token"};
  candidate.token = *place;
  std::size_t needed = 0;
  for (const Context context : {Context::kResult, Context::kOther}) {
    Candidate* const one[] = {&candidate};
    for (const Variant& variant : variants_of(group, one, context)) {
      const lm::ScoreRequest request = request_for(group, variant);
      needed = std::max(needed, request.prefix.length + request.tokens.size());
    }
  }
  if (needed <= model_.context_length()) return std::nullopt;
  return record::CallError{
      "too_long", fmt::format("with the call {} tokens, more than the model's context of {}",
                              needed, model_.context_length())};
}

std::vector<Scorer::Variant> Scorer::variants_of(const Group& group,
                                                 std::span<Candidate* const> candidates,
                                                 Context context) const {
  std::vector<Variant> variants;
  for (Candidate* candidate : candidates) {
    const record::Call& call = *candidate->copies.front();
    if (context == Context::kResult) {
      variants.push_back({candidate, context, *call.result});
    } else if (context != Context::kOther) {
      variants.push_back({candidate, context, ""});
    } else if (group.criterion.baseline == Baseline::kOther) {
      for (const std::string& other : call.others) variants.push_back({candidate, context, other});
    }
  }
  return variants;
}

void Scorer::measure(Group& group, std::span<const Variant> variants, record::Summary& summary) {
  std::vector<lm::ScoreRequest> requests;
  for (const Variant& variant : variants) {
    requests.push_back(request_for(group, variant));
    if (variant.context == Context::kPlain) continue;
    const lm::ScoreRequest& request = requests.back();
    summary.count("tokens.scored", static_cast<std::int64_t>(request.tokens.size()));
    group.bound.add(request.prefix.length,
                    std::span(request.tokens).first(request.tokens.size() - 1));
  }
  const std::vector<std::vector<float>> logprobs = model_.score(requests);
  const std::vector<double> weights = make_weights(group.criterion.weights, group.criterion.window);
  auto next = logprobs.begin();
  for (const Variant& variant : variants) {
    const double loss = weighted_loss(*next, weights);
    record::Losses& losses = variant.candidate->losses;
    if (options_.token_losses && variant.context == Context::kPlain)
      variant.candidate->plain = *next;
    if (options_.token_losses && variant.context == Context::kResult)
      variant.candidate->result = *next;
    ++next;
    if (variant.context == Context::kPlain) losses.plain = loss;
    if (variant.context == Context::kNoResult) losses.no_result = loss;
    if (variant.context == Context::kResult) losses.result = loss;
    if (variant.context == Context::kOther)
      losses.other = std::min(loss, losses.other.value_or(loss));
  }
}

/// One loss of the baseline behind the other, each only where the call may still be kept.
void Scorer::measure_needed(Group& group, std::vector<Candidate*> located,
                            record::Summary& summary) {
  if (group.criterion.baseline == Baseline::kPlain) return;
  for (const Context context : {Context::kNoResult, Context::kOther}) {
    std::erase_if(located, [&](const Candidate* candidate) {
      return !may_pass(group.criterion, candidate->losses);
    });
    measure(group, variants_of(group, located, context), summary);
  }
}

void Scorer::score_group(Group& group, const record::Document& document, record::Summary& summary) {
  group.document = model_.extend(group.opening->prefix, lm::token_ids(group.tokens));
  summary.count("tokens.read", static_cast<std::int64_t>(group.tokens.size()));
  std::vector<Candidate*> located;
  for (auto& [key, candidate] : group.candidates) {
    candidate.error = locate(group, candidate, document);
    if (!candidate.error) located.push_back(&candidate);
  }
  const bool measures_all = options_.losses == MeasuredLosses::kAll;
  std::vector<Context> contexts = {Context::kPlain, Context::kResult};
  if (measures_all)
    contexts = {Context::kPlain, Context::kNoResult, Context::kResult, Context::kOther};
  std::vector<Variant> variants;
  for (const Context context : contexts) {
    const std::vector<Variant> more = variants_of(group, located, context);
    variants.insert(variants.end(), more.begin(), more.end());
  }
  measure(group, variants, summary);
  if (!measures_all) measure_needed(group, std::move(located), summary);
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
  if (group.criterion.baseline == Baseline::kOther && candidate.copies.front()->others.empty())
    summary.count(name + "no_other", copies);
  for (record::Call* call : candidate.copies) {
    call->error = candidate.error;
    if (candidate.error) continue;
    call->loss = candidate.losses;
    call->delta = delta_of(group.criterion.baseline, *call);
    if (options_.token_losses) call->extra[kTokenLosses] = token_losses_of(group, candidate);
  }
}

nlohmann::ordered_json Scorer::token_losses_of(const Group& group,
                                               const Candidate& candidate) const {
  // Four decimals: it is for the eye.
  const auto rounded = [](float logprob) { return std::round(-1e4 * double{logprob}) / 1e4; };
  nlohmann::ordered_json ends = nlohmann::ordered_json::array(), plain = ends, result = ends;
  for (std::size_t t = 0; t < std::min(candidate.plain.size(), candidate.result.size()); ++t) {
    ends.push_back(group.tokens[candidate.token + t].end);
    plain.push_back(rounded(candidate.plain[t]));
    result.push_back(rounded(candidate.result[t]));
  }
  return {{"ends", ends}, {"plain", plain}, {"result", result}};
}

}  // namespace toolformer::filter
