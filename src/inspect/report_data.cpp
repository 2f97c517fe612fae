// SPDX-License-Identifier: Apache-2.0
#include "toolformer/inspect/report_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "toolformer/inspect/call_view.h"

namespace toolformer::inspect {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kDocumentBytes = 10U << 20U;  // of JSON, before it is compressed
constexpr std::size_t kPoints = 2000;               // of a training curve
constexpr std::size_t kComparedCalls = 5000;

double rounded(double value) {
  return std::round(value * 1e4) / 1e4;
}

Json rounded(const std::optional<double>& value) {
  return value ? Json(rounded(*value)) : Json();
}

Json flag(const std::optional<bool>& value) {
  return value ? Json(*value ? 1 : 0) : Json();
}

double count_of(const Report& report, const std::string& stage, const std::string& name) {
  const auto summary = report.summaries.find(stage);
  if (summary == report.summaries.end()) return 0;
  const auto found = summary->second.sums().find(name);
  return found == summary->second.sums().end() ? 0 : found->second;
}

/// The counts of a summary below `prefix`, in the order of their names.
std::vector<std::pair<std::string, double>> counts_below(const Report& report,
                                                         const std::string& stage,
                                                         const std::string& prefix) {
  std::vector<std::pair<std::string, double>> counts;
  const auto summary = report.summaries.find(stage);
  if (summary == report.summaries.end()) return counts;
  for (const auto& [name, count] : summary->second.sums()) {
    if (name.starts_with(prefix)) counts.emplace_back(name.substr(prefix.size()), count);
  }
  return counts;
}

/// Where samples go: stages ("stage") and what is lost between them ("lost").
Json funnel_of(const Report& report, const std::string& name, const ToolFunnel& tool) {
  Json funnel = Json::array();
  const auto row = [&](const std::string& what, double count, const char* kind) {
    if (count > 0 || std::string_view(kind) == "stage") funnel.push_back({what, count, kind});
  };
  const std::string samples = "samples." + name + ".";
  const double drawn = count_of(report, "annotate", samples + "drawn");
  if (drawn > 0) row("samples drawn", drawn, "stage");
  for (const auto& [why, count] : counts_below(report, "annotate", samples))
    if (why != "drawn" && why != "calls") row("no call: " + why, count, "lost");
  // The summary of a run that wrote only documents with kept calls knows more than its records.
  const std::string selected = "selected." + name + ".";
  const double written = count_of(report, "filter", "scored." + name + ".calls") +
                         count_of(report, "filter", "scored." + name + ".no_result");
  const bool by_summary = written > static_cast<double>(tool.samples);
  row("calls", by_summary ? written : static_cast<double>(tool.samples), "stage");
  if (by_summary) {
    for (const auto& [kind, count] : counts_below(report, "filter", "executed." + name + ".error."))
      row("error: " + kind, count, "lost");
    row("with a result", count_of(report, "filter", "executed." + name + ".ok"), "stage");
    for (const auto& [kind, count] : counts_below(report, "filter", "scored." + name + ".error."))
      row("error: " + kind, count, "lost");
    for (const auto& [why, count] : counts_below(report, "filter", selected))
      if (why != "kept" && why != "unscored")
        row(why == "below"        ? "below the threshold"
            : why == "not_best"   ? "not the best at its place"
            : why == "any_result" ? "another result helps as well"
                                  : why,
            count, "lost");
    row("kept", count_of(report, "filter", selected + "kept"), "stage");
    return funnel;
  }
  for (const auto& [kind, count] : tool.errors)
    row("error: " + kind, static_cast<double>(count), "lost");
  row("with a result", static_cast<double>(tool.executed), "stage");
  for (const auto& [why, count] : tool.lost) row(why, static_cast<double>(count), "lost");
  row("kept", static_cast<double>(tool.kept), "stage");
  return funnel;
}

Json tool_data(const Report& report, const std::string& name, const ToolFunnel& tool) {
  Json data = {{"funnel", funnel_of(report, name, tool)},
               {"gain", rounded(tool.gain)},
               {"kept", tool.kept},
               {"repeated", tool.repeated},
               {"checked_by", report.funnel.gold.empty() ? "text" : "gold"}};
  if (const auto filter = report.summaries.find("filter"); filter != report.summaries.end()) {
    const auto& gammas = filter->second.gammas();
    for (const std::string& of : {name, std::string("other tools"), std::string("all tools")})
      if (gammas.contains(of) && !data.contains("gamma")) data["gamma"] = gammas.at(of);
  }
  if (tool.gold > 0)
    data["gold"] = {{"calls", tool.gold}, {"found", tool.gold_found}, {"kept", tool.gold_kept}};
  Json best = Json::array(), documents = Json::array(), deltas = Json::array();
  for (const BestOfPlace& place : tool.best)
    best.push_back({rounded(place.delta), flag(place.right)});
  for (const double delta : tool.best_of_documents) documents.push_back(rounded(delta));
  for (const double delta : tool.deltas) deltas.push_back(rounded(delta));
  data["best"] = std::move(best);
  data["documents"] = std::move(documents);
  data["deltas"] = std::move(deltas);
  Json positions = Json::array();
  for (std::size_t bin = 0; bin < Positions::kBins; ++bin) {
    const std::size_t places = tool.positions_of.places[bin];
    positions.push_back(
        {places,
         places == 0 ? Json() : Json(tool.positions_of.p_api[bin] / static_cast<double>(places))});
  }
  data["positions"] = std::move(positions);
  Json runs = Json::array();
  for (const auto& [what, count] : counts_below(report, "filter", "executed." + name + "."))
    runs.push_back({what, count});
  data["runs"] = std::move(runs);
  return data;
}

Json call_data(const record::Document& document, const EqualCalls& equal, const GoldCalls& gold) {
  const record::Call& call = document.calls[equal.call];
  Json data = {{"t", call.tool}, {"a", call.at}, {"i", call.input}};
  if (call.result) data["r"] = *call.result;
  if (call.error) data["e"] = {call.error->kind, call.error->message};
  if (call.delta) data["d"] = rounded(*call.delta);
  if (call.loss) {
    data["l"] = {rounded(call.loss->plain), rounded(call.loss->no_result),
                 rounded(call.loss->result), rounded(call.loss->other)};
  }
  if (call.p_api) data["p"] = rounded(*call.p_api);
  data["k"] = fate_name(fate_of(call));
  if (const std::string why = reason_of(call); !why.empty() && !call.error) data["w"] = why;
  if (equal.count > 1) data["n"] = equal.count;
  if (const auto right = is_right(gold, document, call)) data["g"] = *right ? 1 : 0;
  if (call.extra.is_object() && call.extra.contains("token_losses"))
    data["x"] = call.extra["token_losses"];
  return data;
}

Json document_data(const record::Document& document, const Options& options,
                   const GoldCalls& gold) {
  Json data = {{"id", document.id}, {"text", document.text}};
  if (document.meta.is_object() && document.meta.contains("date"))
    data["date"] = document.meta["date"];
  if (document.extra.is_object() && document.extra.contains("finish"))
    data["finish"] = document.extra["finish"];
  Json calls = Json::array();
  for (const EqualCalls& equal : merge_equal(document, selected_calls(document, options)))
    calls.push_back(call_data(document, equal, gold));
  data["calls"] = std::move(calls);
  return data;
}

Json documents_data(const Report& report, const Options& options) {
  Json documents = Json::array();
  std::size_t bytes = 0;
  for (const record::Document& document : report.documents) {
    Json data = document_data(document, options, report.funnel.gold);
    bytes += document.text.size() + 160 * document.calls.size();
    if (bytes > kDocumentBytes && !documents.empty()) break;
    documents.push_back(std::move(data));
  }
  return documents;
}

Json training_data(const TrainingRun& run) {
  Json series = Json::object();
  for (const auto& [name, values] : run.metrics.series()) {
    Json points = Json::array();
    const std::size_t every = std::max<std::size_t>(1, values.steps.size() / kPoints);
    for (std::size_t i = 0; i < values.steps.size(); i += every)
      points.push_back({values.steps[i], values.values[i]});
    series[name] = std::move(points);
  }
  return {{"name", run.name}, {"series", std::move(series)}};
}

Json comparison_data(const Comparison& comparison) {
  Json calls = Json::array();
  std::size_t counts[4] = {0, 0, 0, 0};  // kept only in A, only in B, in both, in neither
  for (const ComparedCall& call : comparison.calls) {
    const std::size_t kind = call.kept[0] ? (call.kept[1] ? 2 : 0) : (call.kept[1] ? 1 : 3);
    ++counts[kind];
    if (calls.size() >= kComparedCalls || kind == 3) continue;
    calls.push_back({call.document, call.text, rounded(call.delta[0]), rounded(call.delta[1]),
                     call.kept[0] ? 1 : 0, call.kept[1] ? 1 : 0});
  }
  return {{"names", {comparison.names[0], comparison.names[1]}},
          {"documents", {comparison.documents[0], comparison.documents[1]}},
          {"distinct", comparison.calls.size()},
          {"counts", {counts[0], counts[1], counts[2], counts[3]}},
          {"calls", std::move(calls)}};
}

}  // namespace

Json report_data(const Report& report, const Options& options) {
  Json data;
  data["card"] = report.card;
  data["problems"] = report.problems;
  Json documents = documents_data(report, options);
  std::size_t calls = 0;
  for (const auto& [name, tool] : report.funnel.tools) calls += tool.samples;
  data["counts"] = {{"read", report.funnel.documents},
                    {"found", report.found},
                    {"shown", documents.size()},
                    {"calls", calls}};
  data["tools"] = Json::object();
  for (const auto& [name, tool] : report.funnel.tools)
    data["tools"][name] = tool_data(report, name, tool);
  data["documents"] = std::move(documents);
  data["training"] = Json::array();
  for (const TrainingRun& run : report.training) data["training"].push_back(training_data(run));
  add_evaluation(report, data);
  if (report.comparison) data["compare"] = comparison_data(*report.comparison);
  return data;
}

}  // namespace toolformer::inspect
