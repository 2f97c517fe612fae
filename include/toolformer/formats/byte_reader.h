// SPDX-License-Identifier: Apache-2.0
// A cursor over the bytes of a file that believes no length before it has checked it.
// Little-endian, as GGUF is.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "toolformer/base/error.h"

namespace toolformer::formats {

static_assert(std::endian::native == std::endian::little, "model files are read in place");

/// Text of unknown origin made fit for a message: cut at 80 bytes, bytes outside printable ASCII as
/// \xNN.
std::string printable(std::string_view text);

class ByteReader {
 public:
  /// `name` stands in every message.
  ByteReader(std::string name, std::span<const std::byte> bytes)
      : name_(std::move(name)), bytes_(bytes) {}

  std::size_t position() const { return position_; }
  std::size_t remaining() const { return bytes_.size() - position_; }
  const std::string& name() const { return name_; }

  template <class T>
  T read(const char* what) {
    static_assert(std::is_arithmetic_v<T>);
    T value;
    std::memcpy(&value, take(sizeof(T), what).data(), sizeof(T));
    return value;
  }

  std::span<const std::byte> take(std::uint64_t size, const char* what) {
    if (size > remaining()) {
      base::throw_error<base::DataError>(
          "{}: byte {}: {} needs {} bytes, but the file has {} left: it is cut short or damaged",
          name_, position_, what, size, remaining());
    }
    const auto part = bytes_.subspan(position_, static_cast<std::size_t>(size));
    position_ += static_cast<std::size_t>(size);
    return part;
  }

  /// A string behind its 64-bit length.
  std::string_view read_string(const char* what) {
    const auto part = take(read<std::uint64_t>(what), what);
    return {reinterpret_cast<const char*>(part.data()), part.size()};
  }

  /// A 64-bit count of things that take at least `smallest` bytes each: more than fit into the file
  /// are refused before anything is allocated.
  std::size_t read_count(std::size_t smallest, const char* what) {
    const std::size_t at = position_;
    const auto count = read<std::uint64_t>(what);
    if (count > remaining() / smallest) {
      base::throw_error<base::DataError>(
          "{}: byte {}: {} is {}, but the {} bytes that are left hold at most {}", name_, at, what,
          count, remaining(), remaining() / smallest);
    }
    return static_cast<std::size_t>(count);
  }

 private:
  std::string name_;
  std::span<const std::byte> bytes_;
  std::size_t position_ = 0;
};

}  // namespace toolformer::formats
