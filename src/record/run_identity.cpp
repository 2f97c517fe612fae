// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/run_identity.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "toolformer/base/error.h"
#include "toolformer/base/sha256.h"
#include "toolformer/version.h"

namespace toolformer::record {
namespace {

using Json = nlohmann::ordered_json;

/// Keys that cannot change what is written, or only by what the fingerprint of the tools covers.
constexpr std::array<std::string_view, 14> kNotDeciding = {
    "progress",   "log-level",           "threads", "workers", "resume",  "restart",
    "strict",     "max-failed-fraction", "output",  "dry-run", "toolbox", "index",
    "tool-cache", "unsafe-no-sandbox"};
/// Keys whose meaning has a field of its own in the identity.
constexpr std::array<std::string_view, 5> kOwnField = {"input", "shard", "limit", "seed",
                                                       "compress"};

template <std::size_t N>
bool holds(const std::array<std::string_view, N>& list, std::string_view key) {
  return std::find(list.begin(), list.end(), key) != list.end();
}

struct Difference {
  std::string field, before, now;
};

std::string shown(const Json* value) {
  if (value == nullptr) return "nothing";
  std::string text = value->dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > 200) text = text.substr(0, 200) + "...";
  return text;
}

const Json* member(const Json& object, const std::string& key) {
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

std::optional<Difference> first_difference(const std::string& name, const Json& before,
                                           const Json& now) {
  const auto join = [&](const std::string& key) { return name.empty() ? key : name + "." + key; };
  if (before.is_object() && now.is_object()) {
    for (const auto& [key, value] : before.items()) {
      if (key == "modified_ns") continue;  // a copy of the same bytes is the same input
      const Json* other = member(now, key);
      if (other == nullptr) return Difference{join(key), shown(&value), shown(nullptr)};
      if (auto difference = first_difference(join(key), value, *other)) return difference;
    }
    for (const auto& [key, value] : now.items()) {
      if (member(before, key) == nullptr)
        return Difference{join(key), shown(nullptr), shown(&value)};
    }
    return std::nullopt;
  }
  if (before.is_array() && now.is_array() && before.size() == now.size()) {
    for (std::size_t i = 0; i < before.size(); ++i) {
      if (auto difference = first_difference(fmt::format("{}[{}]", name, i), before[i], now[i]))
        return difference;
    }
    return std::nullopt;
  }
  if (before == now) return std::nullopt;
  return Difference{name, shown(&before), shown(&now)};
}

/// The entry of the same file in an earlier identity, when nothing says that the file has changed
/// since.
std::optional<std::string> known_hash(const Json& earlier, const InputFile& file) {
  if (!earlier.is_object() || !earlier.contains("input")) return std::nullopt;
  for (const Json& entry : earlier["input"]) {
    if (entry.value("name", "") == file.name &&
        entry.value("size", std::uint64_t{0}) == file.size &&
        entry.value("modified_ns", std::int64_t{0}) == file.modified_ns &&
        entry.contains("sha256") && entry["sha256"].is_string()) {
      return entry["sha256"].get<std::string>();
    }
  }
  return std::nullopt;
}

}  // namespace

Json deciding_config(const StageIdentity& stage) {
  Json config = Json::object();
  for (const auto& [key, value] : stage.config.items()) {
    // What has a fingerprint may lie under another path.
    if (holds(kNotDeciding, key) || holds(kOwnField, key) || stage.fingerprints.contains(key))
      continue;
    config[key] = value;
  }
  return config;
}

Json run_identity(const RunOptions& options, const StageIdentity& stage, std::size_t block_size,
                  const std::vector<InputFile>& files, const Json& earlier) {
  Json identity = {{"version", kVersion},
                   {"stage", stage.stage},
                   {"shard", fmt::format("{}/{}", options.shard.index, options.shard.count)},
                   {"limit", options.limit ? Json(*options.limit) : Json(nullptr)},
                   {"seed", options.seed},
                   {"block_size", block_size},
                   {"compress", options.compress},
                   {"config", deciding_config(stage)},
                   {"fingerprints", stage.fingerprints},
                   {"input", Json::array()}};
  for (const InputFile& file : files) {
    Json entry = {{"name", file.name},
                  {"size", file.size},
                  {"modified_ns", file.modified_ns},
                  {"sha256", nullptr}};
    if (!file.is_stream()) {
      const auto known = known_hash(earlier, file);
      entry["sha256"] = known ? *known : base::sha256_of_file(file.path);
    }
    identity["input"].push_back(std::move(entry));
  }
  return identity;
}

Json run_configuration(const StageIdentity& stage) {
  Json config = stage.config.is_null() ? Json::object() : stage.config;
  config.erase("shard");  // one file for all shards
  return {{"version", kVersion},
          {"stage", stage.stage},
          {"config", std::move(config)},
          {"fingerprints", stage.fingerprints}};
}

void refuse_other_run(const std::string& where, const Json& before, const Json& now) {
  const auto difference = first_difference("", before, now);
  if (!difference) return;
  base::throw_error<base::UsageError>(
      "{}: was written with {} = {}, this run has {}; use the same settings, write to another "
      "place, or drop the "
      "earlier results with --restart",
      where, difference->field, difference->before, difference->now);
}

}  // namespace toolformer::record
