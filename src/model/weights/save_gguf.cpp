// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/weights/save_gguf.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "toolformer/base/error.h"
#include "toolformer/formats/encode_floats.h"
#include "toolformer/formats/write_gguf.h"
#include "toolformer/model/architecture/gguf_config.h"
#include "toolformer/model/architecture/parameter_layout.h"
#include "toolformer/model/weights/gguf_weights.h"
#include "toolformer/text/gguf_tokenizer_writer.h"
#include "toolformer/text/same_ids.h"
#include "toolformer/text/tokenizer_spec.h"

namespace toolformer::model {
namespace {

constexpr std::int64_t kPiece = 1 << 20;  // numbers encoded at a time, whole blocks

formats::DType stored_type(const ModelConfig& config, const std::string& name,
                           const std::vector<std::int64_t>& shape, formats::DType type) {
  const std::string positions = module_names(config).positions;
  if (shape.size() < 2 || (!positions.empty() && name == positions + ".weight"))
    return formats::DType::kF32;
  const auto block = static_cast<std::int64_t>(formats::block_layout(type).elements);
  return shape.back() % block == 0 ? type : formats::DType::kF16;
}

/// llama.cpp's number for the type of most tensors of a file.
std::uint32_t file_type(formats::DType type) {
  if (type == formats::DType::kF32) return 0;
  return type == formats::DType::kF16 ? 1 : 7;
}

void append(formats::GgufWriter& writer, const torch::Tensor& tensor, formats::DType type,
            const std::string& name) {
  const torch::Tensor values = tensor.to(torch::kCPU, torch::kFloat32).contiguous();
  for (std::int64_t at = 0; at < values.numel(); at += kPiece) {
    const auto count = static_cast<std::size_t>(std::min(kPiece, values.numel() - at));
    writer.append(formats::encode_floats({values.const_data_ptr<float>() + at, count}, type, name));
  }
}

/// Reads the header back as any reader would: what comes out differently cannot be said in GGUF.
void check_configuration(const std::filesystem::path& file, const ModelConfig& config) {
  const auto described = [](const ModelConfig& of) {
    auto json = hugging_face_config(of, "");
    for (const char* key : {"bos_token_id", "eos_token_id"}) json.erase(key);
    return json;
  };
  const auto wanted = described(config), read = described(gguf_config(formats::GgufFile(file)));
  std::vector<std::string> lost;
  for (const auto& [key, value] : wanted.items()) {
    const auto found = read.find(key);
    if (found == read.end() || *found != value)
      lost.push_back(fmt::format("{} {}", key, value.dump()));
  }
  if (lost.empty()) return;
  base::throw_error<base::DataError>("GGUF has no word for this model's {}; use --to hf",
                                     fmt::join(lost, ", "));
}

}  // namespace

void save_gguf(const Transformer& transformer, const text::Tokenizer& tokenizer,
               const std::filesystem::path& path, formats::DType type) {
  const torch::NoGradGuard no_grad;
  const ModelConfig& config = transformer.config();
  const auto padded =
      text::with_control_tokens(tokenizer, {}, static_cast<std::size_t>(config.vocab));
  std::vector<formats::GgufEntry> metadata = gguf_metadata(config);
  metadata.push_back({"general.file_type", file_type(type)});
  if (type == formats::DType::kQ8_0) metadata.push_back({"general.quantization_version", 2U});
  for (formats::GgufEntry& entry : text::gguf_tokenizer_entries(*padded->spec()))
    metadata.push_back(std::move(entry));

  const std::map<std::string, std::string> names = gguf_names(config);
  std::vector<formats::GgufTensor> tensors;
  const torch::Tensor divisors = gguf_rope_divisors(config);
  if (divisors.defined())
    tensors.push_back({"rope_freqs.weight", formats::DType::kF32, divisors.sizes().vec()});
  for (const auto& [name, stored] : names) {
    const auto shape = gguf_shape(config, name, transformer.parameters().at(name).sizes().vec());
    tensors.push_back({stored, stored_type(config, name, shape, type), shape});
  }
  formats::GgufWriter writer(path, metadata, tensors);
  auto tensor = tensors.begin();
  if (divisors.defined()) append(writer, divisors, (tensor++)->dtype, "rope_freqs.weight");
  check_configuration(writer.temporary(), config);
  text::require_same_ids(*padded, *text::load_tokenizer(writer.temporary()),
                         "a GGUF file (use --to hf)");
  for (const auto& entry : names) {
    const torch::Tensor& parameter = transformer.parameters().at(entry.first);
    append(writer, gguf_arrangement(config, entry.first, parameter.to(torch::kFloat32)),
           tensor->dtype, entry.first);
    ++tensor;
  }
  writer.finish();
}

}  // namespace toolformer::model
