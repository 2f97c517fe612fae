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
  if (call.keep.value_or(false)) ++tool.kept;
  if (call.loss || call.delta) ++tool.scored;
  if (!call.delta) return;
  tool.deltas.push_back(*call.delta);
  if (tool.top.size() < kTopCalls || *call.delta > tool.top.back().delta) {
    add_top(tool.top, {*call.delta, document.id, call_text(call), call.keep.value_or(false)});
  }
}

std::string share(std::size_t part, std::size_t whole) {
  if (whole == 0) return "";
  return fmt::format("{:5.1f}%", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

std::string row(const std::string& name, std::size_t count, std::size_t of, const Page& page) {
  // A bar on a linear scale: the widest is all samples.
  const std::size_t bar = of == 0 ? 0 : (20 * count + of / 2) / of;
  std::string text = fmt::format("  {:<22} {:>9} {:>7} ", name, count, share(count, of));
  std::string blocks;
  for (std::size_t i = 0; i < bar; ++i) blocks += "▇";
  return text + paint(blocks, Role::kFaint, page.color) + "\n";
}

std::string tool_view(const std::string& name, const ToolFunnel& tool, const Page& page) {
  std::string view = paint(base::escape_controls(name), Role::kHeading, page.color) + "\n";
  view += fmt::format("  {:<22} {:>9}\n  {:<22} {:>9}\n", "documents with calls", tool.documents,
                      "positions", tool.positions);
  view += row("candidate calls", tool.samples, tool.samples, page);
  view += row("with a result", tool.executed, tool.samples, page);
  for (const auto& [kind, count] : tool.errors) {
    view += row("  error " + base::escape_controls(kind), count, tool.samples, page);
  }
  view += row("scored", tool.scored, tool.samples, page);
  view += row("kept", tool.kept, tool.samples, page);
  view += fmt::format("  {:<22} {:>9}\n", "documents with kept", tool.documents_kept);
  if (!tool.deltas.empty()) {
    view +=
        fmt::format("  delta  min {:+.3f}  10% {:+.3f}  median {:+.3f}  90% {:+.3f}  max {:+.3f}\n",
                    tool.deltas.front(), quantile(tool.deltas, 0.1), quantile(tool.deltas, 0.5),
                    quantile(tool.deltas, 0.9), tool.deltas.back());
    view += "  largest deltas\n";
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
  std::map<std::string, std::set<std::size_t>> positions;
  std::set<std::string> kept;
  for (const std::size_t i : selected_calls(document, options)) {
    const record::Call& call = document.calls[i];
    positions[call.tool].insert(call.at);
    if (call.keep.value_or(false)) kept.insert(call.tool);
    add_call(document, call, tools[call.tool]);
  }
  if (!positions.empty()) ++with_calls;
  for (const auto& [tool, places] : positions) {
    ++tools[tool].documents;
    tools[tool].positions += places.size();
  }
  for (const std::string& tool : kept) ++tools[tool].documents_kept;
}

void Funnel::finish() {
  for (auto& [name, tool] : tools) std::sort(tool.deltas.begin(), tool.deltas.end());
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
