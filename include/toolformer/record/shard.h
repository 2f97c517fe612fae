// SPDX-License-Identifier: Apache-2.0
// Names of shards and of the files beside them: part-00003-of-00016.jsonl, ....summary.json,
// ....rejects.jsonl.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "toolformer/record/run_options.h"

namespace toolformer::record {

enum class Compression { kNone, kGzip, kZstd };
Compression parse_compression(std::string_view name);  ///< "none" | "gz" | "zst"; throws UsageError

/// What a file of records may be called; nullopt for every other name.
struct RecordFileName {
  std::string stem;  ///< without .jsonl[.gz|.zst]
  Compression compression = Compression::kNone;
};
std::optional<RecordFileName> parse_record_file_name(const std::string& name);

/// NAME-00003-of-00016 taken apart.
struct ShardName {
  std::string name;
  Shard shard;
};
std::optional<ShardName> parse_shard_name(const std::string& stem);

/// Every file that belongs to one shard of an output. All are in one directory.
struct OutputPaths {
  std::filesystem::path final_path;  ///< complete when it is there
  std::filesystem::path part;        ///< while it grows
  std::filesystem::path state;       ///< what of it is committed
  std::filesystem::path rejects;     ///< bad lines, when there were any
  std::filesystem::path rejects_part;
  std::filesystem::path summary;
  std::filesystem::path tool_cache;  ///< results of remote tools, for a run that begins anew
  std::filesystem::path run;         ///< the configuration; shared by the shards of a directory
  Compression compression = Compression::kNone;
};

/// `output` names a file of records (x.jsonl[.gz|.zst]) or a directory, to be created, where shards
/// of the given compression go. Throws UsageError for anything else, and for one file with more
/// than one shard.
OutputPaths output_paths(const std::string& output, const Shard& shard, Compression compression);

}  // namespace toolformer::record
