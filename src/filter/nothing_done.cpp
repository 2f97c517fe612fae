// SPDX-License-Identifier: Apache-2.0
#include "toolformer/filter/nothing_done.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <initializer_list>
#include <string_view>
#include <utility>

namespace toolformer::filter {
namespace {

/// The sum of the counts that begin with `begin` and end with one of `ends`.
std::int64_t sum(const record::Summary& counts, std::string_view begin,
                 std::initializer_list<std::string_view> ends) {
  std::int64_t total = 0;
  for (const auto& [name, n] : counts.counts()) {
    if (!name.starts_with(begin)) continue;
    for (const std::string_view end : ends) {
      if (name.ends_with(end)) total += n;
    }
  }
  return total;
}

/// By the first of the steps, which meets all of them.
std::int64_t count_calls(const Options& options, const record::Summary& counts) {
  if (has_step(options, Step::kExecute)) return sum(counts, "executed.", {".calls"});
  if (has_step(options, Step::kScore)) return sum(counts, "scored.", {".calls", ".no_result"});
  return sum(counts, "selected.", {""});
}

/// The tools of which every call was `unknown_tool`.
std::vector<std::string> unknown_tools(const record::Summary& counts) {
  constexpr std::string_view kBegin = "executed.";
  constexpr std::string_view kEnd = ".error.unknown_tool";
  std::vector<std::string> names;
  for (const auto& [name, n] : counts.counts()) {
    if (!name.starts_with(kBegin) || !name.ends_with(kEnd)) continue;
    const std::string tool = name.substr(kBegin.size(), name.size() - kBegin.size() - kEnd.size());
    if (counts.get("executed." + tool + ".calls") == n) names.push_back(tool);
  }
  return names;
}

/// The tools of which every call failed alike, with the kind and what helps.
std::vector<std::string> failed_alike(const record::Summary& counts) {
  constexpr std::string_view kBegin = "executed.", kCalls = ".calls", kError = ".error.";
  std::vector<std::string> said;
  for (const auto& [name, calls] : counts.counts()) {
    if (!name.starts_with(kBegin) || !name.ends_with(kCalls) || calls == 0) continue;
    const std::string tool = name.substr(0, name.size() - kCalls.size());
    for (const auto& [other, n] : counts.counts()) {
      if (!other.starts_with(tool + std::string(kError)) || n != calls) continue;
      const std::string kind = other.substr(tool.size() + kError.size());
      if (kind == "unknown_tool") continue;  // told apart
      const char* remedy =
          kind == "no_date" ? "give the documents a meta.date, or the run --now 2024-05-01"
          : kind == "bad_date"
              ? "write meta.date as 2019-04-25"
              : "tf-inspect --dropped shows the messages, tf-tools check tries the tools";
      said.push_back(fmt::format("every call of {} failed as {}: {}", tool.substr(kBegin.size()),
                                 kind, remedy));
    }
  }
  return said;
}

/// Empty unless calls were looked at and none of them passed.
std::string kept_nothing(const Options& options, const record::Summary& counts) {
  const std::int64_t measured = sum(counts, "selected.", {".below", ".kept", ".not_best"});
  if (!has_step(options, Step::kSelect) || measured == 0 || sum(counts, "selected.", {".kept"}) > 0)
    return "";
  return fmt::format(
      "none of the {} scored calls is kept: tf-inspect --dropped --sort delta shows how far they "
      "are "
      "from the threshold; a lower --gamma with --steps select, on this output, needs no model",
      measured);
}

}  // namespace

std::vector<std::string> nothing_done(const Options& options, const std::vector<std::string>& tools,
                                      const record::Summary& counts) {
  const std::int64_t calls = count_calls(options, counts);
  if (calls == 0) {
    // A document that is too long for the model is rejected before its calls are counted.
    const bool has_documents = counts.get("records.read") > counts.get("records.rejected");
    if (!has_documents || counts.get("rejected.too_long") > 0) return {};
    return {"no document holds a call; run tf-annotate first"};
  }
  std::vector<std::string> said;
  if (sum(counts, "not_executed.", {""}) == calls) {
    said.push_back(
        fmt::format("none of the {} calls was executed, so there is nothing to {}; run tf-filter "
                    "with --steps execute first, or with all steps",
                    calls, has_step(options, Step::kScore) ? "score" : "select"));
  }
  if (const std::vector<std::string> unknown = unknown_tools(counts); !unknown.empty()) {
    said.push_back(fmt::format("every call of {} failed as unknown_tool: --tools has {}",
                               fmt::join(unknown, ", "),
                               tools.empty() ? "none" : fmt::format("{}", fmt::join(tools, ", "))));
  }
  for (std::string& sentence : failed_alike(counts)) said.push_back(std::move(sentence));
  if (std::string sentence = kept_nothing(options, counts); !sentence.empty())
    said.push_back(std::move(sentence));
  return said;
}

}  // namespace toolformer::filter
