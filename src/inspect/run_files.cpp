// SPDX-License-Identifier: Apache-2.0
#include "toolformer/inspect/run_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "toolformer/base/error.h"
#include "toolformer/record/input_files.h"
#include "toolformer/record/shard.h"
#include "toolformer/record/writer_of.h"

namespace toolformer::inspect {
namespace {

namespace fs = std::filesystem;

std::string stage_of(const std::string& file) {
  const auto writer = record::writer_of({file});
  return writer.is_object() ? writer.value("stage", "") : "";
}

std::string stem_of(const std::string& file) {
  const auto name = record::parse_record_file_name(fs::path(file).filename().string());
  return name ? name->stem : "";
}

bool is_metrics_file(const std::string& file) {
  const std::string stem = stem_of(file);
  return stem == "metrics" || stem == "validation";
}

/// Files of one folder: those of each stage together.
void add_files(const std::vector<std::string>& files, const std::string& name, RunFiles& found) {
  std::map<std::string, RecordSource> by_stage;
  RecordSource metrics{name, "finetune", {}};
  for (const std::string& file : files) {
    if (fs::path(file).filename() == "results.json") {
      found.results.push_back(file);
    } else if (is_metrics_file(file)) {
      metrics.files.push_back(file);
    } else {
      const std::string stage = file == "-" ? "" : stage_of(file);
      by_stage.try_emplace(stage, RecordSource{name, stage, {}})
          .first->second.files.push_back(file);
    }
  }
  if (!metrics.files.empty()) found.metrics.push_back(metrics);
  for (auto& [stage, source] : by_stage) found.records.push_back(std::move(source));
}

std::vector<std::string> paths_of(const std::string& word) {
  std::vector<std::string> paths;
  for (const record::InputFile& file : record::expand_input({word})) paths.push_back(file.path);
  return paths;
}

bool is_left_out(const fs::path& folder) {
  const std::string name = folder.filename().string();
  return name.starts_with('.') || name == "checkpoints";
}

/// The folder and all below it, in the order of their names.
std::vector<fs::path> folders_of(const fs::path& root) {
  std::vector<fs::path> folders = {root};
  for (auto at =
           fs::recursive_directory_iterator(root, fs::directory_options::skip_permission_denied);
       at != fs::recursive_directory_iterator(); ++at) {
    if (!at->is_directory()) continue;
    if (is_left_out(at->path())) {
      at.disable_recursion_pending();
    } else {
      folders.push_back(at->path());
    }
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

/// The record files of a folder of a run; what is missing of it is a note, not the end.
std::vector<std::string> record_files(const fs::path& folder, RunFiles& found) {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with('.') && entry.is_regular_file() && record::parse_record_file_name(name))
      files.push_back(entry.path().string());
  }
  if (files.empty()) return files;
  try {
    return paths_of(folder.string());
  } catch (const base::UsageError& error) {
    found.notes.push_back(error.what());
  }
  std::sort(files.begin(), files.end());
  return files;
}

void search(const fs::path& root, RunFiles& found) {
  for (const fs::path& folder : folders_of(root)) {
    const std::string name =
        folder == root ? root.filename().string() : fs::relative(folder, root).string();
    std::vector<std::string> files;
    for (const std::string& file : record_files(folder, found)) {
      if (is_metrics_file(file) || !stage_of(file).empty()) {
        files.push_back(file);
      } else {
        found.notes.push_back(fmt::format("{}: no run.json beside it; name it to see it", file));
      }
    }
    if (fs::exists(folder / "results.json")) files.push_back((folder / "results.json").string());
    add_files(files, name, found);
  }
}

bool holds_folders(const std::string& word) {
  for (const auto& entry : fs::directory_iterator(word)) {
    if (entry.is_directory() && !is_left_out(entry.path())) return true;
  }
  return fs::exists(fs::path(word) / "results.json");
}

}  // namespace

RunFiles find_run_files(const std::vector<std::string>& input) {
  RunFiles found;
  for (std::string word : input) {
    while (word.size() > 1 && word.ends_with('/')) word.pop_back();
    if (word != "-" && fs::is_directory(word) && holds_folders(word)) {
      search(word, found);
    } else {
      add_files(paths_of(word), word, found);
    }
  }
  return found;
}

}  // namespace toolformer::inspect
