// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/output_directory.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "toolformer/base/atomic_file.h"
#include "toolformer/base/error.h"
#include "toolformer/finetune/run_identity.h"

namespace toolformer::finetune {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRunFile = "run.json";
constexpr const char* kSummaryFile = "summary.json";

}  // namespace

OutputDirectory::OutputDirectory(fs::path path, const nlohmann::ordered_json& identity,
                                 EarlierRun earlier)
    : path_(std::move(path)), identity_(identity) {
  if (path_.empty() || path_ == "-") {
    base::throw_error<base::UsageError>("--output must name a directory for the model, got \"{}\"",
                                        path_.string());
  }
  if (fs::exists(path_) && !fs::is_directory(path_)) {
    base::throw_error<base::UsageError>("--output {} is a file; a directory is needed",
                                        path_.string());
  }
  const bool has_run = fs::exists(path_ / kRunFile);
  if (!has_run && fs::exists(path_ / "config.json")) {
    base::throw_error<base::UsageError>(
        "--output {} holds a model that this program did not write; choose another directory",
        path_.string());
  }
  fs::create_directories(path_);
  lock_ = base::File::open_or_create(path_ / ".lock");
  if (!lock_->try_lock()) {
    base::throw_error<base::UsageError>("another process is training into {}", path_.string());
  }
  if (earlier.restart) {
    remove_earlier_run();
  } else if (has_run) {
    const auto run = nlohmann::ordered_json::parse(base::read_file(path_ / kRunFile));
    const auto changed =
        require_same_run(run.at("identity"), identity, path_.string(),
                         earlier.override_settings ? Changes::kSafe : Changes::kNone);
    for (const std::string& change : changed) spdlog::info("going on with {}", change);
    if (!changed.empty()) base::remove_if_exists(path_ / kSummaryFile);
  }
}

void OutputDirectory::remove_earlier_run() const {
  // The summary first: without it nothing here counts as complete.
  base::remove_if_exists(path_ / kSummaryFile);
  fs::remove_all(checkpoints());
  fs::remove_all(adapter());
  fs::remove_all(best());
  for (const char* name : {"metrics.jsonl", "validation.jsonl", "config.json",
                           "generation_config.json", "model.safetensors", kRunFile}) {
    base::remove_if_exists(path_ / name);
  }
}

bool OutputDirectory::complete() const {
  return fs::exists(path_ / kSummaryFile);
}

void OutputDirectory::write_run(const nlohmann::ordered_json& config) const {
  const nlohmann::ordered_json run{
      {"stage", "finetune"}, {"identity", identity_}, {"config", config}};
  base::write_file_atomically(path_ / kRunFile, run.dump(2) + "\n");
}

void OutputDirectory::write_summary(const nlohmann::ordered_json& summary) const {
  base::write_file_atomically(path_ / kSummaryFile, summary.dump(2) + "\n");
}

}  // namespace toolformer::finetune
