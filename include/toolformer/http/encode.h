// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace toolformer::http {

/// Every byte but the unreserved ones (RFC 3986: letters, digits, "-._~") as %XX.
std::string percent_encode(std::string_view text);

}  // namespace toolformer::http
