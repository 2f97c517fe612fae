// SPDX-License-Identifier: Apache-2.0
#include "toolformer/annotate/preselect.h"

#include <algorithm>

#include "toolformer/annotate/foreign_span.h"
#include "toolformer/annotate/number_relations.h"
#include "toolformer/base/random.h"

namespace toolformer::annotate {
namespace {

std::string preselect_calculator(const PreselectOptions& options, const record::Document& document,
                                 std::uint64_t seed) {
  const std::vector<Number> numbers = find_numbers(document.text);
  if (has_related_numbers(numbers, options.number_window) || announces_result(document.text))
    return "";
  if (numbers.size() < 3) return "few_numbers";
  const base::KeyedRandom random(seed, {"preselect", std::string_view(document.id)});
  return random.uniform(0) < options.rare_fraction ? "" : "unrelated_numbers";
}

}  // namespace

Preselection::Preselection(const PreselectOptions& options, std::span<const std::string> tools,
                           std::uint64_t seed)
    : options_(options), seed_(seed) {
  if (std::find(tools.begin(), tools.end(), "MT") != tools.end())
    languages_.emplace(tools::default_language_model());
}

std::string Preselection::reason_to_drop(std::string_view tool,
                                         const record::Document& document) const {
  if (tool == "Calculator") return preselect_calculator(options_, document, seed_);
  if (tool == "Calendar") {
    const bool dated = document.meta.is_object() && document.meta.contains("date");
    return dated ? "" : "no_date";
  }
  if (tool == "MT" && !has_foreign_span(*languages_, document.text, options_.chunk_words))
    return "one_language";
  return "";
}

}  // namespace toolformer::annotate
