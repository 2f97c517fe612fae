// SPDX-License-Identifier: Apache-2.0
// What two texts have in common, wherever it stands in them (Broder, "On the resemblance and
// containment of documents", 1997).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace toolformer::text {

/// A hash of every run of so many words, rising and distinct. A word is a run of letters, digits
/// and bytes beyond ASCII; ASCII letters count in lower case.
std::vector<std::uint64_t> shingles(std::string_view text, std::size_t words);

}  // namespace toolformer::text
