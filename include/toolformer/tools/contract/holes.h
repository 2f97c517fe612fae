// SPDX-License-Identifier: Apache-2.0
// Text and JSON with holes such as {input}. What fills a hole is encoded for its place: it can
// neither end a JSON string nor begin another part of an address.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace toolformer::tools {

using Holes = std::map<std::string, std::string, std::less<>>;  ///< {"input", "..."}

/// Replaces {name} for every name in the map; other braces stay. What was filled in is not looked
/// at again.
std::string fill_text(std::string_view pattern, const Holes& holes);

/// The same, each filling percent-encoded.
std::string fill_url(std::string_view pattern, const Holes& holes);

/// Fills the string values (not the keys) of a JSON value.
nlohmann::ordered_json fill_json(const nlohmann::ordered_json& pattern, const Holes& holes);

}  // namespace toolformer::tools
