// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <ctime>
#include <optional>
#include <string>

namespace toolformer::http {

/// The value of a Retry-After header, seconds or an HTTP date (RFC 9110, 10.2.3), as a wait from
/// `now` of at least 0 and at most `cap`; nullopt when it is neither.
std::optional<std::chrono::milliseconds> parse_retry_after(const std::string& value,
                                                           std::time_t now,
                                                           std::chrono::milliseconds cap);

}  // namespace toolformer::http
