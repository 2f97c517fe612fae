// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/character_source.h"

namespace toolformer::record {

CharacterSource::CharacterSource(BegunSource source)
    : buffer_(std::move(source.start)), rest_(std::move(source.rest)) {
  if (buffer_.starts_with("\xEF\xBB\xBF")) at_ = 3;
}

int CharacterSource::peek() {
  if (at_ == buffer_.size() && rest_) {
    constexpr std::size_t kChunk = 1U << 18U;
    buffer_.resize(kChunk);
    buffer_.resize(rest_->read(buffer_.data(), kChunk));
    at_ = 0;
  }
  return at_ == buffer_.size() ? kEnd : static_cast<unsigned char>(buffer_[at_]);
}

int CharacterSource::take() {
  const int byte = peek();
  if (byte == kEnd) return byte;
  ++at_;
  if (byte == '\n') ++line_;
  return byte;
}

}  // namespace toolformer::record
