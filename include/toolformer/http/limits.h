// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>

namespace toolformer::http {

struct Limits {
  std::chrono::milliseconds timeout{30'000};  ///< of a whole request, redirects included
  std::chrono::milliseconds connect_timeout{5'000};
  std::size_t body_bytes = std::size_t{1} << 20U;     ///< decompressed
  std::size_t header_bytes = std::size_t{64} << 10U;  ///< all headers of one answer
  int redirects = 0;                                  ///< followed, for GET, within one origin
  std::chrono::milliseconds retry_after{3'600'000};   ///< a longer wait is cut to this
  std::size_t idle_connections = 32;                  ///< kept open between requests
};

}  // namespace toolformer::http
