// SPDX-License-Identifier: Apache-2.0
// The one table of an enum's names: flags, --help, messages and JSON all read it. Beside its enum a
// setting has `constexpr base::Names<2> names_of(Weights) { return {"uniform", "linear"}; }`, in
// the order of the values, which count from 0.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace toolformer::base {

template <std::size_t N>
using Names = std::array<std::string_view, N>;

/// A switch is written out where "on" says more than a flag that is there or not.
constexpr Names<2> names_of(bool /*type*/) {
  return {"off", "on"};
}

/// The place of `text` among the names. Throws UsageError: "--weights must be uniform or linear,
/// got `flat`".
std::size_t place_of(std::span<const std::string_view> names, std::string_view flag,
                     std::string_view text);

template <class E>
constexpr std::string_view name_of(E value) {
  return names_of(value).at(static_cast<std::size_t>(value));
}

/// `flag` without its dashes; throws as place_of().
template <class E>
E value_of(std::string_view flag, std::string_view text) {
  return static_cast<E>(place_of(names_of(E{}), flag, text));
}

}  // namespace toolformer::base
