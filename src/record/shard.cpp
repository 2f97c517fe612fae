// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/shard.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <utility>

#include "toolformer/base/error.h"

namespace toolformer::record {
namespace {

constexpr std::array<std::pair<std::string_view, Compression>, 3> kSuffixes = {{
    {".jsonl", Compression::kNone},
    {".jsonl.gz", Compression::kGzip},
    {".jsonl.zst", Compression::kZstd},
}};

std::string suffix_of(Compression compression) {
  for (const auto& [suffix, kind] : kSuffixes) {
    if (kind == compression) return std::string(suffix);
  }
  return ".jsonl";
}

std::optional<std::size_t> parse_number(std::string_view digits) {
  std::size_t value = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value);
  if (digits.empty() || error != std::errc() || stop != end) return std::nullopt;
  return value;
}

OutputPaths paths_for(const std::filesystem::path& directory, const std::string& stem,
                      const std::string& run, Compression compression) {
  const std::string file = stem + suffix_of(compression);
  return {directory / file,
          directory / (file + ".part"),
          directory / (file + ".state"),
          directory / (stem + ".rejects.jsonl"),
          directory / (stem + ".rejects.jsonl.part"),
          directory / (stem + ".summary.json"),
          directory / (stem + ".tool-cache.sqlite"),
          directory / run,
          compression};
}

}  // namespace

Shard parse_shard(const std::string& text) {
  const std::size_t slash = text.find('/');
  const std::string_view view(text);
  const auto index = parse_number(view.substr(0, slash));
  const auto count =
      slash == std::string::npos ? std::nullopt : parse_number(view.substr(slash + 1));
  constexpr std::size_t kMost = 99999;  // what five digits hold
  if (!index || !count || *count == 0 || *count > kMost || *index >= *count) {
    base::throw_error<base::UsageError>(
        "--shard '{}': expected I/N with 0 <= I < N <= {}, e.g. 0/16 is the first of sixteen", text,
        kMost);
  }
  return {*index, *count};
}

Compression parse_compression(std::string_view name) {
  if (name == "none") return Compression::kNone;
  if (name == "gz") return Compression::kGzip;
  if (name == "zst") return Compression::kZstd;
  base::throw_error<base::UsageError>("--compress '{}': expected none, gz or zst", name);
}

std::optional<RecordFileName> parse_record_file_name(const std::string& name) {
  for (const auto& [suffix, compression] : kSuffixes) {
    if (name.size() <= suffix.size() || !name.ends_with(suffix)) continue;
    std::string stem = name.substr(0, name.size() - suffix.size());
    if (stem.ends_with(".rejects")) return std::nullopt;
    return RecordFileName{std::move(stem), compression};
  }
  return std::nullopt;
}

std::optional<ShardName> parse_shard_name(const std::string& stem) {
  const std::size_t of = stem.rfind("-of-");
  if (of == std::string::npos || of == 0) return std::nullopt;
  const std::size_t dash = stem.rfind('-', of - 1);
  if (dash == std::string::npos || dash == 0) return std::nullopt;
  const auto index = parse_number(std::string_view(stem).substr(dash + 1, of - dash - 1));
  const auto count = parse_number(std::string_view(stem).substr(of + 4));
  if (!index || !count || *index >= *count) return std::nullopt;
  return ShardName{stem.substr(0, dash), {*index, *count}};
}

OutputPaths output_paths(const std::string& output, const Shard& shard, Compression compression) {
  const std::filesystem::path path(output);
  if (const auto file = parse_record_file_name(path.filename().string())) {
    if (std::filesystem::is_directory(path)) {
      base::throw_error<base::UsageError>("--output {}: named like a file, but it is a directory",
                                          output);
    }
    if (shard.count > 1) {
      base::throw_error<base::UsageError>(
          "--output {}: --shard {}/{} wants a directory, or every shard would write the same file",
          output, shard.index, shard.count);
    }
    return paths_for(path.parent_path(), file->stem, file->stem + ".run.json", file->compression);
  }
  const std::string extension = path.extension().string();
  if (std::filesystem::is_regular_file(path) || extension == ".gz" || extension == ".zst" ||
      extension == ".jsonl" || extension == ".json") {
    base::throw_error<base::UsageError>(
        "--output {}: expected a directory or a file x.jsonl, x.jsonl.gz or x.jsonl.zst (not "
        "x.rejects.jsonl)",
        output);
  }
  return paths_for(path, fmt::format("part-{:05}-of-{:05}", shard.index, shard.count), "run.json",
                   compression);
}

}  // namespace toolformer::record
