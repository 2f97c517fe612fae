// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/weights/tensor_copy.h"

#include <cstring>
#include <optional>

#include "toolformer/base/error.h"
#include "toolformer/formats/quantized_blocks.h"

namespace toolformer::model {
namespace {

std::optional<torch::Dtype> native_type(formats::DType type) {
  switch (type) {
    case formats::DType::kF64:
      return torch::kFloat64;
    case formats::DType::kF32:
      return torch::kFloat32;
    case formats::DType::kF16:
      return torch::kFloat16;
    case formats::DType::kBF16:
      return torch::kBFloat16;
    default:
      return std::nullopt;
  }
}

formats::DType file_type(torch::Dtype type) {
  if (type == torch::kFloat32) return formats::DType::kF32;
  if (type == torch::kBFloat16) return formats::DType::kBF16;
  TORCH_CHECK(type == torch::kFloat16, "cannot be written as safetensors: ", type);
  return formats::DType::kF16;
}

}  // namespace

torch::Tensor copy_to_tensor(const formats::TensorView& view, const std::string& file) {
  const std::optional<torch::Dtype> native = native_type(view.dtype);
  if (native) {
    torch::Tensor tensor = torch::empty(view.shape, *native);
    TORCH_CHECK(tensor.nbytes() == view.data.size(), view.name, ": ", view.data.size(),
                " bytes for shape ", tensor.sizes());
    std::memcpy(tensor.data_ptr(), view.data.data(), view.data.size());
    return tensor;
  }
  if (!formats::converts_to_float(view.dtype))
    base::throw_error<base::DataError>(
        "{}: {}: weights of type {} cannot be used, expected a float type", file, view.name,
        formats::dtype_name(view.dtype));
  torch::Tensor tensor = torch::empty(view.shape, torch::kFloat32);
  formats::to_float(view, {tensor.data_ptr<float>(), static_cast<std::size_t>(tensor.numel())});
  return tensor;
}

std::int64_t count_non_finite(const torch::Tensor& tensor) {
  // A sum is finite only if every term is, and it is cheap; when it is not, look again exactly.
  if (std::isfinite(tensor.sum(torch::kFloat32).item<float>())) return 0;
  return tensor.numel() - torch::isfinite(tensor).sum().item<std::int64_t>();
}

void refuse_non_finite(const torch::Tensor& tensor, const std::string& name,
                       const std::string& file) {
  const std::int64_t bad = count_non_finite(tensor);
  if (bad == 0) return;
  base::throw_error<base::DataError>(
      "{}: {}: {} of {} values are NaN or infinite; the weights are damaged", file, name, bad,
      tensor.numel());
}

bool same_values(const torch::Tensor& a, const torch::Tensor& b) {
  return a.sizes() == b.sizes() && torch::equal(a.to(torch::kFloat32), b.to(torch::kFloat32));
}

formats::TensorView view_of(const torch::Tensor& tensor, const std::string& name) {
  TORCH_CHECK(tensor.is_contiguous() && tensor.device().is_cpu(), name,
              " must be contiguous on the CPU");
  formats::TensorView view;
  view.name = name;
  view.dtype = file_type(tensor.scalar_type());
  view.shape = tensor.sizes().vec();
  view.data = {static_cast<const std::byte*>(tensor.const_data_ptr()), tensor.nbytes()};
  return view;
}

}  // namespace toolformer::model
