// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/corpus/token_store.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "toolformer/base/error.h"

namespace toolformer::finetune {
namespace {

constexpr std::size_t kBuffer = 1U << 20U;

[[noreturn]] void fail(const std::filesystem::path& directory, const char* what) {
  base::throw_error<base::IoError>(
      "{}: a temporary file for the documents' tokens cannot be {} ({}); make room, or let TMPDIR "
      "name another directory",
      directory.string(), what, std::strerror(errno));
}

}  // namespace

TokenStore::TokenStore(const std::filesystem::path& directory) : directory_(directory) {
  std::string name = (directory / "toolformer-tokens-XXXXXX").string();
  descriptor_ = mkostemp(name.data(), O_CLOEXEC);
  if (descriptor_ < 0) fail(directory_, "made");
  unlink(name.c_str());
}

TokenStore::~TokenStore() {
  if (descriptor_ >= 0) close(descriptor_);
}

TokenStore::TokenStore(TokenStore&& other) noexcept
    : directory_(std::move(other.directory_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      written_(other.written_),
      waiting_(std::move(other.waiting_)) {}

std::uint64_t TokenStore::append(const calls::LabelledTokens& tokens) {
  const std::uint64_t offset = written_ + waiting_.size();
  waiting_.append(reinterpret_cast<const char*>(tokens.ids.data()),
                  tokens.ids.size() * sizeof(text::TokenId));
  waiting_.append(reinterpret_cast<const char*>(tokens.roles.data()), tokens.roles.size());
  if (waiting_.size() >= kBuffer) flush();
  return offset;
}

void TokenStore::flush() {
  std::size_t done = 0;
  while (done < waiting_.size()) {
    const ssize_t count = write(descriptor_, waiting_.data() + done, waiting_.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) fail(directory_, "written");
    done += static_cast<std::size_t>(count);
  }
  written_ += done;
  waiting_.clear();
}

calls::LabelledTokens TokenStore::read(std::uint64_t offset, std::size_t count) const {
  std::string bytes(count * (sizeof(text::TokenId) + sizeof(calls::TokenRole)), '\0');
  std::size_t done = 0;
  while (done < bytes.size() && offset + done < written_) {
    const ssize_t got = pread(descriptor_, bytes.data() + done, bytes.size() - done,
                              static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) fail(directory_, "read");
    done += static_cast<std::size_t>(got);
  }
  if (done < bytes.size()) {
    waiting_.copy(bytes.data() + done, bytes.size() - done, offset + done - written_);
  }
  calls::LabelledTokens tokens;
  tokens.ids.resize(count);
  tokens.roles.resize(count);
  std::memcpy(tokens.ids.data(), bytes.data(), count * sizeof(text::TokenId));
  std::memcpy(tokens.roles.data(), bytes.data() + count * sizeof(text::TokenId), count);
  return tokens;
}

}  // namespace toolformer::finetune
