// SPDX-License-Identifier: Apache-2.0
#include "toolformer/formats/gguf.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <limits>
#include <type_traits>

#include "toolformer/base/error.h"
#include "toolformer/formats/byte_reader.h"
#include "toolformer/formats/foreign_file.h"
#include "toolformer/formats/gguf_types.h"

namespace toolformer::formats {

namespace {

using base::DataError;
using base::throw_error;

constexpr std::uint32_t kMagic = 0x46554747;  // "GGUF"
constexpr std::size_t kLongestName = 65535;   // keys and tensor names, as the specification allows
constexpr std::uint32_t kMostDimensions = 4;
constexpr std::int64_t kDefaultAlignment = 32;
constexpr std::int64_t kLargestAlignment = 1 << 20;

bool read_bool(ByteReader& in) {
  const std::size_t at = in.position();
  const auto byte = in.read<std::uint8_t>("a boolean");
  if (byte > 1)
    throw_error<DataError>("{}: byte {}: a boolean is {}, not 0 or 1", in.name(), at, byte);
  return byte == 1;
}

std::string read_name(ByteReader& in, const char* what) {
  const std::size_t at = in.position();
  const std::string_view name = in.read_string(what);
  if (name.empty() || name.size() > kLongestName) {
    throw_error<DataError>("{}: byte {}: {} has {} bytes, 1 to {} are allowed", in.name(), at, what,
                           name.size(), kLongestName);
  }
  return std::string(name);
}

template <class Stored, class T>
std::vector<T> read_numbers(ByteReader& in) {
  const std::size_t count = in.read_count(sizeof(Stored), "the length of an array");
  const auto bytes = in.take(count * sizeof(Stored), "an array");
  std::vector<T> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    Stored value;
    std::memcpy(&value, bytes.data() + i * sizeof(Stored), sizeof(Stored));
    values[i] = static_cast<T>(value);
  }
  return values;
}

GgufValue read_array(ByteReader& in) {
  const std::size_t at = in.position();
  const auto type = static_cast<GgufValueType>(in.read<std::uint32_t>("the type of an array"));
  switch (type) {
    case GgufValueType::kU8:
      return read_numbers<std::uint8_t, std::int64_t>(in);
    case GgufValueType::kI8:
      return read_numbers<std::int8_t, std::int64_t>(in);
    case GgufValueType::kU16:
      return read_numbers<std::uint16_t, std::int64_t>(in);
    case GgufValueType::kI16:
      return read_numbers<std::int16_t, std::int64_t>(in);
    case GgufValueType::kU32:
      return read_numbers<std::uint32_t, std::int64_t>(in);
    case GgufValueType::kI32:
      return read_numbers<std::int32_t, std::int64_t>(in);
    case GgufValueType::kU64:
      return read_numbers<std::uint64_t, std::int64_t>(in);
    case GgufValueType::kI64:
      return read_numbers<std::int64_t, std::int64_t>(in);
    case GgufValueType::kF32:
      return read_numbers<float, double>(in);
    case GgufValueType::kF64:
      return read_numbers<double, double>(in);
    case GgufValueType::kBool: {
      std::vector<bool> values(in.read_count(1, "the length of an array"));
      for (std::size_t i = 0; i < values.size(); ++i) values[i] = read_bool(in);
      return values;
    }
    case GgufValueType::kString: {
      std::vector<std::string_view> values(in.read_count(8, "the length of an array"));
      for (auto& value : values) value = in.read_string("a string of an array");
      return values;
    }
    case GgufValueType::kArray:
      throw_error<DataError>("{}: byte {}: arrays of arrays are not supported", in.name(), at);
  }
  throw_error<DataError>("{}: byte {}: {} is no value type (0 to 12)", in.name(), at,
                         static_cast<std::uint32_t>(type));
}

GgufValue read_value(ByteReader& in) {
  const std::size_t at = in.position();
  const auto type = static_cast<GgufValueType>(in.read<std::uint32_t>("the type of a value"));
  switch (type) {
    case GgufValueType::kU8:
      return std::int64_t{in.read<std::uint8_t>("a value")};
    case GgufValueType::kI8:
      return std::int64_t{in.read<std::int8_t>("a value")};
    case GgufValueType::kU16:
      return std::int64_t{in.read<std::uint16_t>("a value")};
    case GgufValueType::kI16:
      return std::int64_t{in.read<std::int16_t>("a value")};
    case GgufValueType::kU32:
      return std::int64_t{in.read<std::uint32_t>("a value")};
    case GgufValueType::kI32:
      return std::int64_t{in.read<std::int32_t>("a value")};
    case GgufValueType::kU64:
      return in.read<std::uint64_t>("a value");
    case GgufValueType::kI64:
      return in.read<std::int64_t>("a value");
    case GgufValueType::kF32:
      return double{in.read<float>("a value")};
    case GgufValueType::kF64:
      return in.read<double>("a value");
    case GgufValueType::kBool:
      return read_bool(in);
    case GgufValueType::kString:
      return in.read_string("a string value");
    case GgufValueType::kArray:
      return read_array(in);
  }
  throw_error<DataError>("{}: byte {}: {} is no value type (0 to 12)", in.name(), at,
                         static_cast<std::uint32_t>(type));
}

/// A tensor as described in the header: its bytes are not yet looked up.
struct TensorHeader {
  TensorView view;
  std::size_t at = 0;        // of the description, for messages
  std::uint64_t offset = 0;  // from the start of the data
  std::uint64_t bytes = 0;
};

std::uint64_t tensor_bytes(const ByteReader& in, const TensorHeader& tensor) {
  const BlockLayout layout = block_layout(tensor.view.dtype);
  const auto row = static_cast<std::uint64_t>(tensor.view.shape.back());
  if (row % layout.elements != 0) {
    throw_error<DataError>(
        "{}: byte {}: rows of tensor {} have {} elements, {} needs a multiple of {}", in.name(),
        tensor.at, printable(tensor.view.name), row, dtype_name(tensor.view.dtype),
        layout.elements);
  }
  std::optional<std::uint64_t> bytes = checked_multiply(row / layout.elements, layout.bytes);
  std::optional<std::uint64_t> elements = row;
  for (std::size_t i = 0; i + 1 < tensor.view.shape.size() && bytes && elements; ++i) {
    bytes = checked_multiply(*bytes, static_cast<std::uint64_t>(tensor.view.shape[i]));
    elements = checked_multiply(*elements, static_cast<std::uint64_t>(tensor.view.shape[i]));
  }
  if (!bytes || !elements) {
    throw_error<DataError>("{}: byte {}: the shape of tensor {} does not fit into 64 bits",
                           in.name(), tensor.at, printable(tensor.view.name));
  }
  return *bytes;
}

TensorHeader read_tensor_header(ByteReader& in) {
  TensorHeader tensor;
  tensor.at = in.position();
  tensor.view.name = read_name(in, "a tensor name");
  const auto dimensions = in.read<std::uint32_t>("the number of dimensions");
  if (dimensions == 0 || dimensions > kMostDimensions) {
    throw_error<DataError>("{}: byte {}: tensor {} has {} dimensions, 1 to {} are allowed",
                           in.name(), tensor.at, printable(tensor.view.name), dimensions,
                           kMostDimensions);
  }
  tensor.view.shape.resize(dimensions);
  for (std::uint32_t i = 0; i < dimensions; ++i) {
    const auto size = in.read<std::uint64_t>("a dimension");
    if (size == 0 || size > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) {
      throw_error<DataError>("{}: byte {}: dimension {} of tensor {} is {}", in.name(), tensor.at,
                             i, printable(tensor.view.name), static_cast<std::int64_t>(size));
    }
    tensor.view.shape[dimensions - 1 - i] =
        static_cast<std::int64_t>(size);  // the file has the innermost first
  }
  const auto number = in.read<std::uint32_t>("a tensor type");
  const std::optional<DType> type = gguf_tensor_type(number);
  if (!type) {
    throw_error<DataError>(
        "{}: byte {}: tensor {} has type {} ({}), which cannot be read; use F32, F16, BF16, Q4_0, "
        "Q4_1, Q5_0, "
        "Q5_1, Q8_0, Q4_K, Q5_K or Q6_K",
        in.name(), tensor.at, printable(tensor.view.name), number, gguf_tensor_type_name(number));
  }
  tensor.view.dtype = *type;
  tensor.offset = in.read<std::uint64_t>("a tensor offset");
  tensor.bytes = tensor_bytes(in, tensor);
  return tensor;
}

/// Fills in where the tensors lie: aligned, inside the file, no two over each other.
void locate(const ByteReader& in, std::vector<TensorHeader>& tensors,
            std::span<const std::byte> file, std::uint64_t alignment) {
  const std::uint64_t start = (in.position() + alignment - 1) / alignment * alignment;
  const std::uint64_t size = start < file.size() ? file.size() - start : 0;
  for (TensorHeader& tensor : tensors) {
    if (tensor.offset % alignment != 0) {
      throw_error<DataError>("{}: byte {}: tensor {} begins at offset {}, not a multiple of {}",
                             in.name(), tensor.at, printable(tensor.view.name), tensor.offset,
                             alignment);
    }
    if (tensor.offset > size || tensor.bytes > size - tensor.offset) {
      throw_error<DataError>(
          "{}: byte {}: tensor {} needs {} bytes from offset {}, but the file holds {} bytes of "
          "data: it is cut "
          "short or damaged",
          in.name(), tensor.at, printable(tensor.view.name), tensor.bytes, tensor.offset, size);
    }
    tensor.view.data = file.subspan(start + tensor.offset, tensor.bytes);
  }
  std::vector<const TensorHeader*> order;
  for (const TensorHeader& tensor : tensors) order.push_back(&tensor);
  std::sort(order.begin(), order.end(), [](auto* a, auto* b) { return a->offset < b->offset; });
  for (std::size_t i = 1; i < order.size(); ++i) {
    const TensorHeader &before = *order[i - 1], &after = *order[i];
    if (before.offset + before.bytes > after.offset) {
      throw_error<DataError>(
          "{}: byte {}: tensor {} begins at offset {}, inside tensor {} which ends at {}",
          in.name(), after.at, printable(after.view.name), after.offset,
          printable(before.view.name), before.offset + before.bytes);
    }
  }
}

}  // namespace

GgufFile::GgufFile(const std::filesystem::path& path) : file_(path) {
  ByteReader in(path.string(), file_.bytes());
  if (file_.bytes().size() < 4 || in.read<std::uint32_t>("the magic") != kMagic) {
    throw_error<DataError>("{}: byte 0: this is no GGUF file: {}", path.string(),
                           what_it_is(path, "it does not begin with 'GGUF'"));
  }
  version_ = in.read<std::uint32_t>("the version");
  if (version_ != 2 && version_ != 3) {
    throw_error<DataError>(
        "{}: byte 4: GGUF version {} cannot be read, only 2 and 3 (little-endian)", path.string(),
        version_);
  }
  // name length, dimension count, one dimension, type, offset; key length, type, smallest value
  const std::size_t tensor_count = in.read_count(8 + 1 + 4 + 8 + 4 + 8, "the number of tensors");
  const std::size_t value_count = in.read_count(8 + 1 + 4 + 1, "the number of metadata values");
  for (std::size_t i = 0; i < value_count; ++i) {
    const std::size_t at = in.position();
    std::string key = read_name(in, "a metadata key");
    if (metadata_.contains(key)) {
      throw_error<DataError>("{}: byte {}: the key {} stands there twice", path.string(), at,
                             printable(key));
    }
    metadata_.emplace(std::move(key), read_value(in));
  }
  refuse_part();
  const std::int64_t alignment = integer("general.alignment").value_or(kDefaultAlignment);
  if (alignment < 1 || alignment > kLargestAlignment || (alignment & (alignment - 1)) != 0) {
    throw_error<DataError>("{}: general.alignment is {}, not a power of two up to {}",
                           path.string(), alignment, kLargestAlignment);
  }
  std::vector<TensorHeader> headers;
  headers.reserve(tensor_count);
  for (std::size_t i = 0; i < tensor_count; ++i) headers.push_back(read_tensor_header(in));
  locate(in, headers, file_.bytes(), static_cast<std::uint64_t>(alignment));
  tensors_.reserve(tensor_count);  // index_ holds views into the names: no reallocation after this
  for (TensorHeader& header : headers) {
    tensors_.push_back(std::move(header.view));
    if (!index_.emplace(tensors_.back().name, tensors_.size() - 1).second) {
      throw_error<DataError>("{}: byte {}: the tensor {} stands there twice", path.string(),
                             header.at, printable(tensors_.back().name));
    }
  }
}

void GgufFile::refuse_part() const {
  const std::int64_t parts = integer("split.count").value_or(1);
  if (parts > 1) {
    throw_error<DataError>(
        "{}: file {} of {} of a split model; put them together: llama-gguf-split --merge FIRST NEW "
        "(FIRST is the file whose name has 00001)",
        path().string(), integer("split.no").value_or(0) + 1, parts);
  }
  if (string("general.type") == "adapter") {
    throw_error<DataError>(
        "{}: a LoRA adapter, no model; merge it into its base first: llama-export-lora -m BASE "
        "--lora ADAPTER -o NEW",
        path().string());
  }
}

namespace {

[[noreturn]] void wrong_type(const GgufFile& file, std::string_view key, std::string_view want) {
  throw_error<DataError>("{}: the metadata value {} is not {}", file.path().string(),
                         printable(key), want);
}

template <class T>
const T* get(const GgufFile& file, std::string_view key, std::string_view want) {
  const auto found = file.metadata().find(key);
  if (found == file.metadata().end()) return nullptr;
  const T* value = std::get_if<T>(&found->second);
  if (value == nullptr) wrong_type(file, key, want);
  return value;
}

}  // namespace

std::optional<bool> GgufFile::boolean(std::string_view key) const {
  const bool* value = get<bool>(*this, key, "a boolean");
  return value ? std::optional(*value) : std::nullopt;
}

std::optional<std::int64_t> GgufFile::integer(std::string_view key) const {
  const auto found = metadata_.find(key);
  if (found == metadata_.end()) return std::nullopt;
  if (const auto* value = std::get_if<std::int64_t>(&found->second)) return *value;
  const auto* big = std::get_if<std::uint64_t>(&found->second);
  if (big == nullptr || *big > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) {
    wrong_type(*this, key, "an integer below 2^63");
  }
  return static_cast<std::int64_t>(*big);
}

std::optional<double> GgufFile::number(std::string_view key) const {
  const auto found = metadata_.find(key);
  if (found == metadata_.end()) return std::nullopt;
  if (const auto* value = std::get_if<double>(&found->second)) return *value;
  return static_cast<double>(*integer(key));
}

std::optional<std::string> GgufFile::string(std::string_view key) const {
  const auto* value = get<std::string_view>(*this, key, "a string");
  return value ? std::optional(std::string(*value)) : std::nullopt;
}

const std::vector<bool>* GgufFile::booleans(std::string_view key) const {
  return get<std::vector<bool>>(*this, key, "an array of booleans");
}

const std::vector<std::int64_t>* GgufFile::integers(std::string_view key) const {
  return get<std::vector<std::int64_t>>(*this, key, "an array of integers");
}

const std::vector<double>* GgufFile::numbers(std::string_view key) const {
  return get<std::vector<double>>(*this, key, "an array of numbers");
}

const std::vector<std::string_view>* GgufFile::strings(std::string_view key) const {
  return get<std::vector<std::string_view>>(*this, key, "an array of strings");
}

const TensorView* GgufFile::find(std::string_view name) const {
  const auto found = index_.find(name);
  return found == index_.end() ? nullptr : &tensors_[found->second];
}

bool is_gguf(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  char magic[4] = {};
  return std::filesystem::is_regular_file(path) && in.read(magic, 4) &&
         std::memcmp(magic, &kMagic, 4) == 0;
}

}  // namespace toolformer::formats
