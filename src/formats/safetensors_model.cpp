// SPDX-License-Identifier: Apache-2.0
// The weights of a directory: one safetensors file, or the shards of an index.
#include <algorithm>

#include "toolformer/base/error.h"
#include "toolformer/formats/byte_reader.h"
#include "toolformer/formats/safetensors.h"
#include "toolformer/formats/strict_json.h"

namespace toolformer::formats {

using base::DataError;
using base::throw_error;

SafetensorsModel::SafetensorsModel(const std::filesystem::path& path) {
  if (!std::filesystem::is_directory(path)) {
    files_.emplace_back(path);
  } else if (std::filesystem::exists(path / "model.safetensors")) {
    files_.emplace_back(path / "model.safetensors");
  } else if (std::filesystem::exists(path / "model.safetensors.index.json")) {
    open_sharded(path / "model.safetensors.index.json");
    return;
  } else {
    throw_error<DataError>("{}: holds neither model.safetensors nor model.safetensors.index.json",
                           path.string());
  }
  add_names(files_.front(), [](const std::string& /*tensor*/) { return true; });
}

void SafetensorsModel::open_sharded(const std::filesystem::path& index) {
  const nlohmann::json json = read_strict_json(index);
  const auto map = json.is_object() ? json.find("weight_map") : json.end();
  if (!json.is_object() || map == json.end() || !map->is_object() || map->empty()) {
    throw_error<DataError>("{}: has no weight_map", index.string());
  }
  std::vector<std::string> shards;
  for (const auto& [tensor, shard] : map->items()) {
    const std::string name = shard.is_string() ? shard.get<std::string>() : "";
    if (name.empty() || name.find('/') != std::string::npos ||
        name.find('\0') != std::string::npos) {
      throw_error<DataError>("{}: tensor {} lies in {}, which is no file name of this directory",
                             index.string(), printable(tensor), printable(name));
    }
    shards.push_back(name);
  }
  std::sort(shards.begin(), shards.end());
  shards.erase(std::unique(shards.begin(), shards.end()), shards.end());
  files_.reserve(shards.size());
  for (const std::string& shard : shards) {
    if (!std::filesystem::exists(index.parent_path() / shard)) {
      throw_error<DataError>("{}: names {}, which is not there: an incomplete download? Fetch it",
                             index.string(), printable(shard));
    }
    files_.emplace_back(index.parent_path() / shard);
  }
  for (const SafetensorsFile& file : files_) {
    add_names(file, [&](const std::string& tensor) {
      const auto shard = map->find(tensor);
      return shard == map->end() || *shard == file.path().filename().string();
    });
  }
  for (const auto& [tensor, shard] : map->items()) {
    if (find(tensor) == nullptr) {
      throw_error<DataError>("{}: tensor {} is not in {}", index.string(), printable(tensor),
                             printable(shard.get_ref<const std::string&>()));
    }
  }
}

void SafetensorsModel::add_names(const SafetensorsFile& file,
                                 const std::function<bool(const std::string& name)>& counts) {
  for (const TensorView& tensor : file.tensors()) {
    if (!counts(tensor.name)) continue;
    const auto [place, is_new] = index_.emplace(tensor.name, &tensor);
    if (is_new) {
      tensors_.push_back(&tensor);
    } else if (!std::ranges::equal(place->second->data, tensor.data)) {
      throw_error<DataError>(
          "{}: tensor {} is in another shard too, with other numbers, and the index assigns it to "
          "none",
          file.path().string(), printable(tensor.name));
    }
  }
}

const TensorView* SafetensorsModel::find(std::string_view name) const {
  const auto found = index_.find(name);
  return found == index_.end() ? nullptr : found->second;
}

void SafetensorsModel::check_size() const {
  for (const SafetensorsFile& file : files_) file.check_size();
}

}  // namespace toolformer::formats
