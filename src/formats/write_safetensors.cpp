// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "toolformer/base/file.h"
#include "toolformer/formats/safetensors.h"

namespace toolformer::formats {

namespace {

std::string header_of(const std::vector<TensorView>& tensors,
                      const std::map<std::string, std::string>& metadata) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::uint64_t offset = 0;
  for (const TensorView& tensor : tensors) {
    const BlockLayout layout = block_layout(tensor.dtype);
    if (layout.elements != 1 || tensor.data.size() != tensor.elements() * layout.bytes) {
      throw std::logic_error("write_safetensors: the data of tensor " + tensor.name +
                             " does not fit its shape");
    }
    header[tensor.name] = {{"dtype", dtype_name(tensor.dtype)},
                           {"shape", tensor.shape},
                           {"data_offsets", {offset, offset + tensor.data.size()}}};
    offset += tensor.data.size();
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');  // the tensors begin 8-byte aligned
  return text;
}

}  // namespace

void write_safetensors(const std::filesystem::path& path, const std::vector<TensorView>& tensors,
                       const std::map<std::string, std::string>& metadata) {
  const std::string header = header_of(tensors, metadata);
  const std::uint64_t size = header.size();
  const std::filesystem::path temporary = path.string() + ".tmp";
  base::File file = base::File::claim(temporary);
  file.append({reinterpret_cast<const char*>(&size), sizeof(size)});
  file.append(header);
  for (const TensorView& tensor : tensors) {
    file.append({reinterpret_cast<const char*>(tensor.data.data()), tensor.data.size()});
  }
  file.sync();
  base::rename_durably(temporary, path);
  file.close();
}

}  // namespace toolformer::formats
