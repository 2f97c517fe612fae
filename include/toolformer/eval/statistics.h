// SPDX-License-Identifier: Apache-2.0
// How sure a figure is. The bootstrap (Efron 1979) draws items, or whole clusters of them, with
// replacement, with draws keyed by the seed, so the same items give the same intervals everywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace toolformer::eval {

/// A figure with its 95% interval (percentiles of the resampled figures).
struct Estimate {
  double value = 0, low = 0, high = 0;
};

struct Resampling {
  std::size_t rounds = 2000;
  std::uint64_t seed = 0;
  /// Items by index that are not independent, so that they are drawn together; empty: each alone.
  std::vector<std::vector<std::size_t>> clusters = {};
};

/// sum(a) / sum(b) over items; the mean of `a` where `b` is all ones. NaN when there is no item.
Estimate bootstrap_ratio(std::span<const double> a, std::span<const double> b,
                         const Resampling& resampling);
Estimate bootstrap_mean(std::span<const double> values, const Resampling& resampling);

/// Two rows on the same items: what the second has more, and how likely a difference at least as
/// large is when there is none.
struct Comparison {
  Estimate difference;
  double p = 1;
  /// The difference that a two-sided test at 5 % would see in 80 of 100 such samples:
  /// (1.96 + 0.84) standard errors of the difference. 0: no item tells the rows apart.
  double detectable = 0;
};

/// For items that are right (1) or wrong (0): the exact test of McNemar (two-sided binomial on the
/// items that only one of them got right); of clusters, which are not independent trials, the test
/// of compare_ratios.
Comparison compare_right(std::span<const double> first, std::span<const double> second,
                         const Resampling& resampling);

/// For ratios sum(a) / sum(b) over the same items and the same b: p is twice the smaller share of
/// resampled differences on either side of 0.
Comparison compare_ratios(std::span<const double> first, std::span<const double> second,
                          std::span<const double> b, const Resampling& resampling);

/// Two-sided p of `wins` against `losses` when both are equally likely.
double mcnemar(std::size_t wins, std::size_t losses);

}  // namespace toolformer::eval
