// SPDX-License-Identifier: Apache-2.0
// An absolute http or https address, parsed by the library that will make the request, so that no
// two parsers can disagree about where it leads.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace toolformer::http {

/// What a permission is given for. "https://example.org" and "https://example.org:443" are equal.
struct Origin {
  std::string scheme;      ///< "http" or "https"
  std::string host;        ///< lower case; IPv6 in brackets; numbers of any base as dotted IPv4
  std::uint16_t port = 0;  ///< never 0 once parsed
  bool operator==(const Origin&) const = default;
  std::string text() const;  ///< "https://example.org:443"
};

class Url {
 public:
  /// Throws DataError: another scheme, a user name or password, a zone, port 0, a host with other
  /// characters than letters, digits, '-', '_', '.', or anything that is no address at all.
  static Url parse(std::string_view text);
  /// Where a Location header of this address leads; throws DataError like parse().
  Url resolve(const std::string& location) const;

  const Origin& origin() const { return origin_; }
  const std::string& text() const { return text_; }  ///< without a fragment

 private:
  std::string text_;
  Origin origin_;
};

/// For settings: an address with nothing behind the port. Throws DataError.
Origin parse_origin(std::string_view text);

}  // namespace toolformer::http
