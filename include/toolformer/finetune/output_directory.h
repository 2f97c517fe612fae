// SPDX-License-Identifier: Apache-2.0
// The output of a run on disk: whose it is, whether it is complete, and its last files.
#pragma once

#include <filesystem>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "toolformer/base/file.h"

namespace toolformer::finetune {

/// Throws UsageError when the path cannot be that of a model: nothing, standard output, a file.
void require_directory(const std::filesystem::path& path);

/// What to do with a run that the directory holds already.
struct EarlierRun {
  bool restart = false;            ///< remove it
  bool override_settings = false;  ///< go on with settings that may differ (record/run_identity.h)
};

class OutputDirectory {
 public:
  /// Makes the directory and locks it for this process. Throws UsageError when another process
  /// trains there, when it holds files of a run but no run.json, or a run with another identity.
  OutputDirectory(std::filesystem::path path, const nlohmann::ordered_json& identity,
                  EarlierRun earlier = {});

  /// For the processes beside the first: takes no lock and writes nothing.
  explicit OutputDirectory(std::filesystem::path path) : path_(std::move(path)) {}

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path checkpoints() const { return path_ / "checkpoints"; }
  std::filesystem::path best() const { return path_ / "best"; }
  std::filesystem::path adapter() const { return path_ / "adapter"; }
  std::filesystem::path metrics() const { return path_ / "metrics.jsonl"; }
  std::filesystem::path validation() const { return path_ / "validation.jsonl"; }

  /// Whether an earlier run finished here, with the settings of this one. Throws DataError when a
  /// file of its model is missing or was changed since.
  bool complete() const;
  /// run.json. A complete run whose settings have changed is no longer complete from here on.
  void write_run(const nlohmann::ordered_json& config) const;
  /// summary.json, with bytes and SHA-256 of the model's files: complete from now on.
  void write_summary(nlohmann::ordered_json summary) const;

 private:
  void require_checkpoint() const;
  void refuse_foreign_files() const;
  void remove_earlier_run() const;

  std::filesystem::path path_;
  nlohmann::ordered_json identity_;
  bool changed_ = false;  // settings that an earlier run here had
  std::optional<base::File> lock_;
};

}  // namespace toolformer::finetune
