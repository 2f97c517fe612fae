// SPDX-License-Identifier: Apache-2.0
// GGUF, the file format of ggml: typed key-value metadata and tensors in one file. Versions 2 and
// 3, little-endian. https://github.com/ggml-org/ggml/blob/master/docs/gguf.md Every length, count,
// offset and product is checked against the file before it is used; what does not hold is a
// DataError with file, byte, and both values.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "toolformer/formats/mapped_file.h"
#include "toolformer/formats/tensor_view.h"

namespace toolformer::formats {

/// Numbers are widened: every integer type to 64 bits, every float type to double. Strings are
/// views into the file.
using GgufValue =
    std::variant<bool, std::int64_t, std::uint64_t, double, std::string_view, std::vector<bool>,
                 std::vector<std::int64_t>, std::vector<double>, std::vector<std::string_view>>;

class GgufFile {
 public:
  /// Reads the header; tensor bytes are only touched when somebody reads them.
  /// Throws DataError for what is no model by itself: one part of several, an adapter.
  explicit GgufFile(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return file_.path(); }
  std::uint32_t version() const { return version_; }
  const std::map<std::string, GgufValue, std::less<>>& metadata() const { return metadata_; }

  // The value of a key; nothing when the key is absent, DataError when it has another type.
  std::optional<bool> boolean(std::string_view key) const;
  std::optional<std::int64_t> integer(std::string_view key) const;
  std::optional<double> number(std::string_view key) const;  ///< integers too
  std::optional<std::string> string(std::string_view key) const;
  const std::vector<bool>* booleans(std::string_view key) const;  ///< null when absent
  const std::vector<std::int64_t>* integers(std::string_view key) const;
  const std::vector<double>* numbers(std::string_view key) const;
  const std::vector<std::string_view>* strings(std::string_view key) const;

  const std::vector<TensorView>& tensors() const { return tensors_; }  ///< in the order of the file
  const TensorView* find(std::string_view name) const;                 ///< null when absent
  /// Throws DataError when the file has changed its size since it was opened; ask before reading
  /// tensors.
  void check_size() const { file_.check_size(); }

 private:
  void refuse_part() const;

  MappedFile file_;
  std::uint32_t version_ = 0;
  std::map<std::string, GgufValue, std::less<>> metadata_;
  std::vector<TensorView> tensors_;
  std::unordered_map<std::string_view, std::size_t> index_;  // views into tensors_' names
};

/// Whether the file begins with GGUF's magic bytes.
bool is_gguf(const std::filesystem::path& path);

}  // namespace toolformer::formats
