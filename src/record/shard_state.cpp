// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/shard_state.h"

#include "toolformer/base/error.h"
#include "toolformer/record/sealed_json.h"

namespace toolformer::record {
namespace {

using Json = nlohmann::ordered_json;
constexpr int kFormat = 2;  // 1 had no checksum

Json to_json_value(const CommittedBytes& committed) {
  return {{"bytes", committed.bytes}, {"crc32", committed.crc}};
}

CommittedBytes committed_from(const Json& json) {
  return {json.at("bytes").get<std::uint64_t>(), json.at("crc32").get<std::uint32_t>()};
}

void refuse_other_format(const Json& json, const std::string& file) {
  const int format = json.at("format").get<int>();
  if (format == kFormat) return;
  base::throw_error<base::DataError>(
      "{}: format {}, this program reads {}; go on with the version that wrote it, or begin again "
      "with --restart",
      file, format, kFormat);
}

}  // namespace

std::string ShardState::to_json() const {
  const Json json = {{"format", kFormat},
                     {"records", to_json_value(records)},
                     {"rejects", to_json_value(rejects)},
                     {"blocks", blocks},
                     {"next_ordinal", next_ordinal},
                     {"runs", runs},
                     {"wall_seconds", wall_seconds},
                     {"cpu_seconds", cpu_seconds},
                     {"counts", counts.flat()},
                     {"identity", identity}};
  return seal(json);
}

ShardState ShardState::from_json(const std::string& text, const std::string& file) {
  try {
    refuse_other_format(Json::parse(text), file);
    const Json json = unseal(text, file);
    ShardState state;
    state.records = committed_from(json.at("records"));
    state.rejects = committed_from(json.at("rejects"));
    state.blocks = json.at("blocks").get<std::size_t>();
    state.next_ordinal = json.at("next_ordinal").get<std::size_t>();
    state.runs = json.at("runs").get<int>();
    state.wall_seconds = json.at("wall_seconds").get<double>();
    state.cpu_seconds = json.at("cpu_seconds").get<double>();
    state.counts = Summary::from_json(json.at("counts"));
    state.identity = json.at("identity");
    return state;
  } catch (const nlohmann::json::exception& error) {
    base::throw_error<base::DataError>("{}: damaged: {}; begin the shard again with --restart",
                                       file, error.what());
  }
}

}  // namespace toolformer::record
