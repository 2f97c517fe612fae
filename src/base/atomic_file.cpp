// SPDX-License-Identifier: Apache-2.0
#include "toolformer/base/atomic_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "toolformer/base/error.h"
#include "toolformer/base/file.h"

namespace toolformer::base {

void write_file_atomically(const std::filesystem::path& path, std::string_view bytes) {
  // Workers of several hosts may write the same file.
  char host[65] = {};
  ::gethostname(host, sizeof(host) - 1);
  const std::string name = fmt::format("{}.{}.{}.tmp", path.filename().string(), host, ::getpid());
  write_file_atomically(path, bytes, path.parent_path() / name);
}

void write_file_atomically(const std::filesystem::path& path, std::string_view bytes,
                           const std::filesystem::path& temporary) {
  remove_if_exists(temporary);
  try {
    File file = File::create_new(temporary);
    file.append(bytes);
    file.sync();
    file.close();
    rename_durably(temporary, path);
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
}

void refuse_existing(std::string_view option, const std::filesystem::path& path,
                     std::string_view otherwise) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return;
  const bool is_empty_folder =
      std::filesystem::is_directory(path, error) && std::filesystem::is_empty(path, error);
  if (is_empty_folder) return;
  throw_error<UsageError>(
      "{} {}: is there already; name another place, or give --restart to write "
      "over it{}{}",
      option, path.string(), otherwise.empty() ? "" : "; ", otherwise);
}

std::string read_file(const std::filesystem::path& path, std::size_t max_bytes) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw_error<IoError>("{}: cannot open: {}", path.string(), std::strerror(errno));
  std::string bytes;
  std::string chunk(1U << 16U, '\0');
  while (in) {
    in.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
    bytes.append(chunk, 0, static_cast<std::size_t>(in.gcount()));
    if (bytes.size() > max_bytes) {
      throw_error<IoError>("{}: larger than the {} bytes expected at most", path.string(),
                           max_bytes);
    }
  }
  if (in.bad()) throw_error<IoError>("{}: cannot read: {}", path.string(), std::strerror(errno));
  return bytes;
}

}  // namespace toolformer::base
