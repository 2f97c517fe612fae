// SPDX-License-Identifier: Apache-2.0
// Files of other kinds, told by how they begin: what a user names by mistake is called by its name,
// with the command that helps.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace toolformer::formats {

struct ForeignFile {
  std::string_view name;    ///< "a Parquet file"
  std::string_view remedy;  ///< what to do with it, FILE being the file
};

/// As many bytes as foreign_file() looks at.
inline constexpr std::size_t kForeignBytes = 512;

/// nullopt: begins like none of the kinds that are known here. GGUF and safetensors are among them:
/// who reads those asks only about files that are neither.
std::optional<ForeignFile> foreign_file(std::string_view start);

/// The first bytes of a file; fewer where it is shorter, none where it cannot be read.
std::string first_bytes(const std::filesystem::path& path, std::size_t count = kForeignBytes);

/// "it begins like a Parquet file; ..."; where the kind is not known, the text `otherwise`.
std::string what_it_is(const std::filesystem::path& path, std::string_view otherwise);

}  // namespace toolformer::formats
