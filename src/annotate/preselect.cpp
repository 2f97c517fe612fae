// SPDX-License-Identifier: Apache-2.0
#include "toolformer/annotate/preselect.h"

#include <algorithm>

#include "toolformer/annotate/date_mentions.h"
#include "toolformer/annotate/foreign_span.h"
#include "toolformer/annotate/late_facts.h"
#include "toolformer/annotate/number_relations.h"
#include "toolformer/base/random.h"
#include "toolformer/record/document_date.h"

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

constexpr std::size_t kPassages = 3;

/// Asked for the first sentence, the search tells something that the text says behind it.
bool can_tell_fact(const tools::WikiSearch& search, const record::Document& document) {
  const LateFacts late = late_facts(document.text);
  if (late.facts.empty()) return false;
  const tools::OwnDocument own(document);
  bool tells = false;
  search.search(late.topic, kPassages, &own, [&](const std::string& passage) {
    tells = tells || states_fact(passage, late.facts);
  });
  return tells;
}

}  // namespace

Preselection::Preselection(const PreselectOptions& options, std::span<const std::string> tools,
                           std::uint64_t seed)
    : options_(options), seed_(seed) {
  if (std::find(tools.begin(), tools.end(), "MT") != tools.end())
    languages_.emplace(tools::default_language_model());
  if (!options.index.empty()) search_ = std::make_unique<tools::WikiSearch>(options.index);
}

std::string Preselection::reason_to_drop(std::string_view tool,
                                         const record::Document& document) const {
  if (tool == "Calculator") return preselect_calculator(options_, document, seed_);
  if (tool == "Calendar") {
    const std::optional<std::string> date = record::date_of(document);
    if (!date) return "no_date";
    const bool mentions = mentions_date(document.text, *date, options_.years);
    return mentions ? "" : "no_date_mentioned";
  }
  if (search_ && (tool == "WikiSearch" || tool == "QA")) {
    return can_tell_fact(*search_, document) ? "" : "nothing_to_find";
  }
  if (tool == "MT" && !has_foreign_span(*languages_, document.text, options_.chunk_words))
    return "one_language";
  return "";
}

}  // namespace toolformer::annotate
