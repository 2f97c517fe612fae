// SPDX-License-Identifier: Apache-2.0
// Protocol buffers on the wire: fields one after the other, each with a number and a type.
// https://protobuf.dev/programming-guides/encoding/
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace toolformer::text {

/// One field: `value` of the number types (unsigned, as stored), `bytes` of strings and messages.
struct WireField {
  std::uint32_t number = 0;
  std::uint64_t value = 0;
  std::string_view bytes;
};

/// Walks the fields of one message and never beyond its end. Throws DataError "{origin}: ..." for a
/// damaged one.
class WireReader {
 public:
  WireReader(std::string_view message, const std::string& origin)
      : rest_(message), size_(message.size()), origin_(origin) {}
  std::optional<WireField> next();

 private:
  std::uint64_t varint();
  std::string_view take(std::uint64_t size);
  [[noreturn]] void fail(const char* what) const;

  std::string_view rest_;
  std::size_t size_;
  const std::string& origin_;
};

class WireWriter {
 public:
  void varint(std::uint32_t field, std::uint64_t value);
  void float32(std::uint32_t field, float value);
  void bytes(std::uint32_t field, std::string_view value);
  const std::string& result() const { return out_; }

 private:
  void raw_varint(std::uint64_t value);
  std::string out_;
};

}  // namespace toolformer::text
