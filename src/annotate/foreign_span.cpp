// SPDX-License-Identifier: Apache-2.0
#include "toolformer/annotate/foreign_span.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace toolformer::annotate {
namespace {

enum class Language { kEnglish, kForeign, kUnclear };

// The most frequent function words; those that several languages share with English ("a", "in",
// "an", "was") are left out.
constexpr std::array<std::string_view, 40> kEnglish = {
    "the",  "of",    "and",   "to",    "is",   "that", "for",   "it",    "with", "as",
    "are",  "this",  "be",    "by",    "from", "or",   "have",  "has",   "not",  "but",
    "were", "which", "their", "they",  "been", "will", "would", "can",   "you",  "your",
    "his",  "her",   "its",   "there", "what", "when", "who",   "about", "said", "than"};
constexpr std::array<std::string_view, 58> kForeign = {
    "el",   "la",   "los", "las", "de",  "del", "que", "y",   "en",  "un",  "una",   "por",
    "para", "con",  "es",  "se",  "le",  "les", "des", "du",  "et",  "est", "dans",  "qui",
    "que",  "pour", "une", "sur", "au",  "der", "die", "das", "und", "ist", "nicht", "ein",
    "eine", "mit",  "auf", "den", "dem", "von", "zu",  "il",  "di",  "che", "della", "per",
    "non",  "sono", "o",   "os",  "uma", "do",  "da",  "em",  "com", "dos"};

/// Lower-case ASCII letters of a word; other bytes stay.
std::string fold(std::string_view word) {
  std::string folded;
  for (const char c : word) {
    const bool upper = c >= 'A' && c <= 'Z';
    const bool letter = upper || (c >= 'a' && c <= 'z') || (static_cast<unsigned char>(c) >= 0x80U);
    if (letter) folded += upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return folded;
}

/// Whether most letters of the word are of a script other than Latin: in UTF-8 these begin at
/// U+0370 (lead byte 0xCD).
bool is_other_script(std::string_view word) {
  std::size_t other = 0;
  std::size_t letters = 0;
  for (const char c : word) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0U) == 0x80U) continue;
    ++letters;
    const bool punctuation = byte == 0xE2U;  // U+2000-U+2FFF: dashes, quotes, arrows
    if (byte >= 0xCDU && !punctuation) ++other;
  }
  return 2 * other > letters;
}

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

Language judge(const std::vector<std::string>& words) {
  std::size_t english = 0;
  std::size_t foreign = 0;
  std::size_t other_script = 0;
  std::size_t real = 0;
  for (const std::string& word : words) {
    if (word.empty()) continue;  // digits and symbols say nothing
    ++real;
    english += contains(kEnglish, word) ? 1 : 0;
    foreign += contains(kForeign, word) ? 1 : 0;
    other_script += is_other_script(word) ? 1 : 0;
  }
  if (real == 0) return Language::kUnclear;
  if (2 * other_script >= real) return Language::kForeign;
  if (5 * foreign >= real && foreign > 2 * english) return Language::kForeign;
  if (5 * english >= real && english > foreign) return Language::kEnglish;
  return Language::kUnclear;
}

}  // namespace

bool has_foreign_span(std::string_view text, std::size_t chunk_words) {
  std::vector<Language> chunks;
  std::vector<std::string> words;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = std::min(text.find_first_not_of(" \t\n\r", at), text.size());
    const std::size_t end = std::min(text.find_first_of(" \t\n\r", begin), text.size());
    if (begin < end) words.push_back(fold(text.substr(begin, end - begin)));
    at = end;
    if (words.size() == chunk_words || (at == text.size() && !words.empty())) {
      chunks.push_back(judge(words));
      words.clear();
    }
  }
  const auto first = std::find(chunks.begin(), chunks.end(), Language::kEnglish);
  const auto last = std::find(chunks.rbegin(), chunks.rend(), Language::kEnglish).base();
  return first < last && std::find(first, last, Language::kForeign) != last;
}

}  // namespace toolformer::annotate
