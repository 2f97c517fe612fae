// SPDX-License-Identifier: Apache-2.0
#include "toolformer/http/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace toolformer::http {
namespace {

using Bytes = std::array<std::uint8_t, 16>;

struct Range4 {
  std::uint32_t begin;
  int bits;
  AddressKind kind;
};

constexpr std::uint32_t ip4(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return (a << 24U) | (b << 16U) | (c << 8U) | d;
}

// The first that matches counts. Three clouds serve credentials outside the link-local range.
constexpr std::array<Range4, 20> kRanges4 = {{
    {ip4(169, 254, 169, 254), 32, AddressKind::kMetadata},
    {ip4(169, 254, 170, 2), 32, AddressKind::kMetadata},
    {ip4(100, 100, 100, 200), 32, AddressKind::kMetadata},
    {ip4(168, 63, 129, 16), 32, AddressKind::kMetadata},
    {ip4(127, 0, 0, 0), 8, AddressKind::kLoopback},
    {ip4(10, 0, 0, 0), 8, AddressKind::kPrivate},
    {ip4(172, 16, 0, 0), 12, AddressKind::kPrivate},
    {ip4(192, 168, 0, 0), 16, AddressKind::kPrivate},
    {ip4(100, 64, 0, 0), 10, AddressKind::kPrivate},
    {ip4(169, 254, 0, 0), 16, AddressKind::kLinkLocal},
    {ip4(0, 0, 0, 0), 8, AddressKind::kReserved},
    {ip4(192, 0, 0, 0), 24, AddressKind::kReserved},
    {ip4(192, 0, 2, 0), 24, AddressKind::kReserved},
    {ip4(192, 88, 99, 0), 24, AddressKind::kReserved},
    {ip4(198, 18, 0, 0), 15, AddressKind::kReserved},
    {ip4(198, 51, 100, 0), 24, AddressKind::kReserved},
    {ip4(203, 0, 113, 0), 24, AddressKind::kReserved},
    {ip4(224, 0, 0, 0), 4, AddressKind::kReserved},
    {ip4(240, 0, 0, 0), 4, AddressKind::kReserved},
    {ip4(255, 255, 255, 255), 32, AddressKind::kReserved},
}};

AddressKind classify4(std::uint32_t address) {
  for (const Range4& range : kRanges4) {
    const std::uint32_t mask = ~std::uint32_t{0} << (32U - static_cast<unsigned>(range.bits));
    if ((address & mask) == range.begin) return range.kind;
  }
  return AddressKind::kPublic;
}

bool begins(const Bytes& address, std::initializer_list<std::uint8_t> prefix) {
  return std::equal(prefix.begin(), prefix.end(), address.begin());
}

std::uint32_t ip4_at(const Bytes& address, std::size_t at) {
  return ip4(address[at], address[at + 1], address[at + 2], address[at + 3]);
}

bool is_zero(const Bytes& address, std::size_t begin, std::size_t end) {
  return std::all_of(address.begin() + static_cast<std::ptrdiff_t>(begin),
                     address.begin() + static_cast<std::ptrdiff_t>(end),
                     [](std::uint8_t byte) { return byte == 0; });
}

bool is_isatap(const Bytes& address) {
  return (address[8] & 0xFDU) == 0 && address[9] == 0 && address[10] == 0x5E && address[11] == 0xFE;
}

AddressKind classify6(const Bytes& address) {
  if (is_zero(address, 0, 15) && address[15] <= 1) {
    return address[15] == 1 ? AddressKind::kLoopback : AddressKind::kReserved;
  }
  const bool mapped = is_zero(address, 0, 10) && address[10] == 0xFF && address[11] == 0xFF;
  const bool translated = is_zero(address, 0, 8) && address[8] == 0xFF && address[9] == 0xFF &&
                          address[10] == 0 && address[11] == 0;  // SIIT
  const bool nat64 = begins(address, {0, 0x64, 0xFF, 0x9B}) && is_zero(address, 4, 12);
  if (mapped || translated || nat64 || is_zero(address, 0, 12)) {
    return classify4(ip4_at(address, 12));
  }
  if (begins(address, {0x20, 0x02})) return classify4(ip4_at(address, 2));  // 6to4
  if (begins(address, {0xFD, 0, 0x0E, 0xC2}) || begins(address, {0xFD, 0x20, 0, 0xCE})) {
    return AddressKind::kMetadata;
  }
  if ((address[0] & 0xFEU) == 0xFC) return AddressKind::kPrivate;
  if (begins(address, {0, 0x64, 0xFF, 0x9B, 0, 1})) return AddressKind::kPrivate;  // local NAT64
  if (address[0] == 0xFE && (address[1] & 0xC0U) == 0xC0) return AddressKind::kPrivate;
  if (address[0] == 0xFE && (address[1] & 0xC0U) == 0x80) return AddressKind::kLinkLocal;
  if ((address[0] & 0xE0U) != 0x20) return AddressKind::kReserved;        // only 2000::/3 is global
  const bool protocol = begins(address, {0x20, 0x01}) && address[2] < 2;  // 2001::/23: Teredo, ...
  const bool documentation = begins(address, {0x20, 0x01, 0x0D, 0xB8}) ||
                             (begins(address, {0x3F, 0xFF}) && address[2] < 0x10);
  if (protocol || documentation) return AddressKind::kReserved;
  return is_isatap(address) ? classify4(ip4_at(address, 12)) : AddressKind::kPublic;
}

}  // namespace

AddressKind classify(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &address, sizeof in);
    return classify4(ntohl(in.sin_addr.s_addr));
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, &address, sizeof in);
    Bytes bytes{};
    std::memcpy(bytes.data(), &in.sin6_addr, bytes.size());
    return classify6(bytes);
  }
  return AddressKind::kReserved;
}

std::string_view describe(AddressKind kind) {
  switch (kind) {
    case AddressKind::kPublic:
      return "a public address";
    case AddressKind::kLoopback:
      return "a loopback address";
    case AddressKind::kPrivate:
      return "a private address";
    case AddressKind::kMetadata:
      return "an address of cloud metadata";
    case AddressKind::kLinkLocal:
      return "a link-local address";
    case AddressKind::kReserved:
      break;
  }
  return "a reserved address";
}

std::string address_text(const sockaddr& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &address, sizeof in);
    inet_ntop(AF_INET, &in.sin_addr, text.data(), text.size());
  } else if (address.sa_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, &address, sizeof in);
    inet_ntop(AF_INET6, &in.sin6_addr, text.data(), text.size());
  } else {
    return "?";
  }
  return text.data();
}

}  // namespace toolformer::http
