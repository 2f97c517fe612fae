// SPDX-License-Identifier: Apache-2.0
#include "toolformer/formats/write_gguf.h"

#include <stdexcept>
#include <string_view>
#include <utility>

#include "toolformer/formats/gguf_types.h"

namespace toolformer::formats {
namespace {

constexpr std::uint64_t kAlignment = 32;  // the default of the format

std::uint64_t aligned(std::uint64_t offset) {
  return (offset + kAlignment - 1) / kAlignment * kAlignment;
}

std::uint32_t number_of(DType type) {
  if (const auto number = gguf_tensor_type_number(type)) return *number;
  throw std::logic_error("write_gguf: tensors of type " + std::string(dtype_name(type)));
}

class Header {
 public:
  template <class T>
  void number(T value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void string(std::string_view text) {
    number<std::uint64_t>(text.size());
    bytes_ += text;
  }
  void type(GgufValueType type) { number(static_cast<std::uint32_t>(type)); }

  void value(bool flag) {
    type(GgufValueType::kBool);
    number<std::uint8_t>(flag ? 1 : 0);
  }
  void value(std::uint32_t integer) {
    type(GgufValueType::kU32);
    number(integer);
  }
  void value(float real) {
    type(GgufValueType::kF32);
    number(real);
  }
  void value(const std::string& text) {
    type(GgufValueType::kString);
    string(text);
  }
  void value(const std::vector<std::string>& texts) {
    begin_array(GgufValueType::kString, texts.size());
    for (const std::string& text : texts) string(text);
  }
  void value(const std::vector<std::uint8_t>& list) { numbers(GgufValueType::kU8, list); }
  void value(const std::vector<std::int32_t>& list) { numbers(GgufValueType::kI32, list); }
  void value(const std::vector<float>& list) { numbers(GgufValueType::kF32, list); }

  const std::string& bytes() const { return bytes_; }

 private:
  void begin_array(GgufValueType element, std::size_t size) {
    type(GgufValueType::kArray);
    type(element);
    number<std::uint64_t>(size);
  }
  template <class T>
  void numbers(GgufValueType element, const std::vector<T>& list) {
    begin_array(element, list.size());
    bytes_.append(reinterpret_cast<const char*>(list.data()), list.size() * sizeof(T));
  }

  std::string bytes_;
};

std::uint64_t size_of(const GgufTensor& tensor) {
  const BlockLayout layout = block_layout(tensor.dtype);
  const std::size_t dimensions = tensor.shape.size();
  if (dimensions < 1 || dimensions > 4 ||
      static_cast<std::size_t>(tensor.shape.back()) % layout.elements != 0)
    throw std::logic_error("write_gguf: the shape of tensor " + tensor.name);
  std::uint64_t bytes = layout.bytes;
  for (std::size_t i = 0; i < dimensions; ++i) {
    const auto extent = static_cast<std::uint64_t>(tensor.shape[i]);
    bytes *= i + 1 == dimensions ? extent / layout.elements : extent;
  }
  return bytes;
}

}  // namespace

GgufWriter::GgufWriter(std::filesystem::path path, const std::vector<GgufEntry>& metadata,
                       const std::vector<GgufTensor>& tensors)
    : path_(std::move(path)), file_(base::File::claim(path_.string() + ".tmp")) {
  Header header;
  for (const char letter : {'G', 'G', 'U', 'F'}) header.number(letter);
  header.number<std::uint32_t>(3);
  header.number<std::uint64_t>(tensors.size());
  header.number<std::uint64_t>(metadata.size());
  for (const GgufEntry& entry : metadata) {
    header.string(entry.key);
    std::visit([&](const auto& value) { header.value(value); }, entry.value);
  }
  std::uint64_t offset = 0;
  for (const GgufTensor& tensor : tensors) {
    header.string(tensor.name);
    header.number(static_cast<std::uint32_t>(tensor.shape.size()));
    for (auto extent = tensor.shape.rbegin(); extent != tensor.shape.rend(); ++extent)
      header.number(static_cast<std::uint64_t>(*extent));
    header.number(number_of(tensor.dtype));
    header.number(offset);
    places_.push_back({offset, size_of(tensor)});
    offset = aligned(offset + places_.back().bytes);
  }
  const std::uint64_t start = aligned(header.bytes().size());
  for (Place& place : places_) place.offset += start;
  file_.append(header.bytes());
  file_.truncate(start + offset);
}

GgufWriter::~GgufWriter() {
  std::error_code ignored;
  if (!finished_) std::filesystem::remove(file_.path(), ignored);
}

void GgufWriter::append(std::span<const std::byte> bytes) {
  if (tensor_ == places_.size() || bytes.size() > places_[tensor_].bytes - written_)
    throw std::logic_error("write_gguf: more bytes than the tensors have room for");
  const Place& place = places_[tensor_];
  if (written_ == 0) file_.seek(place.offset);
  file_.append({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  written_ += bytes.size();
  if (written_ < place.bytes) return;
  ++tensor_;
  written_ = 0;
}

void GgufWriter::finish() {
  if (tensor_ != places_.size())
    throw std::logic_error("write_gguf: " + path_.string() + " lacks the bytes of a tensor");
  file_.sync();
  base::rename_durably(file_.path(), path_);
  file_.close();
  finished_ = true;
}

}  // namespace toolformer::formats
