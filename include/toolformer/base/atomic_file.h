// SPDX-License-Identifier: Apache-2.0
// A small file that is either the old one or the new one, whatever happens in between.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace toolformer::base {

/// Writes `path` under a name of this process, syncs, renames, syncs the directory. Throws IoError;
/// `path` is then what it was.
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes);

/// The whole file. Throws IoError, also when it is larger than `max_bytes`.
std::string read_file(const std::filesystem::path& path, std::size_t max_bytes = 1U << 30U);

}  // namespace toolformer::base
