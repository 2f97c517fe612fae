// SPDX-License-Identifier: Apache-2.0
// JSON of unknown origin: a depth limit, no duplicate keys, errors that name the file.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace toolformer::formats {

/// Throws DataError "{name}: ..." for anything that is not one JSON value, is nested deeper than
/// `max_depth`, or holds an object with the same key twice.
nlohmann::json parse_strict_json(std::string_view text, const std::string& name,
                                 int max_depth = 64);

/// The same for a file of at most `max_bytes`.
nlohmann::json read_strict_json(const std::filesystem::path& path,
                                std::size_t max_bytes = 256 << 20);

}  // namespace toolformer::formats
