// SPDX-License-Identifier: Apache-2.0
// Which origins may be reached, and at which addresses.
#pragma once

#include <sys/socket.h>

#include <optional>
#include <string>
#include <vector>

#include "toolformer/http/url.h"

namespace toolformer::http {

struct AllowedOrigin {
  Origin origin;
  /// Loopback and private addresses too. Link-local and metadata addresses only where the host of
  /// the origin is that very address; reserved ones never.
  bool may_be_private = false;
};

class OriginPolicy {
 public:
  explicit OriginPolicy(std::vector<AllowedOrigin> origins) : origins_(std::move(origins)) {}
  const AllowedOrigin* find(const Origin& origin) const;  ///< nullptr: not allowed

 private:
  std::vector<AllowedOrigin> origins_;
};

/// Why no connection to this address may be made for this origin; nullopt: it may.
std::optional<std::string> refusal(const AllowedOrigin& allowed, const sockaddr& address);

}  // namespace toolformer::http
