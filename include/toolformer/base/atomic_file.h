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

/// The same under a temporary name (in the same directory) that nobody else uses at the time; what
/// a killed writer left there is overwritten.
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes,
                           const std::filesystem::path& temporary);

/// Throws UsageError when there is something at `path`, which `option` names: only who says so
/// (--restart) has it written over. `otherwise` is what else there is to do.
void refuse_existing(std::string_view option, const std::filesystem::path& path,
                     std::string_view otherwise = "");

/// The whole file. Throws IoError, also when it is larger than `max_bytes`.
std::string read_file(const std::filesystem::path& path, std::size_t max_bytes = 1U << 30U);

}  // namespace toolformer::base
