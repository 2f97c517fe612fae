// SPDX-License-Identifier: Apache-2.0
// Labelled tokens of many examples in a temporary file (5 bytes a token) instead of in memory. The
// file has no name and goes away with the object; TMPDIR says where it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "toolformer/calls/encode_call.h"

namespace toolformer::finetune {

class TokenStore {
 public:
  explicit TokenStore(
      const std::filesystem::path& directory = std::filesystem::temp_directory_path());
  ~TokenStore();
  TokenStore(TokenStore&& other) noexcept;
  TokenStore& operator=(TokenStore&&) = delete;

  /// Where the tokens begin. Throws IoError when the disk is full.
  std::uint64_t append(const calls::LabelledTokens& tokens);
  /// `count` tokens that append() said to begin at `offset`.
  calls::LabelledTokens read(std::uint64_t offset, std::size_t count) const;

 private:
  void flush();

  std::filesystem::path directory_;
  int descriptor_ = -1;
  std::uint64_t written_ = 0;
  std::string waiting_;  // behind what is written
};

}  // namespace toolformer::finetune
