// SPDX-License-Identifier: Apache-2.0
// The course of a training run, from the lines of metrics.jsonl.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "toolformer/inspect/styled_text.h"

namespace toolformer::inspect {

/// Whether a line is one of metrics.jsonl: a `step` and no `text`.
bool is_metrics(const nlohmann::ordered_json& line);

struct Series {
  std::vector<double> steps;
  std::vector<double> values;
};

class Metrics {
 public:
  /// Every number of the line, nested ones by their path ("loss.text"), becomes a point of its
  /// series.
  void add(const nlohmann::ordered_json& line);
  bool empty() const { return series_.empty(); }
  const std::map<std::string, Series>& series() const { return series_; }

 private:
  std::map<std::string, Series> series_;
};

/// Means of equal shares of the values as eight heights of blocks, the smallest value lowest.
std::string sparkline(const std::vector<double>& values, std::size_t width);

/// First, last, smallest and sparkline of every series whose name holds "loss"; the last value of
/// the others.
std::string metrics_view(const Metrics& metrics, const Page& page);

}  // namespace toolformer::inspect
