// SPDX-License-Identifier: Apache-2.0
#include "toolformer/decode/sequence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "toolformer/base/utf8.h"
#include "toolformer/calls/encode_call.h"

namespace toolformer::decode {
namespace {

using Reason = lm::Sampled::Reason;
using State = calls::Scan::State;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

Sequence::Sequence(const Setting& setting, Prompt prompt)
    : setting_(setting), prompt_(std::move(prompt)), prefix_(setting.start) {
  head_ = prompt_ids(setting, prompt_.text);
  generation_.prompt_tokens = head_.size();
  if (setting.options.max_new_tokens == 0) finish(Generation::Finish::kLength);
}

bool Sequence::tools_on() const {
  const Options& options = setting_.options;
  return options.call_top_k > 0 && calls_made_ < options.max_calls &&
         calls_failed_ < options.max_failed_calls && !setting_.toolbox.names().empty();
}

bool Sequence::watches_open() const {
  return tools_on() || setting_.markers.form == calls::MarkerForm::kText;
}

lm::CallRule Sequence::rule() const {
  const bool text_form = setting_.markers.form == calls::MarkerForm::kText;
  switch (phase_) {
    case Phase::kText:
      if (tools_on()) {
        const Options& options = setting_.options;
        return {setting_.markers.open, options.call_top_k, options.call_min_p,
                options.call_min_ratio};
      }
      // A further call would stay in the text as it was written, without a result.
      if (calls_made_ > 0) return {setting_.markers.open, 0};
      break;
    case Phase::kForbidden:
    case Phase::kWithCall:
    case Phase::kWithout:
      return {setting_.markers.open, 0};
    default:
      break;
  }
  if (text_form) return {};
  return {setting_.markers.open, 0};
}

bool Sequence::branches() const {
  return phase_ == Phase::kWithCall || phase_ == Phase::kWithout;
}

std::size_t Sequence::wanted_tokens() const {
  if (branches()) return setting_.options.call_branch;
  if (phase_ == Phase::kCall) return setting_.options.max_call_tokens;
  if (phase_ != Phase::kText) return 1;
  return setting_.options.max_new_tokens - generation_.new_tokens;
}

// A token that only replaces something is read together with what comes behind it.
bool Sequence::keeps_cache() const {
  return !head_.empty() || phase_ == Phase::kText || phase_ == Phase::kCall;
}

bool Sequence::gives_up() {
  const Watcher* watcher = prompt_.watcher;
  cancelled_ = watcher != nullptr && watcher->go_on && !watcher->go_on();
  return cancelled_;
}

lm::SampleRequest Sequence::request() {
  if (!began_) began_ = Clock::now();
  lm::SampleRequest request;
  request.prefix = prefix_;
  request.forced_tokens = head_;
  if (phase_ == Phase::kWithCall) {
    request.prefix = line_.before;
    request.forced_tokens = line_.result;
  } else if (phase_ == Phase::kWithout) {
    request.prefix = attempt_.before;
  }
  request.sampling = branches() ? lm::SamplingOptions{.temperature = 0} : setting_.options.sampling;
  request.call = rule();
  request.random = base::KeyedRandom(setting_.seed, {prompt_.id, "generate", requests_});
  request.max_tokens = wanted_tokens();
  request.keep_cache = !branches() && keeps_cache();
  const text::Tokenizer& tokenizer = setting_.model.tokenizer();
  if (phase_ == Phase::kCall) {
    request.stop = [this, &tokenizer](std::span<const TokenId> ids) {
      if (gives_up()) return true;
      std::vector<TokenId> call = attempt_.ids;
      call.insert(call.end(), ids.begin(), ids.end());
      const std::string written = calls::spell(tokenizer, setting_.markers, call);
      return calls::scan_call(setting_.markers.written, written, true).state != State::kIncomplete;
    };
  } else if (phase_ == Phase::kText) {
    request.stop = [this, &tokenizer, watches = watches_open()](std::span<const TokenId> ids) {
      if (gives_up()) return true;
      if (watches && ids.back() == setting_.markers.open) return true;
      if (!setting_.options.stop.empty()) {
        std::vector<TokenId> segment = segment_;
        segment.insert(segment.end(), ids.begin(), ids.end());
        if (tokenizer.decode(segment).find(setting_.options.stop) != std::string::npos) return true;
      }
      show(ids, false);
      return false;
    };
  }
  return request;
}

void Sequence::accept(const lm::Sampled& sampled) {
  ++requests_;
  if (branches()) return accept_branch(sampled);
  if (keeps_cache()) head_.clear();
  switch (phase_) {
    case Phase::kText:
      return accept_text(sampled);
    case Phase::kCall:
      return accept_call(sampled);
    default:
      return accept_replacement(sampled);
  }
}

void Sequence::accept_text(const lm::Sampled& sampled) {
  const bool full = sampled.tokens.size() < wanted_tokens();
  prefix_ = sampled.end;
  std::span<const TokenId> ids = sampled.tokens;
  const bool opened = watches_open() && !ids.empty() && ids.back() == setting_.markers.open;
  add_text(opened ? ids.first(ids.size() - 1) : ids);
  if (cancelled_) {
    generation_.dropped_tokens += opened ? 1 : 0;
    return finish(Generation::Finish::kCancelled);
  }
  if (!opened) return settle(sampled.reason, full);
  const bool forced = tools_on() && setting_.options.call_top_k > 1;
  begin_attempt(sampled.end, sampled.logprobs.back(), forced);
}

void Sequence::begin_attempt(const lm::Prefix& behind_open, double logprob, bool forced) {
  attempt_ = {.before = {behind_open.cache, behind_open.length - 1},
              .ids = {*setting_.markers.open},
              .end = behind_open,
              .p_open = std::exp(logprob),
              .forced = forced};
  prefix_ = behind_open;
  phase_ = Phase::kCall;
  // Nothing may stand inside a character.
  if (base::unfinished_utf8(setting_.model.tokenizer().decode(segment_)) > 0) {
    if (setting_.markers.form == calls::MarkerForm::kText) return not_a_call();
    go_back(Phase::kForbidden);
  }
}

void Sequence::accept_call(const lm::Sampled& sampled) {
  attempt_.ids.insert(attempt_.ids.end(), sampled.tokens.begin(), sampled.tokens.end());
  attempt_.end = sampled.end;
  attempt_.reason = sampled.reason;
  if (cancelled_) {
    go_back(Phase::kText);
    return finish(Generation::Finish::kCancelled);
  }
  const std::string written =
      calls::spell(setting_.model.tokenizer(), setting_.markers, attempt_.ids);
  const calls::Scan scan = calls::scan_call(setting_.markers.written, written, true);
  switch (scan.state) {
    case State::kArrow:
      return want_result(scan);
    case State::kClosed:
      return fail({.tool = scan.call.tool, .input = base::replace_invalid_utf8(scan.call.input)},
                  "no_arrow", "the call was closed without asking for its result");
    default:
      return not_a_call();
  }
}

void Sequence::not_a_call() {
  ++generation_.not_calls;
  if (attempt_.forced) ++calls_failed_;
  if (setting_.markers.form == calls::MarkerForm::kToken) return go_back(Phase::kForbidden);
  if (attempt_.forced) return go_back(Phase::kChoice);
  adopt_attempt();
}

void Sequence::want_result(const calls::Scan& scan) {
  if (!tools_on()) return go_back(Phase::kForbidden);
  record::Call call{.tool = scan.call.tool, .input = scan.call.input};
  if (base::find_invalid_utf8(call.input)) {
    call.input = base::replace_invalid_utf8(call.input);
    return fail(std::move(call), "bad_input", "the call is not valid UTF-8");
  }
  wanted_ = {std::move(call.tool), std::move(call.input), prompt_.context};
  call_size_ = scan.size;
  asked_tool_ = Clock::now();
  phase_ = Phase::kTool;
}

void Sequence::accept(tools::Outcome outcome) {
  generation_.tool_seconds += seconds_since(asked_tool_);
  record::Call call{.tool = wanted_.tool, .input = wanted_.input};
  call.excluded = std::move(outcome.excluded);
  if (!outcome.ok()) return fail(std::move(call), outcome.error_kind, outcome.error_message);
  const std::vector<text::Token> tokens =
      setting_.model.tokenizer().encode_continuation(outcome.result);
  if (tokens.size() > setting_.options.max_result_tokens) {
    std::size_t size = tokens[setting_.options.max_result_tokens].begin;
    while (!base::is_character_boundary(outcome.result, size)) --size;
    outcome.result.resize(size);
  }
  call.result = std::move(outcome.result);
  if (!fit_in_line(std::move(call))) return;
  if (setting_.options.call_branch == 0) return put_in_line();
  phase_ = Phase::kWithCall;
}

void Sequence::look_whether_to_go_on() {
  if (!gives_up()) return;
  generation_.tool_seconds += seconds_since(asked_tool_);
  go_back(Phase::kText);
  finish(Generation::Finish::kCancelled);
}

// Whether the call found room; where it did not, it has failed.
bool Sequence::fit_in_line(record::Call call) {
  const text::Tokenizer& tokenizer = setting_.model.tokenizer();
  // Keep the tokens that lie within the call; what the last ones held of it besides is written
  // again.
  std::size_t kept = attempt_.ids.size();
  std::string written = calls::spell(tokenizer, setting_.markers, attempt_.ids);
  const std::string wanted = written.substr(0, call_size_);
  while (written.size() > wanted.size()) {
    written = calls::spell(tokenizer, setting_.markers, std::span(attempt_.ids).first(--kept));
  }
  line_ = {.call = std::move(call),
           .kept = kept,
           .before = {attempt_.end.cache, attempt_.end.length - (attempt_.ids.size() - kept)}};
  line_.result = calls::encode_result(tokenizer, setting_.markers, *line_.call.result,
                                      wanted.substr(written.size()))
                     .ids;
  if (line_.before.length + line_.result.size() < setting_.model.context_length()) return true;
  line_.call.result.reset();
  fail(std::move(line_.call), "no_room", "the result does not fit into the model's context");
  return false;
}

// Compares what the model would write behind the call with what it would write in its place. Both
// are only looked at: the text goes on from the call, or from before it.
void Sequence::accept_branch(const lm::Sampled& sampled) {
  const std::vector<float>& logprobs = sampled.logprobs;
  const double sum = std::accumulate(logprobs.begin(), logprobs.end(), 0.0);
  const double mean = logprobs.empty() ? -INFINITY : sum / static_cast<double>(logprobs.size());
  generation_.dropped_tokens += logprobs.size();
  if (phase_ == Phase::kWithCall) {
    generation_.dropped_tokens += line_.result.size();
    with_call_ = mean;
    phase_ = Phase::kWithout;
  } else if (mean > with_call_) {
    line_.call.result.reset();
    fail(std::move(line_.call), "unlikelier",
         fmt::format("what follows is likelier without it: {:.3g} against {:.3g} nats a token",
                     mean, with_call_));
  } else {
    put_in_line();
  }
}

void Sequence::put_in_line() {
  record::Call& call = line_.call;
  call.at = here();
  call.p_api = attempt_.p_open;
  call.keep = true;
  show({}, true);
  report(call);
  generation_.calls.push_back(std::move(call));
  generation_.call_tokens += line_.kept;
  generation_.dropped_tokens += attempt_.ids.size() - line_.kept;
  generation_.result_tokens += line_.result.size();
  ++calls_made_;
  generation_.calls_used_up = calls_made_ == setting_.options.max_calls;
  settled_ += segment_text();
  segment_.clear();
  prefix_ = line_.before;
  head_ = std::move(line_.result);
  // Text comes between two calls: where one was likely, the same one is likely again.
  phase_ = tools_on() ? Phase::kForbidden : Phase::kText;
}

void Sequence::fail(record::Call call, std::string kind, std::string message) {
  if (tools_on()) {
    call.at = here();
    call.p_api = attempt_.p_open;
    call.error = record::CallError{std::move(kind), std::move(message)};
    call.keep = false;
    report(call);
    generation_.calls.push_back(std::move(call));
    ++calls_failed_;
  }
  go_back(Phase::kForbidden);
}

void Sequence::go_back(Phase phase) {
  if (phase != Phase::kChoice) generation_.dropped_tokens += attempt_.ids.size();
  prefix_ = attempt_.before;
  phase_ = phase;
}

void Sequence::accept_replacement(const lm::Sampled& sampled) {
  const bool chooses = std::exchange(phase_, Phase::kText) == Phase::kChoice;
  if (chooses && !sampled.tokens.empty() && sampled.tokens[0] == setting_.markers.open) {
    return adopt_attempt();
  }
  if (chooses) generation_.dropped_tokens += attempt_.ids.size();
  if (sampled.end.cache) {
    prefix_ = sampled.end;
  } else {
    head_ = sampled.tokens;
  }
  add_text(sampled.tokens);
  settle(sampled.reason, sampled.tokens.empty());
  if (!done()) show({}, false);
}

// The open marker was text after all, and so is what the model wrote behind it.
void Sequence::adopt_attempt() {
  phase_ = Phase::kText;
  prefix_ = attempt_.end;
  const std::vector<TokenId> ids = std::move(attempt_.ids);
  const std::size_t room = setting_.options.max_new_tokens - generation_.new_tokens;
  const bool opened = ids.size() > 1 && ids.back() == setting_.markers.open && ids.size() <= room;
  const std::size_t kept = std::min(room, opened ? ids.size() - 1 : ids.size());
  add_text(std::span(ids).first(kept));
  if (opened && !cut_at_stop()) return begin_attempt(attempt_.end, -INFINITY, false);
  generation_.dropped_tokens += ids.size() - kept;
  if (opened) return;
  const bool full =
      attempt_.reason == Reason::kLength && ids.size() < setting_.options.max_call_tokens + 1;
  settle(attempt_.reason, full);
}

void Sequence::add_text(std::span<const TokenId> ids) {
  segment_.insert(segment_.end(), ids.begin(), ids.end());
  generation_.new_tokens += ids.size();
}

// Whether the text is at its end; `full`: fewer tokens came than were asked for.
void Sequence::settle(Reason reason, bool full) {
  if (cut_at_stop()) return;
  if (generation_.new_tokens >= setting_.options.max_new_tokens) {
    return finish(Generation::Finish::kLength);
  }
  if (reason == Reason::kEnd) return finish(Generation::Finish::kEnd);
  if (reason == Reason::kLength && full) return finish(Generation::Finish::kContext);
}

bool Sequence::cut_at_stop() {
  if (setting_.options.stop.empty()) return false;
  const std::string text = segment_text();
  const std::size_t place = text.find(setting_.options.stop);
  if (place == std::string::npos) return false;
  settled_ += text.substr(0, place);
  segment_.clear();
  finish(Generation::Finish::kStop);
  return true;
}

void Sequence::finish(Generation::Finish finish) {
  phase_ = Phase::kDone;
  generation_.finish = finish;
  generation_.text = settled_ + segment_text();
  if (began_) generation_.seconds = seconds_since(*began_);
  show({}, true);
  if (prompt_.keep_end) generation_.end = setting_.model.extend(prefix_, head_);
  prefix_ = {};
  attempt_ = {};
}

// Hands the watcher what is certain of the text with `more` tokens behind it. What may yet become
// one character, or the --stop text, is not; unless the text is settled.
void Sequence::show(std::span<const TokenId> more, bool settled) {
  if (prompt_.watcher == nullptr || !prompt_.watcher->text) return;
  std::vector<TokenId> ids = segment_;
  ids.insert(ids.end(), more.begin(), more.end());
  std::string bytes = setting_.model.tokenizer().decode(ids);
  if (!settled) bytes.resize(bytes.size() - base::unfinished_utf8(bytes));
  std::string text = settled_ + base::replace_invalid_utf8(bytes);
  if (!settled && !setting_.options.stop.empty()) {
    std::size_t size = text.size() - std::min(text.size(), setting_.options.stop.size() - 1);
    while (!base::is_character_boundary(text, size)) --size;
    text.resize(size);
  }
  if (text.size() <= shown_) return;
  const std::size_t known = std::exchange(shown_, text.size());
  prompt_.watcher->text(std::string_view(text).substr(known));
}

void Sequence::report(const record::Call& call) const {
  if (prompt_.watcher != nullptr && prompt_.watcher->call) prompt_.watcher->call(call);
}

std::string Sequence::segment_text() const {
  return base::replace_invalid_utf8(setting_.model.tokenizer().decode(segment_));
}

std::size_t Sequence::here() const {
  return prompt_.text.size() + settled_.size() + segment_text().size();
}

}  // namespace toolformer::decode
