// SPDX-License-Identifier: Apache-2.0
#include "toolformer/base/sha256.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <vector>

#include "toolformer/base/error.h"
#include "toolformer/base/stop_signal.h"

namespace toolformer::base {
namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

void require(int openssl_result) {
  if (openssl_result != 1) throw_error<IoError>("SHA-256 failed inside OpenSSL");
}

}  // namespace

struct Sha256::State {
  Context context{EVP_MD_CTX_new()};
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  require(EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr));
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::string_view bytes) {
  require(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()));
}

std::string Sha256::hex() const {
  const Context copy{EVP_MD_CTX_new()};
  std::array<unsigned char, 32> digest{};
  unsigned size = 0;
  require(EVP_MD_CTX_copy_ex(copy.get(), state_->context.get()));
  require(EVP_DigestFinal_ex(copy.get(), digest.data(), &size));
  std::string out;
  for (const unsigned char byte : digest) out += fmt::format("{:02x}", byte);
  return out;
}

std::string sha256(std::string_view bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.hex();
}

std::string sha256_of_file(const std::filesystem::path& path, WhenStopped stopped) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw_error<IoError>("{}: cannot open: {}", path.string(), std::strerror(errno));
  Sha256 hash;
  std::vector<char> buffer(1U << 20U);
  while (in) {
    if (stopped == WhenStopped::kThrow && stop_requested()) {
      throw_error<Interrupted>("stopped by {} while hashing {}; {}", stop_signal_name(),
                               path.string(), kHowToGoOn);
    }
    in.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    hash.update({buffer.data(), static_cast<std::size_t>(in.gcount())});
  }
  if (in.bad()) throw_error<IoError>("{}: cannot read: {}", path.string(), std::strerror(errno));
  return hash.hex();
}

}  // namespace toolformer::base
