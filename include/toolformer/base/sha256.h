// SPDX-License-Identifier: Apache-2.0
// SHA-256, as 64 lower-case hexadecimal digits: the fingerprint of files and settings.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace toolformer::base {

/// Takes bytes as they come.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void update(std::string_view bytes);
  std::string hex() const;  ///< of the bytes so far; more may follow

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string sha256(std::string_view bytes);

enum class WhenStopped { kThrow, kGoOn };
/// Throws IoError that names the file, Interrupted when a StopSignal was asked to stop.
std::string sha256_of_file(const std::filesystem::path& path,
                           WhenStopped stopped = WhenStopped::kThrow);

}  // namespace toolformer::base
