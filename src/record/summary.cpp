// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/summary.h"

namespace toolformer::record {
namespace {

constexpr const char* kTotal = "total";

void insert(nlohmann::ordered_json& node, const std::string& name, std::int64_t n) {
  const std::size_t dot = name.find('.');
  nlohmann::ordered_json& child = node[name.substr(0, dot)];
  if (dot != std::string::npos) {
    if (child.is_number()) child = {{kTotal, child}};
    insert(child, name.substr(dot + 1), n);
  } else if (child.is_object()) {
    child[kTotal] = n;
  } else {
    child = n;
  }
}

void collect(const nlohmann::ordered_json& node, const std::string& prefix, Summary& summary) {
  for (const auto& [key, value] : node.items()) {
    const std::string name = prefix.empty() ? key : prefix + "." + key;
    if (value.is_object()) {
      collect(value, name, summary);
    } else {
      summary.count(name, value.get<std::int64_t>());
    }
  }
}

}  // namespace

std::int64_t Summary::get(const std::string& name) const {
  const auto found = counts_.find(name);
  return found == counts_.end() ? 0 : found->second;
}

void Summary::count(const std::map<std::string, std::int64_t>& counts) {
  for (const auto& [name, n] : counts) counts_[name] += n;
}

nlohmann::ordered_json Summary::to_json() const {
  nlohmann::ordered_json nested = nlohmann::ordered_json::object();
  for (const auto& [name, n] : counts_) insert(nested, name, n);
  return nested;
}

Summary Summary::from_nested(const nlohmann::ordered_json& nested) {
  Summary summary;
  collect(nested, "", summary);
  return summary;
}

nlohmann::ordered_json Summary::flat() const {
  nlohmann::ordered_json flat = nlohmann::ordered_json::object();
  for (const auto& [name, n] : counts_) flat[name] = n;
  return flat;
}

Summary Summary::from_json(const nlohmann::ordered_json& flat) {
  Summary summary;
  for (const auto& [name, n] : flat.items()) summary.counts_[name] = n.get<std::int64_t>();
  return summary;
}

}  // namespace toolformer::record
