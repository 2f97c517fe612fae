// SPDX-License-Identifier: Apache-2.0
// What is sent and what comes back. What goes wrong is data: a kind, a message without secrets, and
// whether another try may succeed.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "toolformer/http/secret.h"

namespace toolformer::http {

struct Header {
  std::string name;  ///< in a reply: lower case
  std::string value;
};

enum class Failure {
  kNone,
  kRefused,      ///< against the policy: origin, address, redirect, certificate, malformed request
  kTimeout,      ///< the deadline, or the time to connect, has passed
  kUnavailable,  ///< no name, no connection, or it broke before the end of the answer
  kTooLarge,     ///< more header or (decompressed) body bytes than allowed
  kProtocol,     ///< not an answer that HTTP allows
  kStatus,       ///< a whole answer with a status other than 2xx; its body is there
};

struct Reply {
  Failure failure = Failure::kNone;
  std::string message;     ///< for people: names the origin, never path, query or headers sent
  bool transient = false;  ///< another try may succeed
  std::optional<std::chrono::milliseconds> retry_after;  ///< as the server asked, capped
  int status = 0;                                        ///< 0: none was received
  std::vector<Header> headers;
  std::string body;  ///< decompressed; what was read so far after a failure

  bool ok() const { return failure == Failure::kNone; }
  /// The first of that (lower-case) name; nullptr: none.
  const std::string* header(std::string_view name) const;
  /// Content-Type in lower case, without its parameters; "" when there is none.
  std::string media_type() const;
};

struct Request {
  std::string method = "GET";
  std::string url;
  std::vector<Header> headers;      ///< printable ASCII and UTF-8 only; else kRefused
  std::optional<Secret> bearer;     ///< sent as "Authorization: Bearer ..."
  std::string key_header;           ///< not empty: `bearer` is sent bare, in this header
  std::optional<std::string> body;  ///< with a Content-Type among the headers
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  /// Called with each piece of a 2xx body, in order, beside the reply with status and headers.
  /// False: enough was read; the reply is what came until then, and the connection is closed.
  std::function<bool(const Reply&, std::string_view)> on_data;
};

}  // namespace toolformer::http
