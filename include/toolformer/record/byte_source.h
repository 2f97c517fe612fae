// SPDX-License-Identifier: Apache-2.0
// The bytes of an input, one after the other: a plain file, .gz (also several members), .zst (also
// several frames) or standard input. What the bytes begin with decides, not the name. Memory does
// not grow with what is unpacked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace toolformer::record {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Fills up to `count` bytes; 0: nothing more comes. Throws IoError when the file cannot be read.
  virtual std::size_t read(char* bytes, std::size_t count) = 0;
  /// Behind the end: why it is not the whole file ("the gzip stream is cut off"), if so.
  virtual std::optional<std::string> damage() const { return std::nullopt; }
  /// Bytes of the file itself that were taken so far.
  virtual std::uint64_t consumed() const = 0;
};

/// "-" is standard input. Throws UsageError when there is no such file, DataError for a .gz or .zst
/// that is none; reading throws DataError when a .zst asks for more memory than is given.
std::unique_ptr<ByteSource> open_bytes(const std::string& path);

}  // namespace toolformer::record
