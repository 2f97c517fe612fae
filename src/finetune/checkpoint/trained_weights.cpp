// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/checkpoint/trained_weights.h"

#include <algorithm>
#include <vector>

#include "toolformer/base/error.h"
#include "toolformer/formats/safetensors.h"
#include "toolformer/model/weights/tensor_copy.h"

namespace toolformer::finetune {

void save_trained(const model::Transformer& transformer, const std::filesystem::path& file) {
  std::vector<torch::Tensor> on_cpu;  // keeps the bytes alive
  std::vector<formats::TensorView> views;
  for (const auto& [name, tensor] : transformer.parameters()) {
    if (!tensor.requires_grad()) continue;
    on_cpu.push_back(tensor.detach().to(torch::kCPU, torch::kFloat32).contiguous());
    views.push_back(model::view_of(on_cpu.back(), name));
  }
  formats::write_safetensors(file, views);
}

void load_trained(const std::filesystem::path& file, const model::Transformer& transformer) {
  const torch::NoGradGuard no_grad;
  const formats::SafetensorsFile saved(file);
  const model::Parameters& parameters = transformer.parameters();
  const auto trained = std::count_if(parameters.begin(), parameters.end(), [](const auto& entry) {
    return entry.second.requires_grad();
  });
  if (static_cast<std::size_t>(trained) != saved.tensors().size()) {
    base::throw_error<base::DataError>("{}: {} tensors, {} parameters are trained", file.string(),
                                       saved.tensors().size(), trained);
  }
  for (const formats::TensorView& view : saved.tensors()) {
    const auto found = parameters.find(std::string(view.name));
    if (found == parameters.end() || !found->second.requires_grad() ||
        view.dtype != formats::DType::kF32 ||
        found->second.sizes() != c10::IntArrayRef(view.shape)) {
      base::throw_error<base::DataError>("{}: {} is not what is trained", file.string(), view.name);
    }
    torch::Tensor parameter = found->second;
    parameter.copy_(model::copy_to_tensor(view, file.string()));
  }
}

}  // namespace toolformer::finetune
