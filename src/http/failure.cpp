// SPDX-License-Identifier: Apache-2.0
#include "toolformer/http/failure.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace toolformer::http {

void fail(Reply& reply, Failure failure, std::string message) {
  reply.failure = failure;
  reply.message = std::move(message);
  reply.transient = failure == Failure::kTimeout || failure == Failure::kUnavailable;
}

void fail_with_code(Reply& reply, int code, const std::string& origin) {
  const std::string message =
      fmt::format("{}: {}", origin, curl_easy_strerror(static_cast<CURLcode>(code)));
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return fail(reply, Failure::kTimeout, origin + ": no whole answer in time");
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return fail(reply, Failure::kRefused,
                  origin + ": its certificate is not trusted; ca_file names further authorities");
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
      return fail(reply, Failure::kUnavailable, message);
    case CURLE_OUT_OF_MEMORY:  // also a header line above libcurl's own 100 kB
      return fail(reply, Failure::kTooLarge, message);
    default:
      return fail(reply, Failure::kProtocol, message);
  }
}

void judge_status(Reply& reply, const std::string& origin) {
  if (reply.status >= 200 && reply.status < 300) return;
  fail(reply, Failure::kStatus, fmt::format("{}: status {}", origin, reply.status));
  reply.transient = is_transient_status(reply.status);
}

bool is_transient_status(int status) {
  constexpr std::array<int, 4> kOfClients = {408, 409, 425, 429};
  return (status >= 500 && status < 600) ||
         std::find(kOfClients.begin(), kOfClients.end(), status) != kOfClients.end();
}

bool is_framed_twice(const Reply& reply) {
  const std::string* length = nullptr;
  bool encoded = false;
  for (const Header& header : reply.headers) {
    encoded = encoded || header.name == "transfer-encoding";
    if (header.name != "content-length") continue;
    if (length != nullptr && *length != header.value) return true;
    length = &header.value;
  }
  return encoded && length != nullptr;
}

}  // namespace toolformer::http
