// SPDX-License-Identifier: Apache-2.0
// A file read through memory: opened once, its size fixed at that moment, unmapped at the end.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace toolformer::formats {

class MappedFile {
 public:
  /// Throws IoError when the file cannot be opened or is no regular file. An empty file gives no
  /// bytes.
  explicit MappedFile(std::filesystem::path path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::span<const std::byte> bytes() const { return bytes_; }

  /// Throws DataError when the file on disk no longer has the size it was mapped with: touching the
  /// lost pages would end the process with SIGBUS, so readers of large parts ask first.
  void check_size() const;

 private:
  void close() noexcept;

  std::filesystem::path path_;
  int descriptor_ = -1;
  std::span<const std::byte> bytes_;
};

}  // namespace toolformer::formats
