// SPDX-License-Identifier: Apache-2.0
// The body of an answer, decompressed piece by piece. libcurl could do that too, but takes a
// compressed body that ends too early for a whole one.
#pragma once

#include <zlib.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace toolformer::http {

class ContentDecoder {
 public:
  enum class State { kMore, kEnd, kBroken, kTooLarge };

  /// For a Content-Encoding of "", "identity", "gzip", "x-gzip" or "deflate"; nullopt for others,
  /// and for more than one.
  static std::optional<ContentDecoder> make(std::string_view encoding);

  /// Appends what these bytes decode to; at most `most` bytes. Bytes behind the end are broken.
  State feed(std::string_view bytes, std::string& decoded, std::size_t most);
  /// Whether the body may end here: it is not compressed, nothing came, or its own end was seen.
  bool may_end() const { return inflater_ == nullptr || state_ == State::kEnd || !fed_; }

 private:
  struct Close {
    void operator()(z_stream* stream) const;
  };
  ContentDecoder() = default;
  State inflate_some(std::string& decoded, std::size_t most);

  std::unique_ptr<z_stream, Close> inflater_;  ///< null: bytes are what they are
  State state_ = State::kMore;
  bool fed_ = false;
};

}  // namespace toolformer::http
