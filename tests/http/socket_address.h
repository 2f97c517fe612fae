// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>

#include <stdexcept>
#include <string>

namespace toolformer::http {

/// "127.0.0.1" or "::1" as the system's own type.
class SocketAddress {
 public:
  explicit SocketAddress(const std::string& text) {
    if (text.find(':') == std::string::npos) {
      auto& in = reinterpret_cast<sockaddr_in&>(storage_);
      in.sin_family = AF_INET;
      if (inet_pton(AF_INET, text.c_str(), &in.sin_addr) != 1) throw std::runtime_error(text);
    } else {
      auto& in = reinterpret_cast<sockaddr_in6&>(storage_);
      in.sin6_family = AF_INET6;
      if (inet_pton(AF_INET6, text.c_str(), &in.sin6_addr) != 1) throw std::runtime_error(text);
    }
  }
  const sockaddr& get() const { return reinterpret_cast<const sockaddr&>(storage_); }

 private:
  sockaddr_storage storage_{};
};

}  // namespace toolformer::http
