// SPDX-License-Identifier: Apache-2.0
#include "toolformer/http/url.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <memory>

#include "toolformer/base/error.h"
#include "toolformer/base/log.h"
#include "toolformer/http/letters.h"

namespace toolformer::http {
namespace {

using base::DataError;
using base::throw_error;

struct Free {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
  void operator()(char* text) const { curl_free(text); }
};
using Parsed = std::unique_ptr<CURLU, Free>;

// The path is sent as written: "a/../b" is the server's business.
constexpr unsigned kFlags = CURLU_DISALLOW_USER | CURLU_PATH_AS_IS | CURLU_NON_SUPPORT_SCHEME;

std::string shown(std::string_view text) {
  return base::escape_for_log(text, 60);
}

void set(const Parsed& parsed, std::string_view text) {
  if (text.find('\0') != std::string_view::npos) {
    throw_error<DataError>("'{}' holds a zero byte", shown(text));
  }
  const CURLUcode code =
      curl_url_set(parsed.get(), CURLUPART_URL, std::string(text).c_str(), kFlags);
  if (code == CURLUE_USER_NOT_ALLOWED) {
    throw_error<DataError>("an address with a user name or password is refused");
  }
  if (code != CURLUE_OK) {
    throw_error<DataError>("'{}' is no address (code {} of libcurl's parser)", shown(text),
                           static_cast<int>(code));
  }
}

std::string part(const Parsed& parsed, CURLUPart which, unsigned flags = 0) {
  char* value = nullptr;
  if (curl_url_get(parsed.get(), which, &value, flags) != CURLUE_OK || value == nullptr) return {};
  const std::unique_ptr<char, Free> owner(value);
  return value;
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

/// An IPv6 address came through libcurl's own check.
bool is_host(const std::string& host) {
  if (host.empty()) return false;
  return host.front() == '[' || std::all_of(host.begin(), host.end(), is_host_character);
}

Origin read_origin(const Parsed& parsed) {
  Origin origin{lower_case(part(parsed, CURLUPART_SCHEME)),
                lower_case(part(parsed, CURLUPART_HOST))};
  if (origin.scheme != "http" && origin.scheme != "https") {
    throw_error<DataError>("an address is http or https, not '{}'", shown(origin.scheme));
  }
  if (!is_host(origin.host) || !part(parsed, CURLUPART_ZONEID).empty()) {
    throw_error<DataError>("'{}' is no host name or IP address", shown(origin.host));
  }
  const std::string port = part(parsed, CURLUPART_PORT, CURLU_DEFAULT_PORT);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), origin.port);
  if (error != std::errc() || end != port.data() + port.size() || origin.port == 0) {
    throw_error<DataError>("a port is 1 to 65535, not '{}'", shown(port));
  }
  return origin;
}

std::string whole(const Parsed& parsed) {
  curl_url_set(parsed.get(), CURLUPART_FRAGMENT, nullptr, 0);
  return part(parsed, CURLUPART_URL);
}

}  // namespace

std::string Origin::text() const {
  return fmt::format("{}://{}:{}", scheme, host, port);
}

Url Url::parse(std::string_view text) {
  const Parsed parsed(curl_url());
  set(parsed, text);
  Url url;
  url.origin_ = read_origin(parsed);
  url.text_ = whole(parsed);
  return url;
}

Url Url::resolve(const std::string& location) const {
  const Parsed parsed(curl_url());
  set(parsed, text_);
  set(parsed, location);
  Url url;
  url.origin_ = read_origin(parsed);
  url.text_ = whole(parsed);
  return url;
}

Origin parse_origin(std::string_view text) {
  const Parsed parsed(curl_url());
  set(parsed, text);
  Origin origin = read_origin(parsed);
  const std::string path = part(parsed, CURLUPART_PATH);
  if ((path != "/" && !path.empty()) || !part(parsed, CURLUPART_QUERY).empty() ||
      !part(parsed, CURLUPART_FRAGMENT).empty()) {
    throw_error<DataError>("'{}': an origin ends behind its host and port, as '{}' does",
                           shown(text), origin.text());
  }
  return origin;
}

}  // namespace toolformer::http
