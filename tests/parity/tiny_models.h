// SPDX-License-Identifier: Apache-2.0
// The tiny random models that make_tiny_models.py wrote, and what transformers computed with them.
#pragma once

#include <torch/torch.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "toolformer/formats/safetensors.h"
#include "toolformer/model/weights/tensor_copy.h"

namespace toolformer::parity {

inline std::filesystem::path tiny_directory() {
  return std::filesystem::path(TOOLFORMER_SOURCE_DIR) / "tests" / "parity" / "tiny";
}

/// Names of the cases, sorted.
inline std::vector<std::string> tiny_cases() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(tiny_directory()))
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

struct Expected {
  torch::Tensor ids, positions;                // [N] int64
  std::vector<std::int64_t> lengths;           // of the documents, they add up to N
  torch::Tensor logits;                        // [N, vocab]
  std::vector<double> losses;                  // before each AdamW step
  std::map<std::string, torch::Tensor> grads;  // by parameter name
};

inline Expected read_expected(const std::string& name) {
  const formats::SafetensorsFile file(tiny_directory() / name / "expected.safetensors");
  Expected expected;
  for (const formats::TensorView& view : file.tensors()) {
    const torch::Tensor tensor = model::copy_to_tensor(view, file.path().string());
    if (view.name == "ids") expected.ids = tensor.to(torch::kInt64);
    if (view.name == "logits") expected.logits = tensor;
    if (view.name.starts_with("grad.")) expected.grads[view.name.substr(5)] = tensor;
    for (std::int64_t i = 0; view.name == "lengths" && i < tensor.numel(); ++i)
      expected.lengths.push_back(tensor[i].item<std::int64_t>());
    for (std::int64_t i = 0; view.name == "losses" && i < tensor.numel(); ++i)
      expected.losses.push_back(tensor[i].item<double>());
  }
  std::vector<torch::Tensor> positions;
  for (const std::int64_t length : expected.lengths)
    positions.push_back(torch::arange(length, torch::kInt64));
  expected.positions = torch::cat(positions);
  return expected;
}

/// Mean next-token loss over all documents. logits [N, vocab]
inline torch::Tensor mean_loss(const torch::Tensor& logits, const Expected& expected) {
  torch::Tensor sum = torch::zeros({}, torch::kFloat32);
  std::int64_t begin = 0, targets = 0;
  for (const std::int64_t length : expected.lengths) {
    const torch::Tensor log_probabilities =
        torch::log_softmax(logits.narrow(0, begin, length - 1).to(torch::kFloat32), -1);
    sum = sum -
          log_probabilities.gather(1, expected.ids.narrow(0, begin + 1, length - 1).unsqueeze(1))
              .sum();
    begin += length;
    targets += length - 1;
  }
  return sum / targets;
}

}  // namespace toolformer::parity
