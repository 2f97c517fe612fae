// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/input_files.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <glob.h>
#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <map>
#include <set>

#include "toolformer/base/error.h"
#include "toolformer/record/record_lines.h"
#include "toolformer/record/shard.h"

namespace toolformer::record {
namespace {

namespace fs = std::filesystem;

struct Status {
  std::uint64_t size = 0;
  std::int64_t modified_ns = 0;
};

Status status_of(const std::string& path) {
  struct stat status {};
  // Pipes and other streams have no size that could be compared.
  if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
  return {
      static_cast<std::uint64_t>(status.st_size),
      static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec};
}

/// Shards of one run: how many there must be, and which were found.
using Found = std::map<std::pair<std::string, std::size_t>, std::map<std::size_t, std::string>>;

void refuse_missing_shards(const std::string& directory, const Found& found) {
  for (const auto& [run, shards] : found) {
    const auto& [name, count] = run;
    std::vector<std::string> missing;
    for (std::size_t index = 0; index < count && missing.size() < 10; ++index) {
      if (!shards.contains(index)) missing.push_back(fmt::format("{}/{}", index, count));
    }
    if (!missing.empty()) {
      base::throw_error<base::UsageError>(
          "{}: {} of {} shards of '{}' are complete; missing: {}{}; run the stage with --shard {} "
          "first, or name the "
          "files themselves",
          directory, shards.size(), count, name, fmt::join(missing, ", "),
          count - shards.size() > missing.size() ? ", ..." : "", missing.front());
    }
  }
  if (found.size() > 1) {
    std::vector<std::string> runs;
    for (const auto& [run, shards] : found)
      runs.push_back(fmt::format("{}-*-of-{}", run.first, run.second));
    base::throw_error<base::UsageError>(
        "{}: holds the shards of several runs: {}; name the files of one", directory,
        fmt::join(runs, ", "));
  }
}

bool is_hidden(const std::string& name) {
  return name.starts_with('.');
}

/// "2 hidden files (._a.jsonl, .#a.jsonl)"; nothing for none.
void tell(std::vector<std::string> names, const char* what, const char* kind,
          std::vector<std::string>& told) {
  if (names.empty()) return;
  std::sort(names.begin(), names.end());
  constexpr std::size_t kTold = 3;
  const std::size_t count = names.size();
  names.resize(std::min(count, kTold));
  told.push_back(fmt::format("{} {}{}{} ({}{})", count, what, count == 1 ? "" : "s", kind,
                             fmt::join(names, ", "), count > kTold ? ", ..." : ""));
}

/// x.csv, x.tsv, x.json or x.txt, but none of what runs and data sets write beside their records.
bool is_raw_input(const std::string& name) {
  if (is_hidden(name) || name == "run.json" || name == "state.json" ||
      name.starts_with("dataset_info") || name.find(".summary.json") != name.npos)
    return false;
  return input_format(name) != InputFormat::kJson || name.ends_with(".json") ||
         name.ends_with(".json.gz") || name.ends_with(".json.zst");
}

/// The raw inputs among the files, of one format: of tables, else of JSON, else of text, so that a
/// README.txt beside a table is none of the documents.
std::vector<std::string> raw_inputs_of_one_format(const std::vector<std::string>& paths) {
  std::map<InputFormat, std::vector<std::string>> found;
  for (const std::string& path : paths) {
    const std::string name = fs::path(path).filename().string();
    if (is_raw_input(name) && fs::is_regular_file(path)) found[input_format(name)].push_back(path);
  }
  for (const InputFormat format :
       {InputFormat::kCsv, InputFormat::kTsv, InputFormat::kJson, InputFormat::kText}) {
    if (found.contains(format)) {
      std::sort(found[format].begin(), found[format].end());
      return found[format];
    }
  }
  return {};
}

bool holds_record_files(const fs::path& directory) {
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename().string();
    if (!is_hidden(name) && parse_record_file_name(name)) return true;
  }
  return false;
}

/// x.jsonl.xz, x.JSONL, x.ndjson: named like records, but not as the files of a folder are.
bool has_another_ending(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  static constexpr std::string_view kEndings[] = {
      ".ndjson",    ".ndjson.gz", ".ndjson.zst", ".jsonlines",  ".jsonl.xz",
      ".jsonl.bz2", ".jsonl.lz4", ".jsonl.zip",  ".parquet",    ".jsonl",
      ".jsonl.gz",  ".jsonl.zst", ".jsonl.zstd", ".jsonl.gzip", ".jl"};
  return !name.ends_with(".rejects.jsonl") &&
         std::any_of(std::begin(kEndings), std::end(kEndings),
                     [&](std::string_view ending) { return name.ends_with(ending); });
}

/// What of a directory is not read although it may be meant: "2 hidden files (...), ...".
std::string left_out_of(const fs::path& directory) {
  std::vector<std::string> hidden, folders, others;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename().string();
    if (entry.is_directory(error)) {
      if (!is_hidden(name) && holds_record_files(entry.path())) folders.push_back(name);
    } else if (is_hidden(name)) {
      if (has_another_ending(name)) hidden.push_back(name);
    } else if (!parse_record_file_name(name) && has_another_ending(name)) {
      others.push_back(name);
    }
  }
  std::vector<std::string> told;
  tell(hidden, "hidden file", "", told);
  tell(folders, "folder", " with record files", told);
  tell(others, "file", " of another ending", told);
  return fmt::format("{}", fmt::join(told, ", "));
}

/// Of a folder without JSON lines; a data set of Hugging Face keeps its files in data/.
std::vector<std::string> raw_inputs_in(const fs::path& directory) {
  std::vector<std::string> entries;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory))
    entries.push_back(entry.path().string());
  return raw_inputs_of_one_format(entries);
}

std::vector<std::string> record_files_in(const std::string& directory) {
  std::vector<std::string> paths;
  Found found;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory)) {
    std::string name = entry.path().filename().string();
    if (is_hidden(name)) continue;  // of editors and of other file systems, as for a glob
    if (name.ends_with(".jsonl.part") || name.ends_with(".jsonl.gz.part") ||
        name.ends_with(".jsonl.zst.part")) {
      name.resize(name.size() - std::string_view(".part").size());
      const auto unfinished = parse_record_file_name(name);
      if (unfinished && !fs::exists(fs::path(directory) / name)) {
        base::throw_error<base::UsageError>(
            "{}: unfinished; run the command that writes it again, or name the files to read "
            "themselves (this one, too)",
            entry.path().string());
      }
      continue;
    }
    const auto file = parse_record_file_name(name);
    if (!file || !entry.is_regular_file()) continue;
    paths.push_back(entry.path().string());
    const auto shard = parse_shard_name(file->stem);
    if (!shard) continue;
    const auto [place, is_new] =
        found[{shard->name, shard->shard.count}].emplace(shard->shard.index, paths.back());
    if (!is_new) {
      base::throw_error<base::UsageError>("{} and {} are the same shard; remove one", place->second,
                                          paths.back());
    }
  }
  refuse_missing_shards(directory, found);
  if (paths.empty()) paths = raw_inputs_in(directory);
  const std::string data = (fs::path(directory) / "data").string();
  if (paths.empty() && fs::is_directory(data)) return record_files_in(data);
  if (paths.empty()) {
    const std::string others = left_out_of(directory);
    base::throw_error<base::UsageError>(
        "{}: no record files (x.jsonl, x.json, x.csv, x.tsv, x.txt, each also .gz or .zst) in it{}",
        directory, others.empty() ? "" : "; there are " + others + ": name them themselves");
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::vector<std::string> record_files_matching(const std::string& pattern,
                                               std::string_view option) {
  glob_t result{};
  std::vector<std::string> paths, others;
  if (::glob(pattern.c_str(), 0, nullptr, &result) == 0) {
    for (std::size_t i = 0; i < result.gl_pathc; ++i) {
      const fs::path path = result.gl_pathv[i];
      if (parse_record_file_name(path.filename().string()) && fs::is_regular_file(path)) {
        paths.push_back(path.string());
      } else {
        others.push_back(path.string());
      }
    }
  }
  ::globfree(&result);
  if (paths.empty()) paths = raw_inputs_of_one_format(others);
  if (paths.empty()) {
    base::throw_error<base::UsageError>(
        "{} {}: no record file (x.jsonl, x.json, x.csv, x.tsv, x.txt, each also .gz or .zst) "
        "matches",
        option, pattern);
  }
  return paths;
}

std::vector<std::string> expand(const std::string& word, std::string_view option) {
  if (word == "-") return {word};
  if (fs::is_directory(word)) return record_files_in(word);
  if (fs::exists(word)) return {word};
  if (word.find_first_of("*?[") != std::string::npos) return record_files_matching(word, option);
  base::throw_error<base::UsageError>("{} {}: no such file or directory", option, word);
}

/// File names where they tell the inputs apart, paths where they do not.
void name_files(std::vector<InputFile>& files) {
  std::map<std::string, int> uses;
  for (const InputFile& file : files) ++uses[fs::path(file.path).filename().string()];
  for (InputFile& file : files) {
    const std::string name = fs::path(file.path).filename().string();
    file.name = uses[name] > 1 ? file.path : name;
  }
}

}  // namespace

std::vector<InputFile> expand_input(const std::vector<std::string>& input,
                                    std::string_view option) {
  std::vector<InputFile> files;
  std::set<std::string> seen;
  for (const std::string& word : input) {
    for (const std::string& path : expand(word, option)) {
      // A pipe (/dev/fd/63) has no canonical path.
      const bool is_file = fs::is_regular_file(path);
      if (!seen.insert(is_file ? fs::canonical(path).string() : path).second) {
        base::throw_error<base::UsageError>("{} {}: given twice", option, path);
      }
      const Status status = path == "-" ? Status{} : status_of(path);
      files.push_back({path, path, status.size, status.modified_ns});
    }
  }
  name_files(files);
  return files;
}

std::vector<std::string> notes_on_input(const std::vector<std::string>& input) {
  std::vector<std::string> notes;
  for (const std::string& word : input) {
    if (fs::is_directory(word)) {
      if (const std::string others = left_out_of(word); !others.empty())
        notes.push_back(
            fmt::format("{}: left out: {}; name them themselves to read them", word, others));
    } else if (word.ends_with(".part") && fs::exists(word)) {
      notes.push_back(fmt::format("{}: unfinished; only what is written so far is read", word));
    }
  }
  return notes;
}

void refuse_overwriting(const std::vector<InputFile>& files, std::string_view option,
                        const fs::path& path) {
  for (const InputFile& file : files) {
    std::error_code error;  // what is not there is no input
    if (file.path != "-" && fs::equivalent(file.path, path, error)) {
      base::throw_error<base::UsageError>("{} {}: is one of the inputs; write to another place",
                                          option, path.string());
    }
  }
}

void refuse_changed(const InputFile& file) {
  if (file.path == "-") return;
  const Status now = status_of(file.path);
  if (now.size != file.size || now.modified_ns != file.modified_ns) {
    base::throw_error<base::IoError>(
        "{}: changed while it was being read ({} bytes before, {} now); run again with --restart",
        file.path, file.size, now.size);
  }
}

}  // namespace toolformer::record
