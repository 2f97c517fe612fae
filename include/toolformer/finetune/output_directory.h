// SPDX-License-Identifier: Apache-2.0
// The output of a run on disk: whose it is, whether it is complete, and its last files.
#pragma once

#include <filesystem>
#include <optional>

#include <nlohmann/json.hpp>

#include "toolformer/base/file.h"

namespace toolformer::finetune {

class OutputDirectory {
 public:
  /// Makes the directory and locks it for this process. With `restart` removes what an earlier run
  /// left. Throws UsageError when another process trains there, when it holds a model that no run
  /// of ours wrote, or when it holds a run with another identity.
  OutputDirectory(std::filesystem::path path, const nlohmann::ordered_json& identity, bool restart);

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path checkpoints() const { return path_ / "checkpoints"; }
  std::filesystem::path metrics() const { return path_ / "metrics.jsonl"; }
  std::filesystem::path validation() const { return path_ / "validation.jsonl"; }

  /// Whether an earlier run finished here.
  bool complete() const;
  void write_run(const nlohmann::ordered_json& config) const;  ///< run.json
  void write_summary(
      const nlohmann::ordered_json& summary) const;  ///< summary.json: complete from now on

 private:
  void remove_earlier_run() const;

  std::filesystem::path path_;
  nlohmann::ordered_json identity_;
  std::optional<base::File> lock_;
};

}  // namespace toolformer::finetune
