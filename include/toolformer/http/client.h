// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 requests to a few allowed origins, on libcurl. What no request does: reach another
// origin or an address that the policy refuses (checked on the socket address that is connected to,
// so neither DNS nor another way to write an IP address gets past it), use a proxy, cookies, .netrc
// or passwords, skip the check of a certificate, take longer than its deadline (except where the
// system's name resolver ignores it), or hold more than the limits in memory. A connection is used
// again only after a whole, well-framed answer with nothing behind it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "toolformer/http/limits.h"
#include "toolformer/http/message.h"
#include "toolformer/http/origin_policy.h"

namespace toolformer::http {

/// Addresses of a host in place of the system's resolver; empty: no such host.
using Resolver =
    std::function<std::vector<std::string>(const std::string& host, std::uint16_t port)>;

struct ClientOptions {
  std::vector<AllowedOrigin> origins;
  Limits limits;
  std::string ca_file;  ///< PEM file of the accepted certificate authorities; empty: the system's
  Resolver resolver;    ///< asked before each request
};

class Client {
 public:
  explicit Client(ClientOptions options);
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) = delete;

  /// From any thread; never throws for what the request, the server or the network does.
  Reply send(const Request& request) const;

 private:
  class Connections;
  using Deadline = std::chrono::steady_clock::time_point;
  Reply send_guarded(const Request& request) const;
  Reply send_once(const Request& request, const Url& url, Deadline deadline) const;
  ClientOptions options_;
  OriginPolicy policy_;
  std::unique_ptr<Connections> connections_;
};

}  // namespace toolformer::http
