// SPDX-License-Identifier: Apache-2.0
// Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, SC 2011,
// section 4.3.
#pragma once

#include <array>
#include <cstdint>

namespace toolformer::base {

using PhiloxBlock = std::array<std::uint32_t, 4>;
using PhiloxKey = std::array<std::uint32_t, 2>;

/// The block of random bits that belongs to this counter and key.
PhiloxBlock philox4x32_10(PhiloxBlock counter, PhiloxKey key);

}  // namespace toolformer::base
