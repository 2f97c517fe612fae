// SPDX-License-Identifier: Apache-2.0
#include "toolformer/annotate/annotate.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "toolformer/base/error.h"
#include "toolformer/base/sha256.h"
#include "toolformer/base/stop_signal.h"
#include "toolformer/calls/call_markers.h"
#include "toolformer/lm/prompted_document.h"
#include "toolformer/lm/share_out.h"
#include "toolformer/lm/work_bound.h"

namespace toolformer::annotate {
namespace {

/// What the copy of an instruct prompt continues: the document in the hole and what follows it,
/// tokenised on their own like the document itself, so that its tokens are the same in both places.
std::vector<lm::TokenId> instruct_tokens(const text::Tokenizer& tokenizer,
                                         const calls::Prompt& prompt,
                                         std::span<const text::Token> document) {
  std::vector<lm::TokenId> ids = lm::token_ids(document);
  const std::vector<lm::TokenId> between = tokenizer.continuation_ids(prompt.between);
  ids.insert(ids.end(), between.begin(), between.end());
  return ids;
}

/// Tokens that stand before the first token of the document itself.
std::size_t tokens_before(const text::Tokenizer& tokenizer, const calls::Prompt& prompt,
                          std::size_t prompt_tokens, std::size_t document_tokens) {
  if (prompt.style == calls::PromptStyle::kPrimed) return prompt_tokens;
  return prompt_tokens + document_tokens + tokenizer.continuation_ids(prompt.between).size();
}

/// "1e-03" for 0.001 <= p < 0.01: a count per decade shows how far a prompt is from opening calls
/// at all.
std::string decade(std::span<const float> logprobs) {
  float best = -1e30F;
  for (const float logprob : logprobs) {
    if (logprob > best) best = logprob;
  }
  const double exponent = std::floor(std::max(-9.0, best / std::log(10.0)));
  return fmt::format("1e{:+03}", static_cast<int>(std::min(exponent, -1.0)));
}

}  // namespace

Annotator::Annotator(lm::LanguageModel& model, const Options& options, std::uint64_t seed)
    : model_(model),
      options_(options),
      seed_(seed),
      open_(calls::open_marker_token(model.tokenizer(), options.markers)) {
  if (options.preselect) preselection_.emplace(options.preselection, options.tools, seed);
  for (const std::string& name : options.tools) {
    Tool tool;
    tool.settings = settings_for(options, name);
    tool.prompt = calls::load_prompt(prompt_directory(options), name, tool.settings.style);
    if (tool.prompt.before.find(options.markers.open + name + "(") == std::string::npos) {
      spdlog::warn("the prompt of {} shows no call written `{}{}(`: check the markers", name,
                   options.markers.open, name);
    }
    const std::size_t tokens =
        model.tokenizer().start().size() + model.tokenizer().ids(tool.prompt.before).size();
    if (tokens >= model.context_length()) {
      base::throw_error<base::UsageError>(
          "the prompt of {} has {} tokens, the model's context {}; shorten the prompt or use a "
          "model "
          "with a longer context",
          name, tokens, model.context_length());
    }
    tool.before = lm::prefill_prompt(model, tool.prompt.before);
    tools_.push_back(std::move(tool));
  }
}

std::map<std::string, std::string> Annotator::fingerprints() const {
  base::Sha256 prompts;
  for (const Tool& tool : tools_)
    prompts.update(tool.settings.tool + " " + tool.prompt.sha256 + "\n");
  std::map<std::string, std::string> fingerprints = {
      {"model", model_.fingerprint()},
      {"tokenizer", model_.tokenizer().fingerprint()},
      {"prompts", prompts.hex()}};
  if (preselection_ && !preselection_->fingerprint().empty())
    fingerprints["languages"] = preselection_->fingerprint();
  if (preselection_ && !preselection_->index_version().empty())
    fingerprints["index"] = preselection_->index_version();
  return fingerprints;
}

bool Annotator::fits(const record::Document& document, record::Item& item) const {
  for (const Tool& tool : tools_) {
    const std::size_t tokens =
        lm::document_tokens(model_.tokenizer(), document.text, tool.prompt.before).size();
    const std::size_t before =
        tokens_before(model_.tokenizer(), tool.prompt, tool.before.length, tokens);
    if (before + tokens <= model_.context_length()) continue;
    item.reject = fmt::format(
        "{} tokens behind the {} tokens of the {} prompt are more than the model's context of {}; "
        "cut the document or use a model with a longer context",
        tokens, before, tool.settings.tool, model_.context_length());
    item.reject_kind = "too_long";
    return false;
  }
  return true;
}

void Annotator::annotate(std::vector<record::Item>& block, record::Summary& summary) {
  const lm::WorkCounters before = model_.counters();
  std::vector<Task> tasks;
  for (record::Item& item : block) {
    if (!fits(item.document, item)) continue;
    item.document.has_calls = true;
    for (const Tool& tool : tools_) tasks.push_back({.tool = &tool, .document = &item.document});
  }
  std::mutex mutex;  // of the summary
  lm::share_out(model_, tasks.size(), [&](const lm::NextPiece& next) {
    record::Summary counts;
    sample(tasks, next, counts);
    const std::scoped_lock lock(mutex);
    summary.merge(counts);
  });
  for (const Task& task : tasks) finish(task, summary);
  summary.count(model_.counters().since(before));
}

void Annotator::sample(std::vector<Task>& tasks, const lm::NextPiece& next,
                       record::Summary& summary) {
  // A document is read when there is room for its samples, so that only those under way hold a
  // state, and the samples of all documents run together.
  const std::unique_ptr<lm::Sampler> sampler = model_.sampler();
  std::vector<lm::Sampled*> samples;  // where what each request leads to belongs
  for (bool left = true; left || !sampler->empty();) {
    while (left && sampler->has_room()) {
      if (base::stop_requested()) throw base::Interrupted("stopped on request");
      const std::optional<std::size_t> number = next();
      left = number.has_value();
      if (!left) break;
      Task& task = tasks[*number];
      std::vector<lm::SampleRequest> requests = start(task, summary);
      task.sampled.resize(requests.size());
      for (std::size_t i = 0; i < requests.size(); ++i) {
        sampler->add(samples.size(), std::move(requests[i]));
        samples.push_back(&task.sampled[i]);
      }
    }
    for (auto& [key, sampled] : sampler->step()) *samples[key] = std::move(sampled);
  }
}

CandidateSettings Annotator::candidate_settings(const Tool& tool) const {
  return {.tool = tool.settings.tool,
          .m = tool.settings.m,
          .max_tokens = options_.max_call_tokens,
          .has_input = tool.settings.has_input,
          .sampling = options_.sampling,
          .markers = options_.markers,
          .open = open_,
          .seed = seed_,
          .may_begin = options_.stop_unreadable ? input_rule(tool.settings.tool) : nullptr};
}

/// Reads the document and chooses the places; what is to be sampled there.
std::vector<lm::SampleRequest> Annotator::start(Task& task, record::Summary& summary) {
  const Tool& tool = *task.tool;
  const record::Document& document = *task.document;
  const std::string& name = tool.settings.tool;
  if (preselection_) {
    const std::string why = preselection_->reason_to_drop(name, document);
    if (!why.empty()) {
      summary.count("documents." + name + ".dropped." + why);
      return {};
    }
  }
  summary.count("documents." + name + ".read");
  const text::Tokenizer& tokenizer = model_.tokenizer();
  const std::vector<text::Token> tokens =
      lm::document_tokens(tokenizer, document.text, tool.prompt.before);
  if (tokens.empty()) {
    summary.count("documents." + name + ".no_place");
    return {};
  }
  lm::Prefix before = tool.before;
  if (tool.settings.style == calls::PromptStyle::kInstruct) {
    before = model_.extend(before, instruct_tokens(tokenizer, tool.prompt, tokens));
  }
  const lm::Prefill prefill = model_.prefill(before, lm::token_ids(tokens), open_);
  const auto read = static_cast<std::int64_t>(prefill.end.length - tool.before.length);
  summary.count("tokens.read", read);
  summary.count("work.tokens_minimum", read);
  summary.count("best_p." + name + "." + decade(prefill.probe_logprobs));

  task.positions = choose_positions(document.text, tokens, prefill.probe_logprobs,
                                    {tool.settings.tau_s, tool.settings.k});
  if (task.positions.empty()) summary.count("documents." + name + ".no_place");
  summary.count("places." + name, static_cast<std::int64_t>(task.positions.size()));
  auto requests = candidate_requests(tokenizer, candidate_settings(tool),
                                     {document.id, prefill.end, before.length}, task.positions);
  if (!requests.empty()) task.forced_tokens = requests.front().forced_tokens;
  return requests;
}

/// Appends the calls among the samples to the document.
void Annotator::finish(const Task& task, record::Summary& summary) const {
  Candidates candidates = judge_candidates(model_.tokenizer(), candidate_settings(*task.tool),
                                           task.positions, task.sampled);
  if (task.positions.empty()) return;
  lm::WorkBound bound;
  for (std::size_t i = 0; i < task.sampled.size(); ++i) {
    const lm::Sampled& sampled = task.sampled[i];
    std::vector<lm::TokenId> read = task.forced_tokens;
    read.insert(read.end(), sampled.tokens.begin(), sampled.tokens.end());
    // Behind the last token nothing is sampled, unless it was the end of the text.
    if (sampled.reason != lm::Sampled::Reason::kEnd && !sampled.tokens.empty()) read.pop_back();
    bound.add(i / task.tool->settings.m, read);
  }
  summary.count("work.tokens_minimum", static_cast<std::int64_t>(bound.tokens()));
  const std::string samples = "samples." + task.tool->settings.tool + ".";
  summary.count(samples + "drawn",
                static_cast<std::int64_t>(candidates.calls.size() + candidates.lost.size()));
  summary.count(samples + "calls", static_cast<std::int64_t>(candidates.calls.size()));
  for (const Loss loss : candidates.lost) summary.count(samples + loss_name(loss));
  std::move(candidates.calls.begin(), candidates.calls.end(),
            std::back_inserter(task.document->calls));
}

}  // namespace toolformer::annotate
