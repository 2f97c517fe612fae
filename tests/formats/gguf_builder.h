// SPDX-License-Identifier: Apache-2.0
// Writes GGUF bytes field by field, right or wrong ones.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace toolformer::formats {

class GgufBuilder {
 public:
  explicit GgufBuilder(std::uint64_t tensors, std::uint64_t values, std::uint32_t version = 3) {
    bytes_ = "GGUF";
    put(version).put(tensors).put(values);
  }

  template <class T>
  GgufBuilder& put(T value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value));
    return *this;
  }
  GgufBuilder& put_string(std::string_view text) {
    put<std::uint64_t>(text.size());
    bytes_ += text;
    return *this;
  }
  GgufBuilder& raw(std::string_view bytes) {
    bytes_ += bytes;
    return *this;
  }

  GgufBuilder& key(std::string_view name, std::uint32_t type) { return put_string(name).put(type); }
  GgufBuilder& string(std::string_view name, std::string_view value) {
    return key(name, 8).put_string(value);
  }
  GgufBuilder& uint32(std::string_view name, std::uint32_t value) {
    return key(name, 4).put(value);
  }
  GgufBuilder& boolean(std::string_view name, std::uint8_t value) {
    return key(name, 7).put(value);
  }
  GgufBuilder& strings(std::string_view name, const std::vector<std::string>& values) {
    key(name, 9).put<std::uint32_t>(8).put<std::uint64_t>(values.size());
    for (const std::string& value : values) put_string(value);
    return *this;
  }
  template <class T>
  GgufBuilder& numbers(std::string_view name, std::uint32_t type, const std::vector<T>& values) {
    key(name, 9).put(type).put<std::uint64_t>(values.size());
    for (const T value : values) put(value);
    return *this;
  }
  /// `shape`: innermost dimension first, as in the file.
  GgufBuilder& tensor(std::string_view name, const std::vector<std::uint64_t>& shape,
                      std::uint32_t type, std::uint64_t offset) {
    put_string(name).put(static_cast<std::uint32_t>(shape.size()));
    for (const std::uint64_t size : shape) put(size);
    return put(type).put(offset);
  }
  GgufBuilder& align(std::size_t alignment = 32) {
    while (bytes_.size() % alignment != 0) bytes_ += '\0';
    return *this;
  }

  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

/// A valid file: four values, tensors a [2, 2] F32 = 1 2 3 4 and b [32] Q8_0.
inline GgufBuilder small_gguf() {
  GgufBuilder file(2, 5);
  file.string("general.architecture", "llama").uint32("llama.block_count", 2).boolean("flag", 1);
  file.strings("words", {"one", "", "three"}).numbers<float>("scores", 6, {0.5F, -1.0F});
  file.tensor("a", {2, 2}, 0, 0).tensor("b", {32}, 8, 32).align();
  for (const float value : {1.0F, 2.0F, 3.0F, 4.0F}) file.put(value);
  file.align().put<std::uint16_t>(0x3800);  // the scale 0.5
  for (std::int8_t i = -16; i < 16; ++i) file.put(i);
  return file;
}

}  // namespace toolformer::formats
