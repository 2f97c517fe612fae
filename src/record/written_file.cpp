// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/written_file.h"

#include <fmt/format.h>

#include "toolformer/base/sha256.h"

namespace toolformer::record {

namespace fs = std::filesystem;

WrittenFile measure_file(const fs::path& file) {
  return {fs::file_size(file), base::sha256_of_file(file)};
}

std::string change_since(const WrittenFile& written, const fs::path& file,
                         const fs::path& summary) {
  if (!fs::exists(file)) return "is missing";
  if (fs::file_size(file) != written.bytes) {
    return fmt::format("has {} bytes, its summary says {}", fs::file_size(file), written.bytes);
  }
  if (fs::last_write_time(file) <= fs::last_write_time(summary)) return "";
  const std::string now = base::sha256_of_file(file);
  if (now == written.sha256) return "";
  return fmt::format("was changed after it was written: its SHA-256 is {}, its summary says {}",
                     now, written.sha256);
}

}  // namespace toolformer::record
