// SPDX-License-Identifier: Apache-2.0
// Whether a finished file is still what its run wrote: "already complete" must not be said of one
// that was changed or cut since.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace toolformer::record {

struct WrittenFile {
  std::uint64_t bytes = 0;
  std::string sha256;  ///< hexadecimal
};

/// What it is now; throws IoError.
WrittenFile measure_file(const std::filesystem::path& file);

/// Why `file` is not what was written, e.g. "has 3 bytes, its summary says 5"; empty when it is.
/// Its bytes are read only where it is younger than `summary`, which is written behind it.
std::string change_since(const WrittenFile& written, const std::filesystem::path& file,
                         const std::filesystem::path& summary);

}  // namespace toolformer::record
