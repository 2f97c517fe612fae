// SPDX-License-Identifier: Apache-2.0
#include "toolformer/formats/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "toolformer/base/error.h"

namespace toolformer::formats {

using base::throw_error;

MappedFile::MappedFile(std::filesystem::path path) : path_(std::move(path)) {
  descriptor_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ < 0) {
    throw_error<base::IoError>("{}: cannot open the file: {}", path_.string(),
                               std::strerror(errno));
  }
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) {
    close();
    throw_error<base::IoError>("{}: is not a regular file", path_.string());
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size == 0) return;
  void* start = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor_, 0);
  if (start == MAP_FAILED) {
    const int error = errno;
    close();
    throw_error<base::IoError>("{}: cannot map {} bytes: {}", path_.string(), size,
                               std::strerror(error));
  }
  bytes_ = {static_cast<const std::byte*>(start), size};
}

MappedFile::~MappedFile() {
  close();
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      bytes_(std::exchange(other.bytes_, {})) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  if (this != &other) {
    close();
    path_ = std::move(other.path_);
    descriptor_ = std::exchange(other.descriptor_, -1);
    bytes_ = std::exchange(other.bytes_, {});
  }
  return *this;
}

void MappedFile::check_size() const {
  struct stat status {};
  const bool known = descriptor_ >= 0 && ::fstat(descriptor_, &status) == 0;
  const auto size = known ? static_cast<std::size_t>(status.st_size) : 0;
  if (!known || size != bytes_.size()) {
    throw_error<base::DataError>(
        "{}: the file had {} bytes when it was opened and has {} now: it was changed while in use; "
        "run again once it is complete",
        path_.string(), bytes_.size(), size);
  }
}

void MappedFile::close() noexcept {
  if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
  if (descriptor_ >= 0) ::close(descriptor_);
  bytes_ = {};
  descriptor_ = -1;
}

}  // namespace toolformer::formats
