// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/line_reader.h"

#include <algorithm>
#include <cstring>

namespace toolformer::record {
namespace {

constexpr std::size_t kChunk = 1U << 18U;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

bool LineReader::fill() {
  if (ended_) return false;
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (buffer_.size() < end_ + kChunk) buffer_.resize(2 * (end_ + kChunk));
  const std::size_t got = source_->read(buffer_.data() + end_, buffer_.size() - end_);
  end_ += got;
  ended_ = got == 0;
  return !ended_;
}

std::string_view LineReader::start(std::size_t count) {
  while (end_ < count && fill()) {
  }
  return std::string_view(buffer_).substr(begin_, std::min(count, end_));
}

std::optional<LineReader::RawLine> LineReader::next_raw() {
  RawLine line;
  std::size_t searched = 0;  // bytes of this line already known to hold no newline
  for (;;) {
    const std::size_t size = end_ - begin_;
    const void* newline =
        size > searched ? std::memchr(buffer_.data() + begin_ + searched, '\n', size - searched)
                        : nullptr;
    if (newline != nullptr) {
      const auto length =
          static_cast<std::size_t>(static_cast<const char*>(newline) - (buffer_.data() + begin_));
      line.text = std::string_view(buffer_).substr(begin_, length);
      line.has_newline = true;
      begin_ += length + 1;
      break;
    }
    searched = size;
    if (searched > kMaxLineBytes + 1) {  // + 1: a \r may still belong to the end
      line.too_long = true;
      begin_ = end_;
      searched = 0;
    }
    if (fill()) continue;
    if (end_ == begin_ && !line.too_long) return std::nullopt;
    line.text = std::string_view(buffer_).substr(begin_, end_ - begin_);
    begin_ = end_;
    break;
  }
  if (line.text.ends_with('\r')) line.text.remove_suffix(1);
  line.too_long = line.too_long || line.text.size() > kMaxLineBytes;
  return line;
}

std::optional<Line> LineReader::next() {
  while (std::optional<RawLine> raw = next_raw()) {
    ++number_;
    if (!raw->has_newline && source_->damage()) {
      damage_told_ = true;
      return Line{number_, {}, false, source_->damage()};  // half a line is no line
    }
    if (raw->too_long) return Line{number_, {}, true, std::nullopt};
    if (number_ == 1 && raw->text.starts_with(kByteOrderMark)) {
      raw->text.remove_prefix(kByteOrderMark.size());
    }
    if (raw->text.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    return Line{number_, raw->text, false, std::nullopt};
  }
  if (ended_ && source_->damage() && !damage_told_) {
    damage_told_ = true;
    return Line{number_ + 1, {}, false, source_->damage()};
  }
  return std::nullopt;
}

}  // namespace toolformer::record
