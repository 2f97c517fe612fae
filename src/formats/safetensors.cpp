// SPDX-License-Identifier: Apache-2.0
#include "toolformer/formats/safetensors.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "toolformer/base/error.h"
#include "toolformer/formats/byte_reader.h"
#include "toolformer/formats/foreign_file.h"
#include "toolformer/formats/strict_json.h"

namespace toolformer::formats {

namespace {

using base::DataError;
using base::throw_error;
using nlohmann::json;

constexpr int kHeaderDepth = 4;  // object, tensor, array, number

std::optional<DType> parse_dtype(std::string_view name) {
  for (const DType type : {DType::kF64, DType::kF32, DType::kF16, DType::kBF16, DType::kI64,
                           DType::kI32, DType::kI16, DType::kI8, DType::kU8, DType::kBool}) {
    if (dtype_name(type) == name) return type;
  }
  return std::nullopt;
}

/// An entry of the header with its place in the data.
struct Entry {
  TensorView view;
  std::uint64_t begin = 0, end = 0;
};

class HeaderReader {
 public:
  HeaderReader(std::string file, std::size_t data_start)
      : file_(std::move(file)), start_(data_start) {}

  Entry read(const std::string& name, const json& value) const {
    if (!value.is_object()) fail(name, "is no object");
    for (const auto& [key, unused] : value.items()) {
      if (key != "dtype" && key != "shape" && key != "data_offsets") {
        fail(name, "has the unknown field " + printable(key));
      }
    }
    Entry entry;
    entry.view.name = name;
    entry.view.dtype = dtype(name, value);
    std::uint64_t bytes = block_layout(entry.view.dtype).bytes;
    for (const json& size : array(name, value, "shape")) {
      const std::uint64_t dimension = natural(name, "a dimension", size);
      const auto product = checked_multiply(bytes, dimension);
      if (!product || dimension > kLargest)
        fail(name, "has a shape whose product does not fit into 64 bits");
      bytes = *product;
      entry.view.shape.push_back(static_cast<std::int64_t>(dimension));
    }
    check_zero_shape(entry.view);
    const json& offsets = array(name, value, "data_offsets");
    if (offsets.size() != 2) fail(name, "has data_offsets that are no pair");
    entry.begin = natural(name, "an offset", offsets[0]);
    entry.end = natural(name, "an offset", offsets[1]);
    if (entry.begin > entry.end || entry.end - entry.begin != bytes) {
      fail(name, fmt::format("lies at [{}, {}), but its shape and type make {} bytes", entry.begin,
                             entry.end, bytes));
    }
    return entry;
  }

  [[noreturn]] void fail(const std::string& tensor, const std::string& what) const {
    throw_error<DataError>("{}: header (bytes 8 to {}): tensor {} {}", file_, start_,
                           printable(tensor), what);
  }

 private:
  static constexpr std::uint64_t kLargest = std::uint64_t{std::numeric_limits<std::int64_t>::max()};

  /// With one dimension 0 the product says nothing about the others: they must fit by themselves.
  void check_zero_shape(const TensorView& view) const {
    std::uint64_t product = 1;
    for (const std::int64_t size : view.shape) {
      const auto next =
          checked_multiply(product, std::max<std::uint64_t>(static_cast<std::uint64_t>(size), 1));
      if (!next) fail(view.name, "has a shape whose product does not fit into 64 bits");
      product = *next;
    }
  }

  DType dtype(const std::string& name, const json& value) const {
    const auto found = value.find("dtype");
    if (found == value.end() || !found->is_string()) fail(name, "has no dtype");
    const auto& text = found->get_ref<const std::string&>();
    const auto type = parse_dtype(text);
    if (!type) fail(name, "has the unknown dtype " + printable(text));
    return *type;
  }

  const json& array(const std::string& name, const json& value, const char* key) const {
    const auto found = value.find(key);
    if (found == value.end() || !found->is_array())
      fail(name, fmt::format("has no array '{}'", key));
    return *found;
  }

  std::uint64_t natural(const std::string& name, const char* what, const json& value) const {
    if (!value.is_number_unsigned()) {
      fail(name,
           fmt::format("has {} that is no whole number from 0: {}", what, printable(value.dump())));
    }
    return value.get<std::uint64_t>();
  }

  std::string file_;
  std::size_t start_;
};

/// Tensors sorted by place must follow each other and end with the file.
void check_coverage(const HeaderReader& header, const std::string& file,
                    const std::vector<Entry>& entries, std::uint64_t size) {
  std::uint64_t end = 0;
  for (const Entry& entry : entries) {
    if (entry.begin != end) {
      header.fail(entry.view.name,
                  fmt::format("begins at {}, but the one before it ends at {}: {}", entry.begin,
                              end, entry.begin < end ? "they overlap" : "there is a hole"));
    }
    end = entry.end;
  }
  if (end != size) {
    throw_error<DataError>(
        "{}: the tensors of the header fill {} bytes, but the file holds {}: it is {}", file, end,
        size, end > size ? "cut short" : "followed by something else");
  }
}

std::map<std::string, std::string> read_metadata(const std::string& file, const json& value) {
  std::map<std::string, std::string> metadata;
  if (!value.is_object()) throw_error<DataError>("{}: __metadata__ is no object", file);
  for (const auto& [key, text] : value.items()) {
    if (!text.is_string())
      throw_error<DataError>("{}: __metadata__ {} is no string", file, printable(key));
    metadata.emplace(key, text.get<std::string>());
  }
  return metadata;
}

bool begins_well(std::span<const std::byte> bytes) {
  return bytes.size() > 8 && bytes[8] == std::byte{'{'};
}

}  // namespace

SafetensorsFile::SafetensorsFile(const std::filesystem::path& path) : file_(path) {
  const std::string name = path.string();
  if (const std::string kind = what_it_is(path, ""); !kind.empty() && !begins_well(file_.bytes()))
    throw_error<DataError>("{}: this is no safetensors file: {}", name, kind);
  ByteReader in(name, file_.bytes());
  const auto header_size = in.read<std::uint64_t>("the header length");
  if (header_size > kMaxSafetensorsHeader) {
    throw_error<DataError>("{}: byte 0: the header length is {}, more than the {} that are allowed",
                           name, header_size, kMaxSafetensorsHeader);
  }
  const auto bytes = in.take(header_size, "the header");
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (text.empty() || text.front() != '{') {
    throw_error<DataError>(
        "{}: byte 8: the header does not begin with '{{': this is no safetensors file", name);
  }
  const json header = parse_strict_json(text, name + ": header", kHeaderDepth);
  const HeaderReader reader(name, in.position());
  std::vector<Entry> entries;
  for (const auto& [key, value] : header.items()) {
    if (key == "__metadata__") {
      metadata_ = read_metadata(name, value);
    } else {
      entries.push_back(reader.read(key, value));
    }
  }
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  check_coverage(reader, name, entries, in.remaining());
  const auto data = file_.bytes().subspan(in.position());
  for (Entry& entry : entries) {
    entry.view.data = data.subspan(entry.begin, entry.end - entry.begin);
    tensors_.push_back(std::move(entry.view));
  }
}

}  // namespace toolformer::formats
