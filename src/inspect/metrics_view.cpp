// SPDX-License-Identifier: Apache-2.0
#include "toolformer/inspect/metrics_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "toolformer/base/terminal.h"

namespace toolformer::inspect {

bool is_metrics(const nlohmann::ordered_json& line) {
  return line.is_object() && !line.contains("text") && line.contains("step") &&
         line["step"].is_number();
}

void Metrics::add(const nlohmann::ordered_json& line) {
  const double step = line["step"].get<double>();
  constexpr int kDeepest = 4;
  const std::function<void(const std::string&, const nlohmann::ordered_json&, int)> visit =
      [&](const std::string& name, const nlohmann::ordered_json& value, int depth) {
        if (value.is_number() && name != "step" && std::isfinite(value.get<double>())) {
          series_[name].steps.push_back(step);
          series_[name].values.push_back(value.get<double>());
        } else if (value.is_object() && depth < kDeepest) {
          for (const auto& [key, inner] : value.items()) {
            visit(name.empty() ? key : name + "." + key, inner, depth + 1);
          }
        }
      };
  visit("", line, 0);
}

std::string sparkline(const std::vector<double>& values, std::size_t width) {
  static constexpr const char* kBlocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const std::size_t columns = std::min(width, values.size());
  std::vector<double> means;
  for (std::size_t i = 0; i < columns; ++i) {
    const std::size_t begin = i * values.size() / columns;
    const std::size_t end = (i + 1) * values.size() / columns;
    double sum = 0;
    for (std::size_t j = begin; j < end; ++j) sum += values[j];
    means.push_back(sum / static_cast<double>(end - begin));
  }
  if (means.empty()) return "";
  const auto [low, high] = std::minmax_element(means.begin(), means.end());
  std::string line;
  for (const double mean : means) {
    const double height = *high > *low ? (mean - *low) / (*high - *low) : 0;
    line += kBlocks[static_cast<std::size_t>(std::lround(height * 7))];
  }
  return line;
}

std::string metrics_view(const Metrics& metrics, const Page& page) {
  std::string losses, others;
  for (const auto& [name, series] : metrics.series()) {
    const std::string label = base::escape_controls(name);
    if (name.find("loss") == std::string::npos) {
      others += fmt::format("  {:<20} {:>12.6g}\n", label, series.values.back());
      continue;
    }
    const auto smallest = std::min_element(series.values.begin(), series.values.end());
    const auto at = static_cast<std::size_t>(smallest - series.values.begin());
    losses +=
        fmt::format("  {:<20} first {:.4f}  last {:.4f}  smallest {:.4f} at step {:g}\n", label,
                    series.values.front(), series.values.back(), *smallest, series.steps[at]);
    losses += "    " +
              paint(sparkline(series.values, std::min<std::size_t>(page.width - 4, 80)),
                    Role::kCandidate, page.color) +
              "\n";
  }
  std::string view;
  if (!losses.empty()) view += paint("Training", Role::kHeading, page.color) + "\n" + losses;
  if (!others.empty()) view += paint("Last values", Role::kHeading, page.color) + "\n" + others;
  return view + "\n";
}

}  // namespace toolformer::inspect
