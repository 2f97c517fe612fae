// SPDX-License-Identifier: Apache-2.0
// State that a later run believes carries a checksum of itself: a flipped bit in a counter would
// otherwise be gone on from, with records or steps missing or doubled.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace toolformer::record {

/// The object as text, with a last member "sha256" of all the others.
std::string seal(nlohmann::ordered_json json);

/// The object without its seal. Throws DataError that begins with "<file>: damaged" when the text
/// is no sealed object or its members are not those that were sealed.
nlohmann::ordered_json unseal(const std::string& text, const std::string& file);

}  // namespace toolformer::record
