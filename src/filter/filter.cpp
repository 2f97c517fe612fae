// SPDX-License-Identifier: Apache-2.0
#include "toolformer/filter/filter.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>
#include <mutex>

#include "toolformer/base/error.h"
#include "toolformer/base/sha256.h"
#include "toolformer/base/stop_signal.h"
#include "toolformer/calls/prompt.h"
#include "toolformer/lm/share_out.h"

namespace toolformer::filter {
namespace {

bool has_kept_call(const record::Item& item) {
  return std::any_of(item.document.calls.begin(), item.document.calls.end(),
                     [](const record::Call& call) { return call.keep.value_or(false); });
}

}  // namespace

std::string prompts_fingerprint(const std::filesystem::path& directory) {
  // What the directory lacks is read from the shipped one (calls/prompt.h).
  std::map<std::string, std::filesystem::path> files;
  for (const std::filesystem::path& from : {calls::default_prompt_directory(), directory}) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(from, error)) {
      const std::string name = entry.path().filename().string();
      if (name.ends_with(".demos.txt")) files[name] = entry.path();
    }
    if (error) {
      base::throw_error<base::UsageError>("--prompts {}: {}", from.string(), error.message());
    }
  }
  base::Sha256 hash;
  for (const auto& [name, file] : files) {
    hash.update(name + " " + base::sha256_of_file(file) + "\n");
  }
  return hash.hex();
}

Filter::Filter(const Options& options, lm::LanguageModel* model,
               std::map<std::string, double> floors)
    : Filter(options, model, std::move(floors),
             has_step(options, Step::kExecute) ? tools::make_toolbox(options.toolbox)
                                               : tools::Toolbox()) {}

Filter::Filter(const Options& options, lm::LanguageModel* model,
               std::map<std::string, double> floors, tools::Toolbox toolbox)
    : options_(options), model_(model), toolbox_(std::move(toolbox)) {
  if (has_step(options, Step::kExecute)) {
    others_.emplace(toolbox_, criteria_of(options),
                    OtherResults::Settings{.count = options.others, .pool = options.others_from});
    dispatcher_.emplace(toolbox_, tools::DispatcherOptions{.cache = options.toolbox.cache});
  }
  if (has_step(options, Step::kScore)) scorer_.emplace(*model, options);
  select_settings_ = {
      .criteria = criteria_of(options), .floor = std::move(floors), .markers = options.markers};
}

std::map<std::string, std::string> Filter::fingerprints() const {
  std::map<std::string, std::string> fingerprints;
  if (has_step(options_, Step::kExecute)) fingerprints["tools"] = toolbox_.fingerprint();
  if (others_ && !others_->fingerprint().empty()) fingerprints["others"] = others_->fingerprint();
  if (scorer_) {
    fingerprints["model"] = model_->fingerprint();
    fingerprints["tokenizer"] = model_->tokenizer().fingerprint();
    fingerprints["prompts"] = prompts_fingerprint(prompt_directory(options_));
  }
  return fingerprints;
}

bool Filter::has_remote_tools() const {
  const std::vector<std::string> names = toolbox_.names();
  return std::any_of(names.begin(), names.end(), [this](const std::string& name) {
    return toolbox_.find(name)->tool->traits().is_remote;
  });
}

void Filter::announce(const std::vector<record::Item>& block) {
  if (dispatcher_) Executor(*dispatcher_, *others_).announce(block);
}

/// All steps for one document.
void Filter::filter(record::Item& item, record::Summary& summary) {
  if (base::stop_requested()) throw base::Interrupted("stopped on request");
  record::Document& document = item.document;
  document.has_calls = true;
  if (dispatcher_) {
    Executor(*dispatcher_, *others_).execute(document, summary);
  } else {
    for (const record::Call& call : document.calls)
      if (!call.result && !call.error) summary.count("not_executed." + call.tool);
  }
  if (scorer_) {
    item.reject = scorer_->score(document, summary);
    if (item.reject) {
      item.reject_kind = "too_long";
      return;
    }
  }
  if (has_step(options_, Step::kSelect)) select(select_settings_, document, summary);
}

/// Several documents at once, on the model's workers.
void Filter::filter_by_workers(std::vector<record::Item>& block, record::Summary& summary) {
  const lm::WorkCounters before = model_->counters();
  std::mutex mutex;  // of the summary
  lm::share_out(*model_, block.size(), [&](const lm::NextPiece& next) {
    record::Summary counts;
    while (const auto i = next()) filter(block[*i], counts);
    const std::scoped_lock lock(mutex);
    summary.merge(counts);
  });
  summary.count(model_->counters().since(before));
}

void Filter::warn_of_unmeasured(const record::Summary& summary) {
  const auto warn_once = [&](std::string_view ending, std::string_view message) {
    for (const auto& [name, n] : summary.counts()) {
      if (!name.ends_with(ending)) continue;
      if (warned_.insert(std::string(ending)).second) spdlog::warn("{}: {}", name, message);
      return;
    }
  };
  warn_once(".unmeasured",
            "calls that may pass were scored with `--losses needed` under another threshold or "
            "baseline: they are not kept; `--steps score,select` with this one measures what is "
            "missing");
  warn_once(".no_other",
            "calls have no other result to be compared with, so they are judged as under "
            "`--baseline min`; run `--steps execute` first and name its output with --others-from");
}

void Filter::transform(std::vector<record::Item>& block, record::Summary& summary) {
  announce(block);
  if (scorer_) {
    filter_by_workers(block, summary);
  } else {
    for (record::Item& item : block) filter(item, summary);
  }
  warn_of_unmeasured(summary);
  if (options_.kept_only) {
    std::erase_if(block,
                  [](const record::Item& item) { return !item.reject && !has_kept_call(item); });
  }
}

}  // namespace toolformer::filter
