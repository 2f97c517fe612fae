// SPDX-License-Identifier: Apache-2.0
#include "toolformer/inspect/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <tuple>

#include "toolformer/base/terminal.h"
#include "toolformer/inspect/call_view.h"
#include "toolformer/inspect/generation.h"
#include "toolformer/inspect/lines.h"
#include "toolformer/inspect/report.h"

namespace toolformer::inspect {
namespace {

constexpr std::size_t kShown = 20;  // calls or outputs of a kind, without --full

using CallKey = std::tuple<std::string, std::string, std::size_t, std::string>;
using ItemKey = std::pair<std::string, std::string>;  // task, id

/// Finds the calls and outputs of the first run when the second is read.
class Reader {
 public:
  Reader(const Options& options, Comparison& comparison)
      : options_(options), comparison_(comparison) {}

  void add(const record::Document& document, const std::string& task, std::size_t run) {
    if (!is_selected(document, options_)) return;
    ++comparison_.documents[run];
    if (is_generation(document)) {
      add_output(document, task, run);
      return;
    }
    for (const std::size_t i : selected_calls(document, options_))
      add_call(document, document.calls[i], run);
  }

 private:
  void add_call(const record::Document& document, const record::Call& call, std::size_t run) {
    const auto [place, is_new] = calls_.emplace(
        CallKey{document.id, call.tool, call.at, call.input}, comparison_.calls.size());
    if (is_new) {
      comparison_.calls.emplace_back();
      comparison_.calls.back().document = document.id;
      comparison_.calls.back().tool = call.tool;
      comparison_.calls.back().text = call_text(call);
    }
    ComparedCall& compared = comparison_.calls[place->second];
    compared.there[run] = true;
    compared.kept[run] = compared.kept[run] || call.keep.value_or(false);
    if (call.delta) compared.delta[run] = call.delta;
  }
  void add_output(const record::Document& document, const std::string& task, std::size_t run) {
    Generation generation = generation_of(document);
    const auto [place, is_new] =
        items_.emplace(ItemKey{task, document.id}, comparison_.outputs.size());
    if (is_new) {
      comparison_.outputs.emplace_back();
      ComparedOutput& output = comparison_.outputs.back();
      output.id = document.id;
      output.task = task;
      output.prompt = std::move(generation.prompt);
      output.gold = std::move(generation.gold);
    }
    ComparedOutput& output = comparison_.outputs[place->second];
    output.there[run] = true;
    output.output[run] = std::move(generation.output);
    output.answers[run] = std::move(generation.answers);
  }

  const Options& options_;
  Comparison& comparison_;
  std::map<CallKey, std::size_t> calls_;
  std::map<ItemKey, std::size_t> items_;
};

std::string delta_text(const ComparedCall& call, std::size_t run) {
  if (!call.there[run]) return "absent";
  return call.delta[run] ? fmt::format("{:+.3f}", *call.delta[run]) : "-";
}

/// One kind of calls, the largest deltas first, a line each.
std::string calls_view(std::vector<const ComparedCall*> calls, const std::string& title,
                       const Options& options, const Page& page) {
  if (calls.empty()) return "";
  const auto largest = [](const ComparedCall* call) {
    return std::max(call->delta[0].value_or(-1e9), call->delta[1].value_or(-1e9));
  };
  std::stable_sort(calls.begin(), calls.end(),
                   [&](const auto* a, const auto* b) { return largest(a) > largest(b); });
  std::string view = paint(fmt::format("{}: {}", title, calls.size()), Role::kHeading, page.color) +
                     fmt::format("\n  {:>9} {:>9}\n", "delta A", "delta B");
  const std::size_t shown = options.full ? calls.size() : std::min(kShown, calls.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const ComparedCall& call = *calls[i];
    view += fmt::format("  {:>9} {:>9}  ", delta_text(call, 0), delta_text(call, 1));
    const std::string line = wrap(
        {{call.text, Role::kPlain}, {"  " + base::escape_controls(call.document), Role::kFaint}},
        {page.width - 23, page.color}, 0);
    view += line.substr(0, line.find('\n') + 1);
  }
  if (shown < calls.size())
    view += fmt::format("  {} more: --full lists them\n", calls.size() - shown);
  return view + "\n";
}

std::string answer_text(const ComparedOutput& output, std::size_t run) {
  const auto right = output.right(run);
  if (!right) return "";
  return *right ? " (right)" : " (wrong)";
}

std::string output_view(const ComparedOutput& output, const Page& page) {
  std::string view =
      wrap({{base::escape_controls(output.id), Role::kHeading},
            {output.gold.empty() ? "" : "  gold: " + base::escape_controls(output.gold),
             Role::kFaint}},
           page, 0) +
      wrap({{base::escape_controls(output.prompt), Role::kFaint}}, page, 2);
  for (const std::size_t run : {0, 1}) {
    const std::string mark = fmt::format("{}{}: ", run == 0 ? "A" : "B", answer_text(output, run));
    view += wrap({{mark, output.right(run).value_or(false) ? Role::kKept : Role::kCandidate},
                  {base::escape_controls(output.output[run]), Role::kPlain}},
                 page, 2);
  }
  return view + "\n";
}

/// Items whose outputs differ, with what changed from wrong to right or back before the others.
std::string outputs_view(const Comparison& comparison, const Options& options, const Page& page) {
  std::vector<const ComparedOutput*> differ;
  std::size_t both = 0, gained = 0, lost = 0, judged = 0;
  for (const ComparedOutput& output : comparison.outputs) {
    if (!output.there[0] || !output.there[1]) continue;
    ++both;
    if (output.output[0] != output.output[1]) differ.push_back(&output);
    const auto a = output.right(0), b = output.right(1);
    if (!a || !b) continue;
    ++judged;
    if (!*a && *b) ++gained;
    if (*a && !*b) ++lost;
  }
  std::string view = fmt::format("{} items in both, {} with another output", both, differ.size());
  if (judged > 0)
    view += fmt::format("; from wrong to right {}, from right to wrong {}", gained, lost);
  view += "\n\n";
  std::stable_partition(differ.begin(), differ.end(), [](const ComparedOutput* output) {
    return output->right(0) != output->right(1);
  });
  const std::size_t shown = options.full ? differ.size() : std::min(kShown, differ.size());
  for (std::size_t i = 0; i < shown; ++i) view += output_view(*differ[i], page);
  if (shown < differ.size())
    view += fmt::format("{} more: --full shows them\n", differ.size() - shown);
  return view;
}

}  // namespace

std::optional<bool> ComparedOutput::right(std::size_t run) const {
  const nlohmann::ordered_json& list = answers[run];
  if (!list.is_array() || list.empty() || !list.front().is_object()) return std::nullopt;
  const auto right = list.front().find("right");
  if (right == list.front().end() || !right->is_boolean()) return std::nullopt;
  return right->get<bool>();
}

Comparison compare_runs(const Options& options) {
  Comparison comparison;
  Reader reader(options, comparison);
  for (const std::size_t run : {0, 1}) {
    comparison.names[run] = options.compare.at(run);
    for (const RecordSource& source : latest_records(find_run_files({options.compare.at(run)}))) {
      for (const std::string& file : source.files) {
        const std::string task =
            source.stage == "eval" ? std::filesystem::path(file).filename().string() : "";
        read_lines({file}, {.document =
                                [&](record::Document&& document) {
                                  reader.add(document, task, run);
                                  return true;
                                },
                            .metrics = [](const auto&) { return true; },
                            .problem = [](const auto&) { return true; }});
      }
    }
  }
  return comparison;
}

std::string comparison_view(const Comparison& comparison, const Options& options,
                            const Page& page) {
  std::string view;
  for (const std::size_t run : {0, 1}) {
    view += fmt::format("{}: {}, {} documents\n", run == 0 ? "A" : "B",
                        base::escape_controls(comparison.names[run]), comparison.documents[run]);
  }
  view += "\n";
  std::vector<const ComparedCall*> kinds[3];  // kept only in A, only in B, in both
  std::size_t in_both = 0;
  for (const ComparedCall& call : comparison.calls) {
    if (call.there[0] && call.there[1]) ++in_both;
    if (!call.kept[0] && !call.kept[1]) continue;
    kinds[call.kept[0] && call.kept[1] ? 2 : call.kept[0] ? 0 : 1].push_back(&call);
  }
  if (!comparison.calls.empty()) {
    view +=
        fmt::format("{} distinct calls, {} of them in both\n\n", comparison.calls.size(), in_both);
    view += calls_view(kinds[0], "Kept only in A", options, page);
    view += calls_view(kinds[1], "Kept only in B", options, page);
    view += calls_view(kinds[2], "Kept in both", options, page);
  }
  if (!comparison.outputs.empty()) view += outputs_view(comparison, options, page);
  return view;
}

}  // namespace toolformer::inspect
