// SPDX-License-Identifier: Apache-2.0
#include "toolformer/http/retry_after.h"

#include <curl/curl.h>

#include <algorithm>
#include <string_view>

namespace toolformer::http {

std::optional<std::chrono::milliseconds> parse_retry_after(const std::string& value,
                                                           std::time_t now,
                                                           std::chrono::milliseconds cap) {
  constexpr std::string_view kDigits = "0123456789";
  constexpr std::int64_t kMost = 1'000'000'000;
  std::int64_t seconds = 0;
  if (value.empty()) return std::nullopt;
  if (value.find_first_not_of(kDigits) == std::string::npos) {
    for (const char digit : value) seconds = std::min(kMost, 10 * seconds + (digit - '0'));
  } else {
    const std::time_t date = curl_getdate(value.c_str(), nullptr);
    if (date == -1) return std::nullopt;
    seconds = std::clamp<std::int64_t>(date - now, 0, kMost);
  }
  return std::min(cap, std::chrono::milliseconds(1000 * seconds));
}

}  // namespace toolformer::http
