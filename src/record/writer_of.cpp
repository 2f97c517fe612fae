// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/writer_of.h"

#include <filesystem>

#include "toolformer/base/atomic_file.h"
#include "toolformer/record/input_files.h"
#include "toolformer/record/shard.h"

namespace toolformer::record {

nlohmann::ordered_json writer_of(const std::vector<std::string>& input) {
  for (const InputFile& file : expand_input(input)) {
    const std::filesystem::path path = file.path;
    const auto name = parse_record_file_name(path.filename().string());
    if (!name) continue;
    const bool is_shard = parse_shard_name(name->stem).has_value();
    const auto run = path.parent_path() / (is_shard ? "run.json" : name->stem + ".run.json");
    if (!std::filesystem::is_regular_file(run)) continue;
    auto json = nlohmann::ordered_json::parse(base::read_file(run), nullptr, false);
    if (json.is_object() && json.contains("config") && json["config"].is_object()) return json;
  }
  return nullptr;
}

}  // namespace toolformer::record
