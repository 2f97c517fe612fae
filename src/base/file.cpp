// SPDX-License-Identifier: Apache-2.0
#include "toolformer/base/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "toolformer/base/error.h"

namespace toolformer::base {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const char* what) {
  const int reason = errno;
  const bool no_space = reason == ENOSPC || reason == EDQUOT || reason == EFBIG;
  throw_error<IoError>("{}: cannot {}: {}{}", path.string(), what, std::strerror(reason),
                       no_space ? "; make room and run the same command again" : "");
}

int open_file(const std::filesystem::path& path, int flags) {
  int descriptor = -1;
  do {
    descriptor = ::open(path.c_str(), flags | O_CLOEXEC, 0666);
  } while (descriptor < 0 && errno == EINTR);
  if (descriptor < 0) fail(path, "open");
  return descriptor;
}

}  // namespace

File File::open_or_create(const std::filesystem::path& path) {
  return {open_file(path, O_RDWR | O_CREAT), path};
}

File File::claim(const std::filesystem::path& path) {
  constexpr int kTries = 100;
  for (int i = 0; i < kTries; ++i) {
    File file = open_or_create(path);
    if (!file.try_lock()) break;
    if (!file.is_at_path()) continue;  // renamed or removed by its writer just now
    file.truncate(0);
    return file;
  }
  throw_error<UsageError>("{}: another process is writing it; wait for that, or name another place",
                          path.string());
}

File File::create_new(const std::filesystem::path& path) {
  return {open_file(path, O_RDWR | O_CREAT | O_EXCL), path};
}

File::~File() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

File::File(File&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}

File& File::operator=(File&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(path_, other.path_);
  return *this;
}

std::uint64_t File::size() const {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) fail(path_, "look at");
  return static_cast<std::uint64_t>(status.st_size);
}

void File::truncate(std::uint64_t size) {
  if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) fail(path_, "truncate");
}

void File::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(path_, "write");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void File::seek(std::uint64_t offset) {
  if (::lseek(descriptor_, static_cast<off_t>(offset), SEEK_SET) < 0) fail(path_, "seek in");
}

std::size_t File::read(char* bytes, std::size_t count) {
  for (;;) {
    const ssize_t got = ::read(descriptor_, bytes, count);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) fail(path_, "read");
  }
}

void File::sync() {
  if (::fsync(descriptor_) != 0) fail(path_, "sync");
}

bool File::try_lock() {
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return true;
  return errno != EWOULDBLOCK;
}

bool File::is_at_path() const {
  struct stat mine {
  }, named{};
  return ::fstat(descriptor_, &mine) == 0 && ::stat(path_.c_str(), &named) == 0 &&
         mine.st_dev == named.st_dev && mine.st_ino == named.st_ino;
}

void File::close() {
  if (::close(std::exchange(descriptor_, -1)) != 0) fail(path_, "close");
}

void sync_directory(const std::filesystem::path& directory) {
  const std::filesystem::path path = directory.empty() ? "." : directory;
  const int descriptor = open_file(path, O_RDONLY | O_DIRECTORY);
  const int result = ::fsync(descriptor);
  const int reason = errno;
  ::close(descriptor);
  // Some network file systems cannot sync a directory and say so; their renames are durable or
  // nothing can be done.
  if (result != 0 && reason != EINVAL && reason != ENOTSUP) {
    errno = reason;
    fail(path, "sync the directory");
  }
}

void rename_durably(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) fail(to, "rename to");
  sync_directory(to.parent_path());
}

void remove_if_exists(const std::filesystem::path& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) fail(path, "remove");
}

}  // namespace toolformer::base
