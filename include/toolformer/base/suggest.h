// SPDX-License-Identifier: Apache-2.0
// "Did you mean": the known name nearest to an unknown one.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toolformer::base {

/// Levenshtein distance with swaps of neighbours (optimal string alignment), ASCII case ignored, in
/// bytes.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The first of the nearest names; nullopt when none is within a third of the longer one's length
/// (at least 2 edits).
std::optional<std::string> nearest_name(std::string_view name,
                                        const std::vector<std::string>& known);

}  // namespace toolformer::base
