// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/wire_format.h"

#include <cstring>

#include "toolformer/base/error.h"

namespace toolformer::text {

namespace {

enum WireType : std::uint32_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

}  // namespace

std::optional<WireField> WireReader::next() {
  if (rest_.empty()) return std::nullopt;
  const std::uint64_t tag = varint();
  WireField field;
  if (tag >> 3 == 0 || tag >> 3 > 0x1fffffff) fail("has a field number that does not exist");
  field.number = static_cast<std::uint32_t>(tag >> 3);
  switch (tag & 7) {
    case kVarint:
      field.value = varint();
      break;
    case kFixed64:
      std::memcpy(&field.value, take(8).data(), 8);
      break;
    case kFixed32:
      std::memcpy(&field.value, take(4).data(), 4);
      break;
    case kBytes:
      field.bytes = take(varint());
      break;
    default:
      fail("has a field of a type that does not exist");
  }
  return field;
}

std::uint64_t WireReader::varint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const auto byte = static_cast<unsigned char>(take(1)[0]);
    value |= std::uint64_t{byte & 0x7Fu} << shift;
    if (byte < 0x80) return value;
  }
  fail("has a number of more than 10 bytes");
}

std::string_view WireReader::take(std::uint64_t size) {
  if (size > rest_.size()) fail("is cut short or damaged");
  const std::string_view part = rest_.substr(0, static_cast<std::size_t>(size));
  rest_.remove_prefix(part.size());
  return part;
}

void WireReader::fail(const char* what) const {
  base::throw_error<base::DataError>("{}: the protocol buffer message of {} bytes {} (byte {})",
                                     origin_, size_, what, size_ - rest_.size());
}

void WireWriter::varint(std::uint32_t field, std::uint64_t value) {
  raw_varint(field << 3 | kVarint);
  raw_varint(value);
}

void WireWriter::float32(std::uint32_t field, float value) {
  raw_varint(field << 3 | kFixed32);
  out_.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

void WireWriter::bytes(std::uint32_t field, std::string_view value) {
  raw_varint(field << 3 | kBytes);
  raw_varint(value.size());
  out_ += value;
}

void WireWriter::raw_varint(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out_ += static_cast<char>(value | 0x80u);
  out_ += static_cast<char>(value);
}

}  // namespace toolformer::text
