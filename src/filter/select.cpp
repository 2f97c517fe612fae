// SPDX-License-Identifier: Apache-2.0
#include "toolformer/filter/select.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

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

void count_grid(const SelectSettings& settings, const record::Document& document,
                record::Summary& summary) {
  for (const double gamma : kGrid) {
    const auto passes_here = [&](const record::Call& call) {
      Criterion criterion = settings.criterion(call.tool);
      criterion.gamma = gamma;
      return passes(criterion, *call.delta);
    };
    for (const std::size_t i : choose_calls(document, passes_here)) {
      summary.count("kept_at." + document.calls[i].tool + ".gamma_" + without_dots(gamma));
    }
  }
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
    const auto floor = settings.floor.find(call.tool);
    if (floor != settings.floor.end() && *call.delta < floor->second) return false;
    return passes(settings.criterion(call.tool), *call.delta);
  };
  for (record::Call& call : document.calls) {
    call.keep = false;
    if (!call.loss) continue;
    call.delta = delta_of(settings.criterion(call.tool).baseline, *call.loss);
    summary.count("delta." + call.tool + "." + bucket(*call.delta));
  }
  const std::vector<std::size_t> chosen = choose_calls(document, passes_here);
  for (const std::size_t i : chosen) document.calls[i].keep = true;
  for (const record::Call& call : document.calls) {
    const char* verdict = *call.keep                  ? "kept"
                          : !call.delta || call.error ? "unscored"
                          : passes_here(call)         ? "not_best"
                                                      : "below";
    summary.count("selected." + call.tool + "." + verdict);
  }
  count_grid(settings, document, summary);
  if (!chosen.empty()) summary.count("documents.kept");
  document.augmented = text::render_augmented(settings.markers, document);
}

}  // namespace toolformer::filter
