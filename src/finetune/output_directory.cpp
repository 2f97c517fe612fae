// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/output_directory.h"

#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "toolformer/base/atomic_file.h"
#include "toolformer/base/error.h"
#include "toolformer/record/run_identity.h"
#include "toolformer/record/written_file.h"

namespace toolformer::finetune {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRunFile = "run.json";
constexpr const char* kSummaryFile = "summary.json";
constexpr const char* kModelFile = "model.safetensors";

/// What a run writes beside tokenizer, checkpoints, best weights and adapters.
constexpr std::array kFiles{kSummaryFile,  "metrics.jsonl",          "validation.jsonl",
                            "config.json", "generation_config.json", kModelFile,
                            kRunFile};

nlohmann::ordered_json identity_in(const fs::path& file) {
  const auto run = nlohmann::ordered_json::parse(base::read_file(file), nullptr, false);
  if (run.is_object() && run.contains("identity") && run.at("identity").is_object()) {
    return run.at("identity");
  }
  base::throw_error<base::DataError>(
      "{} is not what a run of tf-finetune writes; choose another --output, or --restart to begin "
      "anew",
      file.string());
}

/// The changes that are accepted ("lr: 0.1 before, 0.2 now"). Throws UsageError that names all
/// others.
std::vector<std::string> accepted_changes(const nlohmann::ordered_json& before,
                                          const nlohmann::ordered_json& now, const fs::path& output,
                                          bool override_settings) {
  std::vector<std::string> accepted, refused;
  bool all_safe = true;
  for (const record::Difference& change : record::differences(before, now)) {
    const record::OptionRule* rule = record::rule_of("finetune", change.field);
    const bool safe = rule != nullptr && rule->on_change == record::OnChange::kOverride;
    all_safe = all_safe && safe;
    (safe && override_settings ? accepted : refused)
        .push_back(fmt::format("{}: {} before, {} now", change.field, change.before, change.now));
  }
  if (refused.empty()) return accepted;
  base::throw_error<base::UsageError>(
      "{} holds a run with other settings ({}); give them again as they were, {}use another "
      "--output, or --restart to begin anew",
      output.string(), fmt::join(refused, "; "),
      all_safe ? "accept the change with --override, " : "");
}

/// The names of what another program reads of it, in order: weights, configuration, tokenizer.
std::vector<std::string> files_of_model(const fs::path& directory) {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    const bool of_the_run = name == kRunFile || name == kSummaryFile ||
                            entry.path().extension() == ".jsonl" || name.starts_with(".");
    if (entry.is_regular_file() && !of_the_run) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

void require_directory(const fs::path& path) {
  if (path.empty() || path == "-") {
    base::throw_error<base::UsageError>("--output must name a directory for the model, got \"{}\"",
                                        path.string());
  }
  if (fs::exists(path) && !fs::is_directory(path)) {
    base::throw_error<base::UsageError>("--output {} is a file; a directory is needed",
                                        path.string());
  }
}

OutputDirectory::OutputDirectory(fs::path path, const nlohmann::ordered_json& identity,
                                 EarlierRun earlier)
    : path_(std::move(path)), identity_(identity) {
  require_directory(path_);
  const bool has_run = fs::exists(path_ / kRunFile);
  if (!has_run) refuse_foreign_files();
  std::error_code failed;
  fs::create_directories(path_, failed);
  if (failed) {
    base::throw_error<base::UsageError>("--output {} cannot be made: {}", path_.string(),
                                        failed.message());
  }
  lock_ = base::File::open_or_create(path_ / ".lock");
  if (!lock_->try_lock()) {
    base::throw_error<base::UsageError>("another process is training into {}", path_.string());
  }
  if (earlier.restart) {
    remove_earlier_run();
  } else if (has_run) {
    const auto changed =
        accepted_changes(identity_in(path_ / kRunFile), identity, path_, earlier.override_settings);
    for (const std::string& change : changed) spdlog::info("going on with {}", change);
    changed_ = !changed.empty();
    if (changed_) require_checkpoint();
  }
}

void OutputDirectory::require_checkpoint() const {
  std::error_code none;
  for (const fs::directory_entry& entry : fs::directory_iterator(checkpoints(), none)) {
    if (entry.is_directory() && entry.path().extension() != ".unfinished") return;
  }
  base::throw_error<base::UsageError>(
      "--override: {} holds no checkpoint to go on from (none was written yet, or "
      "--keep-checkpoints 0 removed them); --restart trains anew with these settings",
      path_.string());
}

void OutputDirectory::refuse_foreign_files() const {
  for (const char* name : kFiles) {
    if (!fs::exists(path_ / name)) continue;
    base::throw_error<base::UsageError>(
        "--output {} holds {}, but no {} that says which run wrote it; choose another directory",
        path_.string(), name, kRunFile);
  }
}

void OutputDirectory::remove_earlier_run() const {
  // The summary first: without it nothing here counts as complete.
  base::remove_if_exists(path_ / kSummaryFile);
  fs::remove_all(checkpoints());
  fs::remove_all(adapter());
  fs::remove_all(best());
  for (const char* name : kFiles) base::remove_if_exists(path_ / name);
}

bool OutputDirectory::complete() const {
  const fs::path file = path_ / kSummaryFile;
  if (changed_ || !fs::exists(file)) return false;
  const auto summary = nlohmann::ordered_json::parse(base::read_file(file), nullptr, false);
  const auto written = summary.is_object() ? summary.find("files") : summary.end();
  if (written == summary.end()) return fs::exists(path_ / kModelFile);  // of an older version
  for (const auto& [name, entry] : written->items()) {
    const std::string change = record::change_since(
        {entry.value("bytes", std::uint64_t{0}), entry.value("sha256", "")}, path_ / name, file);
    if (change.empty()) continue;
    base::throw_error<base::DataError>("{}: {}; --restart trains again", (path_ / name).string(),
                                       change);
  }
  return fs::exists(path_ / kModelFile);
}

void OutputDirectory::write_run(const nlohmann::ordered_json& config) const {
  const nlohmann::ordered_json run{
      {"stage", "finetune"}, {"identity", identity_}, {"config", config}};
  if (changed_) base::remove_if_exists(path_ / kSummaryFile);
  base::write_file_atomically(path_ / kRunFile, run.dump(2) + "\n");
}

void OutputDirectory::write_summary(nlohmann::ordered_json summary) const {
  auto& files = summary["files"] = nlohmann::ordered_json::object();
  for (const auto& name : files_of_model(path_)) {
    const record::WrittenFile written = record::measure_file(path_ / name);
    files[name] = {{"bytes", written.bytes}, {"sha256", written.sha256}};
  }
  base::write_file_atomically(path_ / kSummaryFile, summary.dump(2) + "\n");
}

}  // namespace toolformer::finetune
