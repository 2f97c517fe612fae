// SPDX-License-Identifier: Apache-2.0
// Where tests find large files that the repository does not hold; scripts/test.sh fetches them and
// sets the variables.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

namespace toolformer::fake {

/// $variable/name when it exists.
inline std::optional<std::filesystem::path> find_in(const char* variable, const std::string& name) {
  const char* directory = std::getenv(variable);
  if (directory == nullptr) return std::nullopt;
  const std::filesystem::path path = std::filesystem::path(directory) / name;
  if (!std::filesystem::exists(path)) return std::nullopt;
  return path;
}

/// e.g. model_file("gemma3-270m.gguf") in $TOOLFORMER_MODELS.
inline std::optional<std::filesystem::path> model_file(const std::string& name) {
  return find_in("TOOLFORMER_MODELS", name);
}

/// e.g. data_file("c4.jsonl.gz") in $TOOLFORMER_SHARED_DATA.
inline std::optional<std::filesystem::path> data_file(const std::string& name) {
  return find_in("TOOLFORMER_SHARED_DATA", name);
}

}  // namespace toolformer::fake
