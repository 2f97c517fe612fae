// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/run_identity.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>

#include "toolformer/base/error.h"
#include "toolformer/base/sha256.h"
#include "toolformer/version.h"

namespace toolformer::record {
namespace {

using Json = nlohmann::ordered_json;

using enum OnChange;

constexpr OptionRule kRules[] = {
    {"", "log-level progress", kNothing, "what is shown, not what is written"},
    {"", "threads", kNothing, "sums are the same with any number, or differ by rounding alone"},
    {"", "resume restart dry-run", kNothing, "whether a run is gone on with"},
    {"", "strict max-failed-fraction", kNothing, "when a run fails, not what it writes before"},
    {"", "output", kNothing, "where a run lies; it may be moved"},
    {"", "input", kElsewhere, "the files' names and bytes, or for tf-finetune their tokens"},
    {"", "model", kElsewhere, "fingerprint of weights, configuration and tokenizer"},

    {"annotate filter", "workers", kNothing, "the same bytes with any number"},
    {"annotate filter", "block-size", kElsewhere, "field block_size"},
    {"generate eval", "batch", kElsewhere, "field block_size"},
    {"annotate filter generate eval", "seed limit", kElsewhere, "fields of these names"},
    {"annotate filter generate", "shard compress", kElsewhere, "fields of these names"},
    {"annotate filter generate", "prompts", kElsewhere, "fingerprint of the demonstrations"},
    {"eval", "prompts", kNothing, "of cells with demonstrations, which have their fingerprint"},
    {"filter", "others-from", kElsewhere, "fingerprint of its results"},
    {"annotate", "preselect-index", kElsewhere, "fingerprint of the index"},
    {"annotate", "toolbox", kNothing, "names are looked up in it, no tool is run"},
    {"filter generate eval", "tools toolbox index now exclude-own", kElsewhere,
     "fingerprint of the tools"},
    {"filter generate eval", "tool-cache", kNothing, "results are the same, remembered or not"},
    {"filter generate eval", "unsafe-no-sandbox", kNothing, "how a tool is run, not what it is"},
    {"generate", "prompt chat color", kNothing,
     "of answers to a person, which no run goes on from"},

    {"eval", "models", kElsewhere, "a cell has one of them: its fingerprint"},
    {"eval", "tasks task-directory", kElsewhere, "a cell has one task: config.task"},
    {"eval", "data perplexity", kElsewhere, "a cell's items are its input"},
    {"eval", "without-tools results controls", kNothing, "which cells there are"},
    {"eval", "join decontaminate decontaminate-words", kNothing, "of the tables, likewise"},
    {"eval", "statements", kNothing, "counts in other files, writes no cell"},
    {"eval", "resamples", kNothing, "of the tables, which are made anew from the cells"},
    {"eval/task", "window overlap", kNothing, "of perplexity cells"},
    {"eval/perplexity",
     "temperature top-k top-p max-new-tokens call-top-k call-min-p call-min-ratio call-branch "
     "max-calls "
     "max-failed-calls max-call-tokens max-result-tokens stop markers",
     kNothing, "of cells that generate"},

    {"finetune", "plain limit", kElsewhere, "fingerprint of the corpus, as tokens"},
    {"finetune", "valid valid-limit", kElsewhere, "fingerprint of the validation documents"},
    {"finetune", "shard compress", kNothing, "of shards, which it does not write"},
    {"finetune", "device", kNothing, "the same numbers within rounding"},
    {"finetune", "engine", kNothing, "of the other programs: it samples and scores nothing"},
    {"finetune", "checkpoint-activations", kNothing, "the same numbers in less memory"},
    {"finetune", "max-bad-steps", kNothing, "when a run fails, not what it writes before"},
    {"finetune", "save-every keep-checkpoints", kNothing, "what is kept to go on from"},
    {"finetune", "override", kNothing, "which changes are accepted"},
    // Neither which documents a step sees nor what the optimiser's state means.
    {"finetune", "max-steps epochs", kOverride, "a longer or a shorter run"},
    {"finetune", "lr warmup-fraction schedule clip", kOverride, "how far the next steps go"},
    {"finetune", "valid-every keep-best patience", kOverride, "what validations are used for"},
};

/// Whether `name` is one of `names`, which blanks separate.
bool holds(std::string_view names, std::string_view name) {
  for (std::size_t at = names.find(name); at != names.npos; at = names.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    if ((at == 0 || names[at - 1] == ' ') && (end == names.size() || names[end] == ' '))
      return true;
  }
  return false;
}

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

void collect(const std::string& name, const Json& before, const Json& now,
             std::vector<Difference>& found) {
  const auto join = [&](const std::string& key) { return name.empty() ? key : name + "." + key; };
  if (before.is_object() && now.is_object()) {
    for (const auto& [key, value] : before.items()) {
      if (key == "modified_ns") continue;
      if (const Json* other = member(now, key)) {
        collect(join(key), value, *other, found);
      } else {
        found.push_back({join(key), shown(&value), shown(nullptr)});
      }
    }
    for (const auto& [key, value] : now.items()) {
      if (member(before, key) == nullptr)
        found.push_back({join(key), shown(nullptr), shown(&value)});
    }
  } else if (before.is_array() && now.is_array() && before.size() == now.size()) {
    for (std::size_t i = 0; i < before.size(); ++i)
      collect(fmt::format("{}[{}]", name, i), before[i], now[i], found);
  } else if (before != now) {
    found.push_back({name, shown(&before), shown(&now)});
  }
}

/// An identity as this version would have written it. Earlier ones asked for options that have a
/// rule by now, and kept tf-eval's settings of decoding in an object of their own.
Json in_present_terms(Json identity, const Json& now) {
  const Json* asked = member(now, "config");
  if (asked == nullptr || !identity.is_object() || !identity["config"].is_object()) return identity;
  Json& config = identity["config"];
  if (const Json* decoding = member(config, "decoding")) {
    const Json settings = *decoding;
    config.erase("decoding");
    config.update(settings);
  }
  const std::string stage = identity.value("stage", "");
  Json kept = Json::object();
  for (const auto& [key, value] : config.items()) {
    if (asked->contains(key) || rule_of(stage, key) == nullptr) kept[key] = value;
  }
  config = std::move(kept);
  return identity;
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

std::span<const OptionRule> option_rules() {
  return kRules;
}

const OptionRule* rule_of(std::string_view stage, std::string_view option) {
  const std::string_view whole = stage.substr(0, stage.find('/'));
  const auto* rule = std::find_if(std::begin(kRules), std::end(kRules), [&](const OptionRule& one) {
    return holds(one.options, option) &&
           (one.stages.empty() || holds(one.stages, stage) || holds(one.stages, whole));
  });
  return rule == std::end(kRules) ? nullptr : rule;
}

Json deciding_config(const StageIdentity& stage) {
  const std::string name = stage.part.empty() ? stage.stage : stage.stage + "/" + stage.part;
  Json config = Json::object();
  for (const auto& [key, value] : stage.config.items()) {
    const OptionRule* rule = rule_of(name, key);
    if (rule == nullptr || rule->on_change == kOverride) config[key] = value;
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

std::vector<Difference> differences(const Json& before, const Json& now) {
  std::vector<Difference> found;
  collect("", before, now, found);
  return found;
}

void refuse_other_run(const std::string& where, const Json& before, const Json& now) {
  const std::vector<Difference> changed = differences(in_present_terms(before, now), now);
  if (changed.empty()) return;
  base::throw_error<base::UsageError>(
      "{}: was written with {} = {}, this run has {}; use the same settings, write to another "
      "place, or drop the "
      "earlier results with --restart",
      where, changed.front().field, changed.front().before, changed.front().now);
}

}  // namespace toolformer::record
