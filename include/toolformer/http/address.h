// SPDX-License-Identifier: Apache-2.0
// What kind of place an IP address is, by the IANA special-purpose registries (RFC 6890, 8190). An
// IPv6 address that carries an IPv4 address (mapped, compatible, NAT64, 6to4, ISATAP) is of the
// kind of what it carries.
#pragma once

#include <sys/socket.h>

#include <string>
#include <string_view>

namespace toolformer::http {

enum class AddressKind {
  kPublic,
  kLoopback,
  kPrivate,   ///< RFC 1918, shared (100.64/10), unique local and site local IPv6
  kMetadata,  ///< where clouds hand out credentials, whatever range it lies in
  kLinkLocal,
  kReserved,  ///< unspecified, multicast, broadcast, documentation, anything not assigned
};

/// AF_INET or AF_INET6; every other family is kReserved.
AddressKind classify(const sockaddr& address);

/// "a loopback address"
std::string_view describe(AddressKind kind);

/// "127.0.0.1", "::1"; "?" for another family.
std::string address_text(const sockaddr& address);

}  // namespace toolformer::http
