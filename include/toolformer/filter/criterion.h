// SPDX-License-Identifier: Apache-2.0
// The criterion as arithmetic on floats (arXiv 2302.04761, section 2): no model, no tokens, no I/O.
// For a call c with the result r at place i, over the tokens of the window behind it:
//   L(z) = sum_t w_t * -log p(x_t | z, x_<t)      t counts from the place; z is what stands before
//   L(eps)    loss.plain      the text as it is
//   L(c, eps) loss.no_result  the call with an empty result, `open tool(input) arrow close`
//   L(c, r)   loss.result     = L+
//   L(c, r')  loss.other      the smallest over results r' of the same kind that belong elsewhere
//   delta = L- - L+           L- is the baseline: the paper's is min(L(eps), L(c, eps)); the
//   default
//                             takes L(c, r') into the minimum too. The paper's asks whether a
//                             result helps, which the mere shape of one does (any date behind
//                             "Today is" makes a date likelier); the default asks whether this one
//                             does.
// A call is kept when delta is above (Comparison) tau_f, the setting gamma.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "toolformer/base/enum_names.h"
#include "toolformer/filter/weights.h"
#include "toolformer/record/document.h"

namespace toolformer::filter {

/// Where a call stands when the tokens behind its place are scored.
enum class Placement {
  kInline,  ///< start token, x_<i, call, window
  kPrefix,  ///< start token, call, the whole text up to the window (paper, footnote 3)
  kPrimed,  ///< demonstrations of the tool, x_<i, call, window; the other two losses under them too
};
constexpr base::Names<3> names_of(Placement /*type*/) {
  return {"inline", "prefix", "primed"};
}
enum class Baseline {
  kPlain,
  kNoResult,
  kMin,    ///< the smaller of the two (paper)
  kOther,  ///< the smallest of the two and loss.other; for a call without others, kMin
};
constexpr base::Names<4> names_of(Baseline /*type*/) {
  return {"plain", "no_result", "min", "other"};
}
/// What delta must be.
enum class Comparison { kAbove, kAtLeast };
constexpr base::Names<2> names_of(Comparison /*type*/) {
  return {"above", "at_least"};
}
enum class Preset { kPrimed, kWindowed, kPaper };
constexpr base::Names<3> names_of(Preset /*type*/) {
  return {"primed", "windowed", "paper"};
}

/// All of one tool's settings.
struct Criterion {
  std::size_t window = 8;
  Weights weights = Weights::kUniform;
  Placement placement = Placement::kPrimed;
  Baseline baseline = Baseline::kOther;
  double gamma = 1.0;  ///< in unit_of(weights)
  Comparison comparison = Comparison::kAbove;
};

/// For one tool: the paper's threshold differs for Calculator and MT.
Criterion preset(Preset name, std::string_view tool);

/// The criterion of every tool, resolved before the first record.
struct Criteria {
  Criterion others;  ///< of the tools that are not named here
  std::map<std::string, Criterion, std::less<>> by_tool = {};

  const Criterion& of(std::string_view tool) const;
};

/// Summed in double over the shorter of the two: the text may end within the window.
double weighted_loss(std::span<const float> logprobs, std::span<const double> weights);
/// Of a scored call. Nothing where the baseline needs a loss that was not measured.
std::optional<double> delta_of(Baseline baseline, const record::Call& call);
/// No delta of this call is larger, whatever the losses of the baseline that were not measured.
double largest_delta(Baseline baseline, const record::Losses& losses);
bool passes(const Criterion& criterion, double delta);
bool may_pass(const Criterion& criterion, const record::Losses& losses);

}  // namespace toolformer::filter
