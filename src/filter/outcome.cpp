// SPDX-License-Identifier: Apache-2.0
#include "toolformer/filter/outcome.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string_view>

namespace toolformer::filter {
namespace {

/// "2,615".
std::string grouped(std::int64_t number) {
  const std::string digits = std::to_string(number);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

/// Lower end of a bucket of delta -> calls in it, over all tools; "delta.Calculator.from_-0_5".
std::map<double, std::int64_t> buckets_of(const record::Summary& counts) {
  std::map<double, std::int64_t> buckets;
  for (const auto& [name, n] : counts.counts()) {
    const std::size_t from = name.rfind(".from_");
    if (!name.starts_with("delta.") || from == std::string::npos) continue;
    std::string edge = name.substr(from + std::string_view(".from_").size());
    std::replace(edge.begin(), edge.end(), '_', '.');
    buckets[std::strtod(edge.c_str(), nullptr)] += n;
  }
  return buckets;
}

/// What a threshold would have to be, where none was passed.
std::string lower_threshold(const record::Summary& counts, std::int64_t calls) {
  const std::map<double, std::int64_t> buckets = buckets_of(counts);
  if (buckets.empty()) return "no delta was measured above -3";
  std::int64_t above = 0;
  double threshold = buckets.rbegin()->first;
  for (auto bucket = buckets.rbegin(); bucket != buckets.rend() && 100 * above < calls; ++bucket) {
    above += bucket->second;
    threshold = bucket->first;
  }
  constexpr double kOpenBucket = 5, kWidth = 0.5;  // as select.cpp counts
  const double best = buckets.rbegin()->first;
  return fmt::format("the best delta is {:g} {}; --gamma {:g} would keep about {:.1f} %", best,
                     best >= kOpenBucket ? "or more" : fmt::format("to {:g}", best + kWidth),
                     threshold, 100.0 * static_cast<double>(above) / static_cast<double>(calls));
}

}  // namespace

std::string outcome(const record::Summary& counts, const OutcomePaths& paths) {
  std::int64_t calls = 0, kept = 0;
  for (const auto& [name, n] : counts.counts()) {
    if (!name.starts_with("selected.")) continue;
    calls += n;
    if (name.ends_with(".kept")) kept += n;
  }
  if (calls == 0) return "";
  const std::int64_t documents = counts.get("documents.kept");
  std::string said = fmt::format("{} of {} calls kept in {} document{}; ", grouped(kept),
                                 grouped(calls), grouped(documents), documents == 1 ? "" : "s");
  if (kept == 0) {
    return said + lower_threshold(counts, calls) +
           fmt::format("; next: tf-inspect --dropped --sort delta {}", paths.output);
  }
  return said + fmt::format(
                    "next: tf-finetune --input {} --model {} --output MODEL, or look: "
                    "tf-inspect --kept {}",
                    paths.output, paths.model.empty() ? "BASE" : paths.model, paths.output);
}

}  // namespace toolformer::filter
