// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/best_weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "toolformer/base/error.h"
#include "toolformer/formats/safetensors.h"

namespace toolformer::finetune {
namespace {

namespace fs = std::filesystem;

}  // namespace

fs::path BestWeights::file(std::size_t step) const {
  return directory_ / fmt::format("step-{:08}.safetensors", step);
}

bool BestWeights::has(std::size_t step) const {
  return fs::exists(file(step));
}

void BestWeights::save(std::size_t step, const model::Transformer& transformer) const {
  std::vector<torch::Tensor> on_cpu;  // keeps the bytes alive
  std::vector<formats::TensorView> views;
  for (const auto& [name, tensor] : transformer.parameters()) {
    if (!tensor.requires_grad()) continue;
    // float32 holds every bfloat16 exactly.
    const torch::Tensor& bytes =
        on_cpu.emplace_back(tensor.detach().to(torch::kCPU, torch::kFloat32).contiguous());
    views.push_back({name,
                     formats::DType::kF32,
                     bytes.sizes().vec(),
                     {static_cast<const std::byte*>(bytes.const_data_ptr()), bytes.nbytes()}});
  }
  fs::create_directories(directory_);
  formats::write_safetensors(file(step), views);
}

void BestWeights::restore(std::size_t step, const model::Transformer& transformer) const {
  const torch::NoGradGuard no_grad;
  const formats::SafetensorsFile saved(file(step));
  const auto trained =
      std::count_if(transformer.parameters().begin(), transformer.parameters().end(),
                    [](const auto& entry) { return entry.second.requires_grad(); });
  if (static_cast<std::size_t>(trained) != saved.tensors().size()) {
    base::throw_error<base::DataError>("{}: {} tensors, {} parameters are trained",
                                       file(step).string(), saved.tensors().size(), trained);
  }
  for (const formats::TensorView& view : saved.tensors()) {
    const auto found = transformer.parameters().find(std::string(view.name));
    if (found == transformer.parameters().end() || view.dtype != formats::DType::kF32 ||
        found->second.sizes() != c10::IntArrayRef(view.shape)) {
      base::throw_error<base::DataError>("{}: {} is not what is trained", file(step).string(),
                                         view.name);
    }
    torch::Tensor values = torch::empty(view.shape, torch::kFloat32);
    std::memcpy(values.mutable_data_ptr(), view.data.data(), view.data.size());
    torch::Tensor parameter = found->second;
    parameter.copy_(values);
  }
}

void BestWeights::keep_only(std::size_t step) const {
  if (!fs::is_directory(directory_)) return;
  for (const auto& entry : fs::directory_iterator(directory_)) {
    if (entry.path() != file(step)) fs::remove(entry.path());
  }
}

}  // namespace toolformer::finetune
