// SPDX-License-Identifier: Apache-2.0
// Where calls are proposed (paper, section 2): the places whose p(open marker | prompt, x_<i) is
// above tau_s, the k most probable of them. A pure function of the numbers.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "toolformer/text/tokenizer.h"

namespace toolformer::annotate {

struct Position {
  std::size_t token = 0;  ///< the call goes before this token
  std::size_t at = 0;     ///< its byte offset
  double p = 0;           ///< p(open marker) there
};

struct PositionRule {
  double tau_s = 0;   ///< p must be above it
  std::size_t k = 0;  ///< at most so many, the most probable; equal ones: the earlier
};

/// `probe_logprobs` [tokens + 1] is log p(open marker) before each token and at the end. Only
/// places where a call may stand (lm::is_call_place) and p is defined. In order of the text.
std::vector<Position> choose_positions(std::string_view document,
                                       std::span<const text::Token> tokens,
                                       std::span<const float> probe_logprobs,
                                       const PositionRule& rule);

}  // namespace toolformer::annotate
