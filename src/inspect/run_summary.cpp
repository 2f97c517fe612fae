// SPDX-License-Identifier: Apache-2.0
#include "toolformer/inspect/run_summary.h"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <functional>

#include "toolformer/base/atomic_file.h"
#include "toolformer/base/terminal.h"
#include "toolformer/record/input_files.h"
#include "toolformer/record/shard.h"

namespace toolformer::inspect {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLargestSummary = 16U << 20U;
constexpr int kDeepest = 16;

std::filesystem::path summary_beside(const std::string& file) {
  const std::filesystem::path path = file;
  const auto name = record::parse_record_file_name(path.filename().string());
  return name ? path.parent_path() / (name->stem + ".summary.json") : std::filesystem::path();
}

}  // namespace

void RunSummary::add(const Json& summary) {
  const std::function<void(const std::string&, const Json&, int)> visit =
      [&](const std::string& name, const Json& value, int depth) {
        if (value.is_number() && std::isfinite(value.get<double>())) {
          sums_[name] += value.get<double>();
        } else if (value.is_object() && depth < kDeepest) {
          for (const auto& [key, inner] : value.items()) {
            visit(name.empty() ? key : name + "." + key, inner, depth + 1);
          }
        }
      };
  if (summary.contains("counts")) visit("", summary["counts"], 0);
  if (summary.contains("seconds")) visit("seconds", summary["seconds"], 0);
  const Json::json_pointer resolved("/identity/config/resolved");
  if (!summary.contains(resolved)) return;
  for (const auto& [tool, criterion] : summary[resolved].items()) {
    if (!criterion.is_object()) continue;
    const Json gamma = criterion.value("gamma", Json()),
               unit = criterion.value("gamma_unit", Json());
    if (gamma.is_number() && unit.is_string())
      gammas_[tool] = fmt::format("{:g} {}", gamma.get<double>(), unit.get<std::string>());
  }
}

bool add_summary(const std::string& record_file, RunSummary& total) {
  const std::filesystem::path path = summary_beside(record_file);
  if (path.empty() || !std::filesystem::is_regular_file(path)) return false;
  const auto json = Json::parse(base::read_file(path, kLargestSummary), nullptr, false);
  if (!json.is_object()) return false;
  total.add(json);
  return true;
}

std::string run_summaries_view(const std::vector<std::string>& input, const Page& page) {
  RunSummary total;
  std::size_t found = 0;
  for (const record::InputFile& file : record::expand_input(input))
    if (add_summary(file.path, total)) ++found;
  if (found == 0) return "";
  std::string view =
      paint(fmt::format("Counts of the run ({} summary file{})", found, found == 1 ? "" : "s"),
            Role::kHeading, page.color) +
      "\n";
  for (const auto& [name, sum] : total.sums()) {
    view += fmt::format(
        "  {:<44} {:>12}\n", base::escape_controls(name),
        sum == std::floor(sum) ? fmt::format("{:.0f}", sum) : fmt::format("{:.3f}", sum));
  }
  if (!total.gammas().empty())
    view += paint("Threshold of delta (gamma)", Role::kHeading, page.color) + "\n";
  for (const auto& [tool, gamma] : total.gammas())
    view += fmt::format("  {:<44} {}\n", base::escape_controls(tool), base::escape_controls(gamma));
  return view;
}

}  // namespace toolformer::inspect
