// SPDX-License-Identifier: Apache-2.0
#include "toolformer/inspect/funnel.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "toolformer/base/terminal.h"
#include "toolformer/inspect/call_view.h"

namespace toolformer::inspect {
namespace {

constexpr std::size_t kTopCalls = 10;

void add_top(std::vector<TopCall>& top, TopCall call) {
  const auto place = std::upper_bound(
      top.begin(), top.end(), call, [](const auto& a, const auto& b) { return a.delta > b.delta; });
  top.insert(place, std::move(call));
  if (top.size() > kTopCalls) top.pop_back();
}

void add_call(const record::Document& document, const record::Call& call, ToolFunnel& tool) {
  ++tool.samples;
  if (call.result) ++tool.executed;
  if (call.error) ++tool.errors[call.error->kind];
  if (const std::string why = lost_by(call); !why.empty()) ++tool.lost[why];
  if (call.keep.value_or(false)) ++tool.kept;
  if (call.loss || call.delta) ++tool.scored;
  if (!call.delta) return;
  if (call.keep.value_or(false)) tool.gain += *call.delta;
  tool.deltas.push_back(*call.delta);
  if (tool.top.size() < kTopCalls || *call.delta > tool.top.back().delta) {
    add_top(tool.top, {*call.delta, document.id, call_text(call), call.keep.value_or(false)});
  }
}

void add_place(const record::Document& document, const record::Call& call, Positions& positions) {
  if (!call.p_api || document.text.empty()) return;
  const std::size_t bin =
      std::min(Positions::kBins - 1, call.at * Positions::kBins / document.text.size());
  ++positions.places[bin];
  positions.p_api[bin] += *call.p_api;
}

std::string share(std::size_t part, std::size_t whole) {
  if (whole == 0) return "";
  return fmt::format("{:5.1f}%", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

std::string row(const std::string& name, std::size_t count, std::size_t of, const Page& page) {
  // A bar on a linear scale: the widest is all samples.
  const std::size_t bar = of == 0 ? 0 : (20 * count + of / 2) / of;
  std::string text = fmt::format("  {:<30} {:>9} {:>7} ", name, count, share(count, of));
  std::string blocks;
  for (std::size_t i = 0; i < bar; ++i) blocks += "▇";
  return text + paint(blocks, Role::kFaint, page.color) + "\n";
}

std::string percent(std::size_t part, std::size_t whole) {
  return fmt::format("{} of {} ({:.1f}%)", part, whole,
                     100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

/// What the kept calls are worth, and how many of them are right, where that can be known.
std::string gain_and_checks(const ToolFunnel& tool) {
  std::string view;
  if (tool.repeated > 0)
    view += fmt::format("  {:<30} {:>9}\n", "equal to another sample", tool.repeated);
  if (tool.kept > 0)
    view += fmt::format("  {:<30} {:>9.1f}  delta summed over kept calls\n", "gain", tool.gain);
  if (tool.kept_checked > 0)
    view +=
        fmt::format("  {:<30} {}\n", tool.gold > 0 ? "precision, by gold" : "right, by the text",
                    percent(tool.kept_right, tool.kept_checked));
  if (tool.gold > 0) {
    view += fmt::format("  {:<30} {}\n  {:<30} {}\n", "gold calls proposed",
                        percent(tool.gold_found, tool.gold), "recall: gold calls kept",
                        percent(tool.gold_kept, tool.gold));
  }
  return view;
}

/// Calls kept, documents with one and the share of right ones against the threshold.
std::string curve_view(const ToolFunnel& tool) {
  std::string view =
      fmt::format("  {:>7} {:>9} {:>10} {:>7}\n", "gamma", "kept", "documents", "right");
  for (const double gamma : kCurveGammas) {
    const auto right = right_share_at(tool, gamma);
    view +=
        fmt::format("  {:>7g} {:>9} {:>10} {:>7}\n", gamma, kept_at(tool, gamma),
                    documents_at(tool, gamma), right ? fmt::format("{:.1f}%", 100 * *right) : "");
  }
  return view;
}

std::string tool_view(const std::string& name, const ToolFunnel& tool, const Page& page) {
  std::string view = paint(base::escape_controls(name), Role::kHeading, page.color) + "\n";
  view += fmt::format("  {:<30} {:>9}\n  {:<30} {:>9}\n", "documents with calls", tool.documents,
                      "positions", tool.positions);
  view += row("candidate calls", tool.samples, tool.samples, page);
  view += row("with a result", tool.executed, tool.samples, page);
  for (const auto& [kind, count] : tool.errors) {
    view += row("  error " + base::escape_controls(kind), count, tool.samples, page);
  }
  view += row("scored", tool.scored, tool.samples, page);
  for (const auto& [why, count] : tool.lost) view += row("  " + why, count, tool.samples, page);
  view += row("kept", tool.kept, tool.samples, page);
  view += fmt::format("  {:<30} {:>9}\n", "documents with kept", tool.documents_kept);
  view += gain_and_checks(tool);
  if (!tool.deltas.empty()) {
    view +=
        fmt::format("  delta  min {:+.3f}  10% {:+.3f}  median {:+.3f}  90% {:+.3f}  max {:+.3f}\n",
                    tool.deltas.front(), quantile(tool.deltas, 0.1), quantile(tool.deltas, 0.5),
                    quantile(tool.deltas, 0.9), tool.deltas.back());
    view += curve_view(tool) + "  largest deltas\n";
  }
  for (const TopCall& call : tool.top) {
    view += wrap({{fmt::format("{:+8.3f} ", call.delta), Role::kPlain},
                  {call.call, call.kept ? Role::kKept : Role::kDropped},
                  {"  " + base::escape_controls(call.document), Role::kFaint}},
                 page, 2);
  }
  return view + "\n";
}

}  // namespace

void Funnel::add(const record::Document& document, const Options& options) {
  ++documents;
  bytes += document.text.size();
  const std::vector<std::size_t> calls = selected_calls(document, options);
  std::map<std::string, std::map<std::size_t, std::size_t>> places;  // tool, at -> a call there
  std::map<std::size_t, std::size_t> best;                           // at -> the largest delta
  std::map<std::string, std::vector<std::size_t>> kept;
  for (const std::size_t i : calls) {
    const record::Call& call = document.calls[i];
    places[call.tool].emplace(call.at, i);
    if (call.keep.value_or(false)) kept[call.tool].push_back(i);
    add_call(document, call, tools[call.tool]);
    if (!call.delta || call.error) continue;
    const auto [at, is_first] = best.emplace(call.at, i);
    if (!is_first && *call.delta > *document.calls[at->second].delta) at->second = i;
  }
  if (!places.empty()) ++with_calls;
  for (const auto& [name, of_tool] : places) {
    ++tools[name].documents;
    tools[name].positions += of_tool.size();
    for (const auto& [at, i] : of_tool)
      add_place(document, document.calls[i], tools[name].positions_of);
  }
  for (const EqualCalls& equal : merge_equal(document, calls))
    tools[document.calls[equal.call].tool].repeated += equal.count - 1;
  for (const auto& [name, indices] : kept) {
    ++tools[name].documents_kept;
    for (const std::size_t i : indices) {
      const auto right = is_right(gold, document, document.calls[i]);
      if (!right) continue;
      ++tools[name].kept_checked;
      if (*right) ++tools[name].kept_right;
    }
  }
  add_best(document, best);
  add_gold(document, calls, kept);
}

void Funnel::add_best(const record::Document& document,
                      const std::map<std::size_t, std::size_t>& best) {
  std::map<std::string, double> of_document;
  for (const auto& [at, i] : best) {
    const record::Call& call = document.calls[i];
    tools[call.tool].best.push_back({*call.delta, is_right(gold, document, call)});
    const auto [largest, is_first] = of_document.emplace(call.tool, *call.delta);
    if (!is_first) largest->second = std::max(largest->second, *call.delta);
  }
  for (const auto& [name, delta] : of_document) tools[name].best_of_documents.push_back(delta);
}

void Funnel::add_gold(const record::Document& document, const std::vector<std::size_t>& calls,
                      const std::map<std::string, std::vector<std::size_t>>& kept) {
  for (const std::string& name : gold.tools_of(document.id)) {
    ToolFunnel& tool = tools[name];
    tool.gold += gold.count(document.id, name);
    std::vector<std::size_t> of_tool;
    for (const std::size_t i : calls)
      if (document.calls[i].tool == name) of_tool.push_back(i);
    tool.gold_found += gold.found(document, of_tool);
    const auto chosen = kept.find(name);
    if (chosen != kept.end()) tool.gold_kept += gold.found(document, chosen->second);
  }
}

void Funnel::finish() {
  for (auto& [name, tool] : tools) {
    std::sort(tool.deltas.begin(), tool.deltas.end());
    std::sort(tool.best.begin(), tool.best.end(),
              [](const BestOfPlace& a, const BestOfPlace& b) { return a.delta > b.delta; });
    std::sort(tool.best_of_documents.rbegin(), tool.best_of_documents.rend());
  }
}

std::size_t kept_at(const ToolFunnel& tool, double gamma) {
  const auto end =
      std::partition_point(tool.best.begin(), tool.best.end(),
                           [&](const BestOfPlace& place) { return place.delta > gamma; });
  return static_cast<std::size_t>(end - tool.best.begin());
}

std::size_t documents_at(const ToolFunnel& tool, double gamma) {
  const auto& best = tool.best_of_documents;
  const auto end =
      std::partition_point(best.begin(), best.end(), [&](double delta) { return delta > gamma; });
  return static_cast<std::size_t>(end - best.begin());
}

std::optional<double> right_share_at(const ToolFunnel& tool, double gamma) {
  std::size_t checked = 0, right = 0;
  for (std::size_t i = 0; i < kept_at(tool, gamma); ++i) {
    if (!tool.best[i].right) continue;
    ++checked;
    if (*tool.best[i].right) ++right;
  }
  if (checked == 0) return std::nullopt;
  return static_cast<double>(right) / static_cast<double>(checked);
}

double quantile(const std::vector<double>& sorted, double q) {
  const double place = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(std::floor(place));
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], place - std::floor(place));
}

std::string funnel_view(const Funnel& funnel, const Page& page) {
  std::string view =
      fmt::format("{} document{}, {} bytes of text, {} with calls\n\n", funnel.documents,
                  funnel.documents == 1 ? "" : "s", funnel.bytes, funnel.with_calls);
  for (const auto& [name, tool] : funnel.tools) view += tool_view(name, tool, page);
  return view;
}

}  // namespace toolformer::inspect
