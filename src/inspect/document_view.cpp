// SPDX-License-Identifier: Apache-2.0
#include "toolformer/inspect/document_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <string_view>

#include "toolformer/base/terminal.h"
#include "toolformer/inspect/call_view.h"

namespace toolformer::inspect {
namespace {

constexpr std::size_t kListedLosers = 12;    // calls that were not kept, per document
constexpr std::size_t kNeighbourhood = 300;  // bytes shown on each side of a cut

Role role_of(Fate fate) {
  switch (fate) {
    case Fate::kKept:
      return Role::kKept;
    case Fate::kCandidate:
      return Role::kCandidate;
    default:
      return Role::kDropped;
  }
}

std::size_t character_start(std::string_view text, std::size_t at) {
  while (at > 0 && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
  return at;
}

void add_stretch(std::string_view text, bool full, std::vector<Piece>& pieces) {
  if (text.empty()) return;
  if (full || text.size() <= 3 * kNeighbourhood) {
    pieces.push_back({base::escape_controls(text, true), Role::kPlain});
    return;
  }
  const std::size_t head = character_start(text, kNeighbourhood);
  const std::size_t tail = character_start(text, text.size() - kNeighbourhood);
  pieces.push_back({base::escape_controls(text.substr(0, head), true), Role::kPlain});
  pieces.push_back({fmt::format(" … {} bytes … ", tail - head), Role::kFaint});
  pieces.push_back({base::escape_controls(text.substr(tail), true), Role::kPlain});
}

bool stands_in_line(const record::Call& call) {
  const Fate fate = fate_of(call);
  return fate == Fate::kKept || fate == Fate::kCandidate;
}

double sort_delta(const record::Call& call) {
  return call.delta.value_or(-std::numeric_limits<double>::infinity());
}

int rank(const record::Call& call) {
  switch (fate_of(call)) {
    case Fate::kKept:
      return 0;
    case Fate::kCandidate:
      return 1;
    case Fate::kDropped:
      return 2;
    default:
      return 3;
  }
}

}  // namespace

CallList list_calls(const record::Document& document, const Options& options) {
  CallList list{selected_calls(document, options), 0};
  const std::vector<record::Call>& calls = document.calls;
  std::stable_sort(list.calls.begin(), list.calls.end(), [&](std::size_t a, std::size_t b) {
    if (rank(calls[a]) != rank(calls[b])) return rank(calls[a]) < rank(calls[b]);
    if (rank(calls[a]) < 2) return calls[a].at < calls[b].at;
    return sort_delta(calls[a]) > sort_delta(calls[b]);
  });
  const auto losers = std::find_if(list.calls.begin(), list.calls.end(),
                                   [&](std::size_t i) { return rank(calls[i]) > 0; });
  const auto found = static_cast<std::size_t>(list.calls.end() - losers);
  if (!options.full && found > kListedLosers) {
    list.left_out = found - kListedLosers;
    list.calls.resize(list.calls.size() - list.left_out);
  }
  return list;
}

std::vector<Piece> text_with_calls(const record::Document& document, const CallList& list,
                                   const Options& options) {
  std::map<std::size_t, std::vector<std::size_t>> places;  // byte offset -> numbers in the list
  for (std::size_t n = 0; n < list.calls.size(); ++n) {
    const std::size_t at = std::min(document.calls[list.calls[n]].at, document.text.size());
    places[at].push_back(n);
  }
  std::vector<Piece> pieces;
  std::size_t done = 0;
  for (const auto& [at, numbers] : places) {
    add_stretch(std::string_view(document.text).substr(done, at - done), options.full, pieces);
    done = at;
    std::string marks;
    for (const std::size_t n : numbers) {
      const record::Call& call = document.calls[list.calls[n]];
      if (stands_in_line(call)) {
        pieces.push_back({" [" + call_text(call) + "]", role_of(fate_of(call))});
      } else {
        marks += fmt::format("{}{}", marks.empty() ? "" : ",", n + 1);
      }
    }
    if (!marks.empty()) pieces.push_back({"⟨" + marks + "⟩", Role::kDropped});
  }
  add_stretch(std::string_view(document.text).substr(done), options.full, pieces);
  return pieces;
}

namespace {

/// A field as a text, of whatever type a file has it.
std::string text_in(const nlohmann::ordered_json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) return "";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

/// What tf-eval took for the answers, and whether they are right: "  strict: 24 (right)".
std::string answers_of(const record::Document& document) {
  if (!document.extra.is_object() || !document.extra.contains("answers")) return "";
  std::string shown;
  for (const auto& answer : document.extra["answers"]) {
    if (!answer.is_object() || !answer.contains("right") || !answer["right"].is_boolean()) continue;
    shown += fmt::format("  {}: {} ({})", text_in(answer, "rule"), text_in(answer, "answer"),
                         answer["right"].get<bool>() ? "right" : "wrong");
  }
  if (!shown.empty() && document.meta.is_object() && document.meta.contains("answers"))
    shown += "  gold: " + document.meta["answers"].dump();
  return base::escape_controls(shown);
}

}  // namespace

std::string heading_of(const record::Document& document) {
  std::string heading = base::escape_controls(document.id);
  const auto kept = std::count_if(document.calls.begin(), document.calls.end(),
                                  [](const auto& call) { return call.keep.value_or(false); });
  if (!document.calls.empty()) {
    heading += fmt::format("  {} call{}, {} kept", document.calls.size(),
                           document.calls.size() == 1 ? "" : "s", kept);
  }
  if (document.meta.is_object() && document.meta.contains("date") &&
      document.meta["date"].is_string()) {
    heading += "  " + base::escape_controls(document.meta["date"].get<std::string>());
  }
  if (document.extra.is_object() && document.extra.contains("finish") &&
      document.extra["finish"].is_string()) {
    heading += "  ended by: " + base::escape_controls(document.extra["finish"].get<std::string>());
  }
  return heading + answers_of(document);
}

std::string document_view(const record::Document& document, const Options& options,
                          const Page& page) {
  const CallList list = list_calls(document, options);
  std::string view = wrap({{heading_of(document), Role::kHeading}}, page, 0);
  view += wrap(text_with_calls(document, list, options), page, 2);
  if (!list.calls.empty()) view += '\n';
  for (std::size_t n = 0; n < list.calls.size(); ++n) {
    const record::Call& call = document.calls[list.calls[n]];
    const Fate fate = fate_of(call);
    std::vector<Piece> line = {{fmt::format("{:>3} {:<9} ", n + 1, fate_name(fate)), role_of(fate)},
                               {call_text(call), Role::kPlain}};
    view += wrap(line, page, 2);
    std::string notes = reason_of(call);
    if (!notes.empty()) notes += "  ";
    view += wrap({{notes + numbers_of(call), Role::kFaint}}, page, 16);
  }
  if (list.left_out > 0) {
    view += wrap({{fmt::format("{} more that were not kept: --full lists them", list.left_out),
                   Role::kFaint}},
                 page, 6);
  }
  return view + '\n';
}

}  // namespace toolformer::inspect
