// SPDX-License-Identifier: Apache-2.0
// A number like another: what a tool might have answered elsewhere.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "toolformer/base/random.h"

namespace toolformer::tools {

/// `text` with its first number replaced by another of like size: from half of it to one and a half
/// times, at least five away on either side where that is more, never below zero, with as many
/// decimals. "360" may become "417", "-0.25" "-0.19". The number is never the old one. nullopt:
/// there is no number, or one of more than fifteen digits.
std::optional<std::string> other_number(std::string_view text, const base::KeyedRandom& draw);

}  // namespace toolformer::tools
