// SPDX-License-Identifier: Apache-2.0
// Whether a file is one of records at all. A file of another kind is refused as a whole, by its
// name and with the command that makes records of it, not line by line.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace toolformer::record {

/// As many bytes as decide.
inline constexpr std::size_t kDecidingBytes = 1U << 16U;

/// "a JSON list; ...": why a file that begins so, unpacked, holds no lines of JSON objects.
/// nullopt: it may hold some; lines that are none are found one by one.
std::optional<std::string> why_not_json_lines(std::string_view start);

}  // namespace toolformer::record
