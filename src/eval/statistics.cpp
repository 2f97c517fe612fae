// SPDX-License-Identifier: Apache-2.0
#include "toolformer/eval/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string_view>

#include "toolformer/base/random.h"

namespace toolformer::eval {
namespace {

/// Draws items or clusters with replacement, `rounds` times; `figure` makes a number of the drawn
/// indices.
template <class Figure>
std::vector<double> resample(std::size_t items, const Resampling& resampling,
                             const Figure& figure) {
  const auto& clusters = resampling.clusters;
  const std::size_t units = clusters.empty() ? items : clusters.size();
  std::vector<double> figures;
  std::vector<std::size_t> drawn;
  for (std::size_t round = 0; round < resampling.rounds; ++round) {
    const base::KeyedRandom random(resampling.seed, {"bootstrap", std::uint64_t{round}});
    drawn.clear();
    for (std::size_t i = 0; i < units; ++i) {
      const auto unit = static_cast<std::size_t>(random.uniform(i) * static_cast<double>(units));
      if (clusters.empty()) {
        drawn.push_back(unit);
      } else {
        drawn.insert(drawn.end(), clusters[unit].begin(), clusters[unit].end());
      }
    }
    const double value = figure(drawn);
    if (std::isfinite(value)) figures.push_back(value);
  }
  std::sort(figures.begin(), figures.end());
  return figures;
}

double percentile(const std::vector<double>& sorted, double share) {
  if (sorted.empty()) return std::numeric_limits<double>::quiet_NaN();
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

double ratio(std::span<const double> a, std::span<const double> b) {
  return std::accumulate(a.begin(), a.end(), 0.0) / std::accumulate(b.begin(), b.end(), 0.0);
}

double ratio_of(std::span<const double> a, std::span<const double> b,
                const std::vector<std::size_t>& drawn) {
  double above = 0, below = 0;
  for (const std::size_t i : drawn) {
    above += a[i];
    below += b[i];
  }
  return above / below;
}

double standard_deviation(const std::vector<double>& values) {
  const auto count = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / count);
}

std::vector<double> ones(std::size_t count) {
  return std::vector<double>(count, 1.0);
}

Comparison compare(std::span<const double> first, std::span<const double> second,
                   std::span<const double> b, const Resampling& resampling) {
  std::vector<double> more(first.size());
  for (std::size_t i = 0; i < more.size(); ++i) more[i] = second[i] - first[i];
  Comparison comparison;
  const std::vector<double> figures =
      resample(more.size(), resampling,
               [&](const std::vector<std::size_t>& drawn) { return ratio_of(more, b, drawn); });
  comparison.difference = {ratio(more, b), percentile(figures, 0.025), percentile(figures, 0.975)};
  if (figures.empty()) return comparison;
  constexpr double kErrors = 1.959964 + 0.841621;  // normal quantiles of 97.5 % and 80 %
  comparison.detectable = kErrors * standard_deviation(figures);
  const auto count = [&](auto&& side) {
    return static_cast<double>(std::count_if(figures.begin(), figures.end(), side)) /
           static_cast<double>(figures.size());
  };
  const double smaller =
      std::min(count([](double d) { return d <= 0; }), count([](double d) { return d >= 0; }));
  comparison.p = std::min(1.0, 2 * smaller);
  return comparison;
}

}  // namespace

Estimate bootstrap_ratio(std::span<const double> a, std::span<const double> b,
                         const Resampling& resampling) {
  const std::vector<double> figures =
      resample(a.size(), resampling,
               [&](const std::vector<std::size_t>& drawn) { return ratio_of(a, b, drawn); });
  return {ratio(a, b), percentile(figures, 0.025), percentile(figures, 0.975)};
}

Estimate bootstrap_mean(std::span<const double> values, const Resampling& resampling) {
  return bootstrap_ratio(values, ones(values.size()), resampling);
}

double mcnemar(std::size_t wins, std::size_t losses) {
  const std::size_t n = wins + losses;
  if (n == 0) return 1;
  const double log_half = static_cast<double>(n) * std::log(0.5);
  double tail = 0;
  for (std::size_t k = 0; k <= std::min(wins, losses); ++k) {
    const auto total = static_cast<double>(n), chosen = static_cast<double>(k);
    tail += std::exp(std::lgamma(total + 1) - std::lgamma(chosen + 1) -
                     std::lgamma(total - chosen + 1) + log_half);
  }
  return std::min(1.0, 2 * tail);
}

Comparison compare_right(std::span<const double> first, std::span<const double> second,
                         const Resampling& resampling) {
  Comparison comparison = compare(first, second, ones(first.size()), resampling);
  if (!resampling.clusters.empty()) return comparison;
  std::size_t wins = 0, losses = 0;
  for (std::size_t i = 0; i < first.size(); ++i) {
    if (second[i] > first[i]) ++wins;
    if (second[i] < first[i]) ++losses;
  }
  comparison.p = mcnemar(wins, losses);
  return comparison;
}

Comparison compare_ratios(std::span<const double> first, std::span<const double> second,
                          std::span<const double> b, const Resampling& resampling) {
  return compare(first, second, b, resampling);
}

}  // namespace toolformer::eval
