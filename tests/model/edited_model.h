// SPDX-License-Identifier: Apache-2.0
// Model directories edited by tests.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "parity/tiny_models.h"
#include "toolformer/base/error.h"

namespace toolformer::model {

/// The tensors of a model directory, by name.
inline std::map<std::string, torch::Tensor> read_tensors(const std::filesystem::path& file) {
  const formats::SafetensorsFile open(file);
  std::map<std::string, torch::Tensor> tensors;
  for (const formats::TensorView& view : open.tensors())
    tensors[view.name] = copy_to_tensor(view, file.string());
  return tensors;
}

inline void write_tensors(const std::filesystem::path& file,
                          const std::map<std::string, torch::Tensor>& tensors) {
  std::vector<formats::TensorView> views;
  for (const auto& [name, tensor] : tensors) views.push_back(view_of(tensor, name));
  formats::write_safetensors(file, views);
}

/// A copy of a tiny model's directory with other tensors.
inline void write_variant(const std::filesystem::path& folder, const std::string& name,
                          const std::map<std::string, torch::Tensor>& tensors) {
  std::filesystem::copy_file(parity::tiny_directory() / name / "config.json",
                             folder / "config.json",
                             std::filesystem::copy_options::overwrite_existing);
  write_tensors(folder / "model.safetensors", tensors);
}

/// What `call` throws as a DataError, or "accepted".
template <class Call>
std::string refusal(const Call& call) {
  try {
    call();
  } catch (const base::DataError& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace toolformer::model
