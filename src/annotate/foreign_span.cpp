// SPDX-License-Identifier: Apache-2.0
#include "toolformer/annotate/foreign_span.h"

#include <algorithm>
#include <vector>

#include "toolformer/base/ascii.h"

namespace toolformer::annotate {
namespace {

enum class Language { kEnglish, kForeign, kUnclear };

// A wrong foreign chunk costs samples, a missed English one the document.
constexpr double kLeastForeign = 0.8, kLeastEnglish = 0.5;

/// Digits and symbols say nothing.
bool has_letter(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return base::is_letter(c) || static_cast<unsigned char>(c) >= 128;
  });
}

Language judge(const tools::LanguageIdentifier& languages, std::string_view chunk) {
  if (!has_letter(chunk)) return Language::kUnclear;
  const auto guess = languages.identify(chunk);
  const bool english = guess.language == "en";
  if (guess.confidence <= (english ? kLeastEnglish : kLeastForeign)) return Language::kUnclear;
  return english ? Language::kEnglish : Language::kForeign;
}

}  // namespace

bool has_foreign_span(const tools::LanguageIdentifier& languages, std::string_view text,
                      std::size_t chunk_words) {
  constexpr std::string_view kBlank = " \t\n\r";
  std::vector<Language> chunks;
  std::size_t begin = std::min(text.find_first_not_of(kBlank), text.size());
  std::size_t words = 0;
  for (std::size_t at = begin; at < text.size();) {
    const std::size_t end = std::min(text.find_first_of(kBlank, at), text.size());
    at = std::min(text.find_first_not_of(kBlank, end), text.size());
    if (++words < chunk_words && at < text.size()) continue;
    chunks.push_back(judge(languages, text.substr(begin, end - begin)));
    begin = at;
    words = 0;
  }
  const auto first = std::find(chunks.begin(), chunks.end(), Language::kEnglish);
  const auto last = std::find(chunks.rbegin(), chunks.rend(), Language::kEnglish).base();
  return first < last && std::find(first, last, Language::kForeign) != last;
}

}  // namespace toolformer::annotate
