// SPDX-License-Identifier: Apache-2.0
// safetensors, the file format of Hugging Face: 8 bytes header length, a JSON header, the tensors
// end to end. https://huggingface.co/docs/safetensors The header is checked in full before it is
// believed: at most 100 MB, valid JSON without duplicate keys, known types, shapes whose product
// equals the bytes, and tensors that fill the rest of the file without hole or overlap.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "toolformer/formats/mapped_file.h"
#include "toolformer/formats/tensor_view.h"

namespace toolformer::formats {

inline constexpr std::uint64_t kMaxSafetensorsHeader =
    100'000'000;  ///< bytes, as in the reference implementation

class SafetensorsFile {
 public:
  explicit SafetensorsFile(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return file_.path(); }
  const std::map<std::string, std::string>& metadata() const {
    return metadata_;
  }  ///< __metadata__
  const std::vector<TensorView>& tensors() const {
    return tensors_;
  }  ///< in the order of their bytes
  void check_size() const {
    file_.check_size();
  }  ///< throws DataError when the file was cut meanwhile

 private:
  MappedFile file_;
  std::map<std::string, std::string> metadata_;
  std::vector<TensorView> tensors_;
};

/// The weights of a model directory: model.safetensors, or the shards that
/// model.safetensors.index.json names. Of a tensor that stands in several shards the one counts
/// that its weight_map assigns.
class SafetensorsModel {
 public:
  /// `path`: the directory, or one .safetensors file. Throws DataError when a shard lacks a tensor
  /// that the index promises or is not there, when two shards hold other numbers of a tensor that
  /// the index does not assign, or when a shard's name leaves the directory.
  explicit SafetensorsModel(const std::filesystem::path& path);

  const std::vector<const TensorView*>& tensors() const { return tensors_; }  ///< shard by shard
  const TensorView* find(std::string_view name) const;                        ///< null when absent
  const std::vector<SafetensorsFile>& files() const { return files_; }
  void check_size() const;

 private:
  void open_sharded(const std::filesystem::path& index);
  /// Those tensors of a file that `counts` takes.
  void add_names(const SafetensorsFile& file,
                 const std::function<bool(const std::string& name)>& counts);

  std::vector<SafetensorsFile> files_;
  std::vector<const TensorView*> tensors_;
  std::unordered_map<std::string_view, const TensorView*> index_;
};

/// Writes one file, tensors in the given order (the largest alignment first is best for readers),
/// under a temporary name, synced, renamed. `data` of each view must be as long as its shape says
/// (std::logic_error otherwise).
void write_safetensors(const std::filesystem::path& path, const std::vector<TensorView>& tensors,
                       const std::map<std::string, std::string>& metadata = {{"format", "pt"}});

}  // namespace toolformer::formats
