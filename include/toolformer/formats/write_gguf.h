// SPDX-License-Identifier: Apache-2.0
// Writes GGUF version 3, little-endian: metadata and tensor descriptions at once, then the tensors'
// bytes piece by piece, so that no more of a model than the caller holds is in memory. The file
// grows under another name and gets its own when it is complete and synced.
// https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "toolformer/base/file.h"
#include "toolformer/formats/tensor_view.h"

namespace toolformer::formats {

struct GgufEntry {
  std::string key;
  std::variant<bool, std::uint32_t, float, std::string, std::vector<std::uint8_t>,
               std::vector<std::int32_t>, std::vector<float>, std::vector<std::string>>
      value;
};

/// A tensor to come.
struct GgufTensor {
  std::string name;
  DType dtype = DType::kF32;
  std::vector<std::int64_t> shape;  ///< outermost dimension first, one to four of them
};

class GgufWriter {
 public:
  /// Writes the header and takes the room of all tensors. Throws std::logic_error for a shape that
  /// GGUF cannot express.
  GgufWriter(std::filesystem::path path, const std::vector<GgufEntry>& metadata,
             const std::vector<GgufTensor>& tensors);
  /// Removes the file unless finish() was reached.
  ~GgufWriter();
  GgufWriter(const GgufWriter&) = delete;
  GgufWriter& operator=(const GgufWriter&) = delete;

  /// The name under which the file grows: a readable GGUF whose missing bytes are zero.
  const std::filesystem::path& temporary() const { return file_.path(); }
  /// The next bytes, tensor by tensor in the order given; a piece may not reach into the next
  /// tensor.
  void append(std::span<const std::byte> bytes);
  /// Syncs and renames. Throws std::logic_error when bytes are missing.
  void finish();

 private:
  struct Place {
    std::uint64_t offset = 0, bytes = 0;
  };
  std::filesystem::path path_;
  base::File file_;
  std::vector<Place> places_;
  std::size_t tensor_ = 0;     // the one that is being written
  std::uint64_t written_ = 0;  // bytes of it
  bool finished_ = false;
};

}  // namespace toolformer::formats
