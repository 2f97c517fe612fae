// SPDX-License-Identifier: Apache-2.0
#include "toolformer/filter/select.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

namespace toolformer::filter {
namespace {

constexpr std::array<double, 9> kGrid = {0, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5};

/// Dots separate the levels of a summary: "0_25".
std::string without_dots(double value) {
  std::string text = fmt::format("{:g}", value);
  std::replace(text.begin(), text.end(), '.', '_');
  return text;
}

std::string bucket(double delta) {
  constexpr double kLowest = -3;
  constexpr double kHighest = 5;
  if (delta < kLowest) return "below_" + without_dots(kLowest);
  if (delta >= kHighest) return "from_" + without_dots(kHighest);
  return "from_" + without_dots(std::floor(delta * 2) / 2);
}

/// No smaller delta of this tool is kept.
double floor_for(const SelectSettings& settings, const std::string& tool) {
  const auto floor = settings.floor.find(tool);
  return floor == settings.floor.end() ? -std::numeric_limits<double>::infinity() : floor->second;
}

bool is_unmeasured(const Criterion& criterion, const record::Call& call) {
  return call.loss && !call.delta && may_pass(criterion, *call.loss);
}

void count_grid(const SelectSettings& settings, const record::Document& document,
                record::Summary& summary) {
  for (const double gamma : kGrid) {
    const std::string name = ".gamma_" + without_dots(gamma);
    const auto criterion_of = [&](const record::Call& call) {
      Criterion criterion = settings.criteria.of(call.tool);
      criterion.gamma = gamma;
      return criterion;
    };
    const auto passes_here = [&](const record::Call& call) {
      return passes(criterion_of(call), *call.delta);
    };
    for (const std::size_t i : choose_calls(document, passes_here))
      summary.count("kept_at." + document.calls[i].tool + name);
    for (const record::Call& call : document.calls)
      if (is_unmeasured(criterion_of(call), call))
        summary.count("unmeasured_at." + call.tool + name);
  }
}

/// The delta of a call that only the comparison with another result keeps from passing.
std::optional<double> delta_without_others(const Criterion& criterion, const record::Call& call) {
  if (criterion.baseline != Baseline::kOther || passes(criterion, *call.delta)) return std::nullopt;
  const double without = largest_delta(Baseline::kMin, *call.loss);
  return passes(criterion, without) ? std::optional(without) : std::nullopt;
}

struct Verdict {
  const char* name;  ///< counted as selected.<tool>.<name>
  std::string reason;
};

/// Of a call that is not kept and has no error.
Verdict verdict_of(const SelectSettings& settings, const record::Call& call) {
  if (!call.loss && !call.delta) return {"unscored", "not scored"};
  const Criterion& criterion = settings.criteria.of(call.tool);
  if (is_unmeasured(criterion, call)) {
    return {"unmeasured",
            "a loss of the baseline was not measured (--losses needed): score again with this "
            "criterion"};
  }
  const char* relation = criterion.comparison == Comparison::kAbove ? "not above" : "below";
  if (!call.delta) {
    return {"below",
            fmt::format("delta is at most {:.3g}, {} {:g}",
                        largest_delta(criterion.baseline, *call.loss), relation, criterion.gamma)};
  }
  if (const auto without = delta_without_others(criterion, call)) {
    return {"any_result",
            fmt::format("another result would help as well (delta {:.3g} without comparing): delta "
                        "is {} {:g}",
                        *without, relation, criterion.gamma)};
  }
  if (!passes(criterion, *call.delta))
    return {"below", fmt::format("delta is {} {:g}", relation, criterion.gamma)};
  if (*call.delta < floor_for(settings, call.tool)) {
    return {"below", "not among the largest deltas that --keep-top or --keep-fraction asks for"};
  }
  return {"not_best", "another call at this place is kept"};
}

}  // namespace

std::vector<std::size_t> choose_calls(const record::Document& document,
                                      const std::function<bool(const record::Call&)>& passes) {
  std::map<std::size_t, std::size_t> best;  // at -> index
  for (std::size_t i = 0; i < document.calls.size(); ++i) {
    const record::Call& call = document.calls[i];
    if (!call.delta || call.error || !passes(call)) continue;
    const auto [place, is_first] = best.emplace(call.at, i);
    if (!is_first && *call.delta > *document.calls[place->second].delta) place->second = i;
  }
  std::vector<std::size_t> chosen;
  for (const auto& [at, i] : best) chosen.push_back(i);
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

void select(const SelectSettings& settings, record::Document& document, record::Summary& summary) {
  const auto passes_here = [&](const record::Call& call) {
    return passes(settings.criteria.of(call.tool), *call.delta) &&
           *call.delta >= floor_for(settings, call.tool);
  };
  for (record::Call& call : document.calls) {
    call.keep = false;
    call.reason.reset();
    if (!call.loss) continue;
    call.delta = delta_of(settings.criteria.of(call.tool).baseline, call);
    if (call.delta) summary.count("delta." + call.tool + "." + bucket(*call.delta));
  }
  const std::vector<std::size_t> chosen = choose_calls(document, passes_here);
  for (const std::size_t i : chosen) document.calls[i].keep = true;
  for (record::Call& call : document.calls) {
    const char* name = *call.keep ? "kept" : "unscored";
    if (!*call.keep && !call.error) {
      Verdict verdict = verdict_of(settings, call);
      name = verdict.name;
      call.reason = std::move(verdict.reason);
    }
    summary.count("selected." + call.tool + "." + name);
  }
  count_grid(settings, document, summary);
  if (!chosen.empty()) summary.count("documents.kept");
  document.augmented = calls::render_augmented(settings.markers, document);
}

}  // namespace toolformer::filter
