// SPDX-License-Identifier: Apache-2.0
#include "toolformer/inspect/call_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>

#include "toolformer/base/terminal.h"

namespace toolformer::inspect {
namespace {

constexpr std::size_t kLongestField = 400;  // bytes of an input or result that are shown

std::string field(const std::string& text) {
  if (text.size() <= kLongestField) return base::escape_controls(text);
  std::size_t size = kLongestField;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  return base::escape_controls(text.substr(0, size)) + fmt::format("… ({} bytes)", text.size());
}

}  // namespace

Fate fate_of(const record::Call& call) {
  if (call.keep.value_or(false)) return Fate::kKept;
  if (call.error) return Fate::kFailed;
  return call.keep ? Fate::kDropped : Fate::kCandidate;
}

std::string fate_name(Fate fate) {
  switch (fate) {
    case Fate::kKept:
      return "kept";
    case Fate::kDropped:
      return "dropped";
    case Fate::kFailed:
      return "failed";
    default:
      return "candidate";
  }
}

std::string call_text(const record::Call& call) {
  std::string text = fmt::format("{}({})", field(call.tool), field(call.input));
  if (call.result) text += " -> " + field(*call.result);
  return text;
}

std::string reason_of(const record::Call& call) {
  switch (fate_of(call)) {
    case Fate::kFailed:
      return field(call.error->kind) +
             (call.error->message.empty() ? "" : ": " + field(call.error->message));
    case Fate::kDropped:
      if (call.reason) return field(*call.reason);
      if (!call.delta) return call.loss ? "the delta is not known" : "not scored";
      return *call.delta <= 0 ? "the result makes what follows no likelier"
                              : "the delta did not reach the threshold";
    default:
      return "";
  }
}

std::string lost_by(const record::Call& call) {
  if (fate_of(call) != Fate::kDropped) return "";
  if (!call.loss && !call.delta) return "not scored";
  const std::string reason = call.reason.value_or("");
  if (reason.starts_with("another call")) return "not the best at its place";
  if (reason.starts_with("another result")) return "another result helps as well";
  if (reason.starts_with("a loss")) return "a loss was not measured";
  return "below the threshold";
}

std::string numbers_of(const record::Call& call) {
  std::vector<std::string> parts;
  if (call.delta) parts.push_back(fmt::format("delta {:+.3f}", *call.delta));
  if (call.loss) {
    std::string losses = fmt::format("loss: plain {:.3f}", call.loss->plain);
    if (call.loss->no_result) losses += fmt::format(", no result {:.3f}", *call.loss->no_result);
    losses += fmt::format(", result {:.3f}", call.loss->result);
    if (call.loss->other) losses += fmt::format(", other {:.3f}", *call.loss->other);
    parts.push_back(losses);
  }
  if (call.p_api) parts.push_back(fmt::format("p(call) {:.3g}", *call.p_api));
  std::string place = fmt::format("byte {}", call.at);
  if (call.sample) place += fmt::format(", sample {}", *call.sample);
  parts.push_back(place);
  return fmt::format("{}", fmt::join(parts, "  "));
}

std::vector<std::size_t> selected_calls(const record::Document& document, const Options& options) {
  std::vector<std::size_t> selected;
  for (std::size_t i = 0; i < document.calls.size(); ++i) {
    const record::Call& call = document.calls[i];
    const bool kept = call.keep.value_or(false);
    if (!options.tool.empty() && call.tool != options.tool) continue;
    if ((options.kept && !kept) || (options.dropped && kept)) continue;
    selected.push_back(i);
  }
  return selected;
}

std::vector<EqualCalls> merge_equal(const record::Document& document,
                                    const std::vector<std::size_t>& calls) {
  using Key = std::tuple<std::string, std::size_t, std::string, std::string>;
  std::map<Key, std::size_t> places;
  std::vector<EqualCalls> merged;
  for (const std::size_t i : calls) {
    const record::Call& call = document.calls[i];
    const std::string outcome = call.error ? "!" + call.error->kind : call.result.value_or("");
    const auto [at, is_first] =
        places.emplace(Key{call.tool, call.at, call.input, outcome}, merged.size());
    if (is_first) {
      merged.push_back({i, 1});
      continue;
    }
    EqualCalls& equal = merged[at->second];
    ++equal.count;
    if (call.keep.value_or(false)) equal.call = i;
  }
  return merged;
}

bool is_selected(const record::Document& document, const Options& options) {
  if (!options.id.empty() && document.id != options.id) return false;
  const bool asks = options.kept || options.dropped || !options.tool.empty();
  return !asks || !selected_calls(document, options).empty();
}

double best_delta(const record::Document& document, const Options& options) {
  double best = -std::numeric_limits<double>::infinity();
  for (const std::size_t i : selected_calls(document, options)) {
    if (document.calls[i].delta) best = std::max(best, *document.calls[i].delta);
  }
  return best;
}

}  // namespace toolformer::inspect
