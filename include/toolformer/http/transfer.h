// SPDX-License-Identifier: Apache-2.0
// One request and its answer on a handle of libcurl, without redirects. What client.h promises of a
// single exchange is kept here.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "toolformer/http/limits.h"
#include "toolformer/http/message.h"
#include "toolformer/http/origin_policy.h"

namespace toolformer::http {

struct Exchange {
  const Request& request;
  const Url& url;
  const AllowedOrigin& allowed;  ///< of the url's origin
  const Limits& limits;
  const std::string& ca_file;
  const std::vector<std::string>& addresses;  ///< to connect to; empty: what the system resolves
  std::chrono::steady_clock::time_point deadline;
};

struct Exchanged {
  Reply reply;
  bool reusable = false;  ///< whether the handle may serve another request
};

/// `handle` is a CURL*. Rethrows what request.on_data throws.
Exchanged exchange(void* handle, const Exchange& exchange);

/// Why the method or a header must not be sent; empty: they may.
std::string malformed_part(const Request& request);

}  // namespace toolformer::http
