// SPDX-License-Identifier: Apache-2.0
#include "toolformer/http/content_decoder.h"

#include <algorithm>
#include <new>

#include "toolformer/http/letters.h"

namespace toolformer::http {

void ContentDecoder::Close::operator()(z_stream* stream) const {
  inflateEnd(stream);
  delete stream;
}

std::optional<ContentDecoder> ContentDecoder::make(std::string_view encoding) {
  const std::string name = lower_case(encoding);
  ContentDecoder decoder;
  if (name.empty() || name == "identity") return decoder;
  if (name != "gzip" && name != "x-gzip" && name != "deflate") return std::nullopt;
  constexpr int kGzipOrZlib = 15 + 32;
  auto stream = std::make_unique<z_stream>();
  if (inflateInit2(stream.get(), kGzipOrZlib) != Z_OK) throw std::bad_alloc();
  decoder.inflater_.reset(stream.release());
  return decoder;
}

ContentDecoder::State ContentDecoder::feed(std::string_view bytes, std::string& decoded,
                                           std::size_t most) {
  if (bytes.empty()) return state_;
  if (inflater_ == nullptr) {
    if (bytes.size() > most) return State::kTooLarge;
    decoded += bytes;
    return State::kMore;
  }
  fed_ = true;
  if (state_ != State::kMore) return State::kBroken;
  inflater_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  inflater_->avail_in = static_cast<uInt>(bytes.size());
  state_ = inflate_some(decoded, most);
  if (state_ == State::kEnd && inflater_->avail_in > 0) state_ = State::kBroken;
  return state_;
}

ContentDecoder::State ContentDecoder::inflate_some(std::string& decoded, std::size_t most) {
  constexpr std::size_t kPiece = 16'384;
  std::string piece(kPiece, '\0');
  do {
    inflater_->next_out = reinterpret_cast<Bytef*>(piece.data());
    inflater_->avail_out = static_cast<uInt>(kPiece);
    const int code = inflate(inflater_.get(), Z_NO_FLUSH);
    const std::size_t got = kPiece - inflater_->avail_out;
    if (got > most) return State::kTooLarge;
    most -= got;
    decoded.append(piece, 0, got);
    if (code == Z_STREAM_END) return State::kEnd;
    if (code == Z_BUF_ERROR) return State::kMore;  // nothing more can be done with these bytes
    if (code != Z_OK) return State::kBroken;
  } while (inflater_->avail_in > 0 || inflater_->avail_out == 0);
  return State::kMore;
}

}  // namespace toolformer::http
