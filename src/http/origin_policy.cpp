// SPDX-License-Identifier: Apache-2.0
#include "toolformer/http/origin_policy.h"

#include <fmt/format.h>

#include <algorithm>

#include "toolformer/http/address.h"

namespace toolformer::http {
namespace {

bool is_literally(const std::string& host, const std::string& address) {
  return host == address || host == "[" + address + "]";
}

}  // namespace

const AllowedOrigin* OriginPolicy::find(const Origin& origin) const {
  const auto found = std::find_if(origins_.begin(), origins_.end(),
                                  [&](const AllowedOrigin& one) { return one.origin == origin; });
  return found == origins_.end() ? nullptr : &*found;
}

std::optional<std::string> refusal(const AllowedOrigin& allowed, const sockaddr& address) {
  const AddressKind kind = classify(address);
  if (kind == AddressKind::kPublic) return std::nullopt;
  const std::string text = address_text(address);
  const std::string what =
      fmt::format("{} leads to {}, {}", allowed.origin.text(), text, describe(kind));
  if (kind == AddressKind::kReserved) return what + ", which is never used";
  const bool near = kind == AddressKind::kLoopback || kind == AddressKind::kPrivate;
  if (allowed.may_be_private && (near || is_literally(allowed.origin.host, text))) {
    return std::nullopt;
  }
  if (near) return what + "; allow_private = true permits that";
  return what + "; allow_private = true permits that where the host is written as that address";
}

}  // namespace toolformer::http
