// SPDX-License-Identifier: Apache-2.0
#include "toolformer/inspect/json_view.h"

#include <nlohmann/json.hpp>

namespace toolformer::inspect {
namespace {

using Json = nlohmann::ordered_json;

Json optional_json(const auto& value) {
  return value ? Json(*value) : Json();
}

std::string line_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json side(const ComparedCall& call, std::size_t run) {
  return {{"there", call.there[run]},
          {"kept", call.kept[run]},
          {"delta", optional_json(call.delta[run])}};
}

Json side(const ComparedOutput& output, std::size_t run) {
  if (!output.there[run]) return nullptr;
  return {{"output", output.output[run]}, {"right", optional_json(output.right(run))}};
}

}  // namespace

std::string funnel_json(const Funnel& funnel) {
  std::string lines;
  for (const auto& [name, tool] : funnel.tools) {
    Json json = {{"tool", name},          {"documents", tool.documents},
                 {"calls", tool.samples}, {"with_result", tool.executed},
                 {"errors", tool.errors}, {"lost", tool.lost},
                 {"kept", tool.kept},     {"gain", tool.gain},
                 {"curve", Json::array()}};
    for (const double gamma : kCurveGammas) {
      json["curve"].push_back({{"gamma", gamma},
                               {"kept", kept_at(tool, gamma)},
                               {"documents", documents_at(tool, gamma)},
                               {"right", optional_json(right_share_at(tool, gamma))}});
    }
    if (tool.gold > 0) {
      json["gold"] = {{"calls", tool.gold},
                      {"proposed", tool.gold_found},
                      {"kept", tool.gold_kept},
                      {"kept_right", tool.kept_right},
                      {"kept_checked", tool.kept_checked}};
    }
    lines += line_of(json);
  }
  return lines;
}

std::string comparison_json(const Comparison& comparison) {
  std::string lines;
  for (const ComparedCall& call : comparison.calls) {
    lines += line_of({{"document", call.document},
                      {"tool", call.tool},
                      {"call", call.text},
                      {"a", side(call, 0)},
                      {"b", side(call, 1)}});
  }
  for (const ComparedOutput& output : comparison.outputs) {
    lines += line_of(
        {{"id", output.id}, {"task", output.task}, {"a", side(output, 0)}, {"b", side(output, 1)}});
  }
  return lines;
}

}  // namespace toolformer::inspect
