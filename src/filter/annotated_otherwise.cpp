// SPDX-License-Identifier: Apache-2.0
#include "toolformer/filter/annotated_otherwise.h"

#include <fmt/format.h>

#include <utility>

namespace toolformer::filter {
namespace {

std::string text_at(const nlohmann::ordered_json& json, const char* table, const char* key) {
  const auto inner = json.find(table);
  if (inner == json.end() || !inner->is_object()) return "";
  const auto value = inner->find(key);
  return value != inner->end() && value->is_string() ? value->get<std::string>() : "";
}

}  // namespace

std::vector<std::string> annotated_otherwise(const nlohmann::ordered_json& writer,
                                             const std::map<std::string, std::string>& fingerprints,
                                             const calls::Markers& markers) {
  if (!writer.is_object()) return {};
  std::vector<std::string> said;
  const std::string then = text_at(writer, "fingerprints", "model");
  const auto model = fingerprints.find("model");
  if (model != fingerprints.end() && !then.empty() && then != model->second) {
    said.push_back(fmt::format(
        "the calls were sampled by another model (--model {}): what is kept then helps this model "
        "and not the one that proposed it; give the same --model unless that is meant",
        text_at(writer, "config", "model")));
  }
  for (const auto& [flag, now] : {std::pair{"open-marker", &markers.open},
                                  {"close-marker", &markers.close},
                                  {"arrow-marker", &markers.arrow}}) {
    const std::string before = text_at(writer, "config", flag);
    if (before.empty() || before == *now) continue;
    said.push_back(
        fmt::format("the calls were sampled with --{} '{}', this run has '{}': their losses are "
                    "then measured in "
                    "another writing; give --{} '{}' as there",
                    flag, before, *now, flag, before));
  }
  return said;
}

}  // namespace toolformer::filter
