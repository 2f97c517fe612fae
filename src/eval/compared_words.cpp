// SPDX-License-Identifier: Apache-2.0
#include "toolformer/eval/compared_words.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <utility>

namespace toolformer::eval {
namespace {

/// Case folded and composed; bytes that are no UTF-8 leave the text as it is.
std::string folded(std::string_view text) {
  utf8proc_uint8_t* mapped = nullptr;
  const auto options = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPAT |
                                                      UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD);
  const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                 static_cast<utf8proc_ssize_t>(text.size()), &mapped, options);
  if (size < 0) return std::string(text);
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(mapped, &std::free);
  return {reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(size)};
}

bool separates_words(utf8proc_int32_t character) {
  switch (utf8proc_category(character)) {
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_CC:
      return true;
    default:
      return false;
  }
}

bool is_punctuation(utf8proc_int32_t character) {
  const utf8proc_category_t category = utf8proc_category(character);
  return category >= UTF8PROC_CATEGORY_PC && category <= UTF8PROC_CATEGORY_SO;
}

/// A word as it stands in a text, and what of it is compared.
struct Word {
  std::string written;
  std::string letters;  ///< case folded, without punctuation; empty: it is only punctuation
  std::string folded;   ///< with it
};

std::string without_punctuation(const std::string& folded) {
  std::string letters;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(folded.data());
  for (std::size_t at = 0; at < folded.size();) {
    utf8proc_int32_t character = 0;
    auto size =
        utf8proc_iterate(bytes + at, static_cast<utf8proc_ssize_t>(folded.size() - at), &character);
    if (size < 1) {
      character = static_cast<unsigned char>(folded[at]);
      size = 1;
    }
    if (!is_punctuation(character)) letters.append(folded, at, static_cast<std::size_t>(size));
    at += static_cast<std::size_t>(size);
  }
  return letters;
}

std::vector<Word> words_of(std::string_view text) {
  std::vector<Word> words;
  std::string written;
  const auto end_word = [&] {
    if (written.empty()) return;
    Word word{.written = written, .folded = folded(written)};
    word.letters = without_punctuation(word.folded);
    words.push_back(std::move(word));
    written.clear();
  };
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  for (std::size_t at = 0; at < text.size();) {
    utf8proc_int32_t character = 0;
    auto size =
        utf8proc_iterate(bytes + at, static_cast<utf8proc_ssize_t>(text.size() - at), &character);
    if (size < 1) {
      character = static_cast<unsigned char>(text[at]);
      size = 1;
    }
    if (separates_words(character)) {
      end_word();
    } else {
      written.append(text, at, static_cast<std::size_t>(size));
    }
    at += static_cast<std::size_t>(size);
  }
  end_word();
  return words;
}

bool is_article(const Word& word) {
  return word.letters == "a" || word.letters == "an" || word.letters == "the";
}

bool stand_in(const std::vector<std::string>& wanted, const std::vector<std::string>& words) {
  return std::search(words.begin(), words.end(), wanted.begin(), wanted.end()) != words.end();
}

std::vector<std::string> all(const std::vector<Word>& words, std::string Word::*part) {
  std::vector<std::string> parts;
  for (const Word& word : words) {
    if (!(word.*part).empty()) parts.push_back(word.*part);
  }
  return parts;
}

bool has_capital(const Word& word) {
  return std::any_of(word.written.begin(), word.written.end(),
                     [](char c) { return c >= 'A' && c <= 'Z'; });
}

/// Whether the articles alone that make up a gold answer (a grade, a band called The The) stand in
/// an answer as a name: several of them, or one with its capital that ends a sentence or clause, or
/// does not begin one.
bool names_articles(const std::vector<Word>& answer, const std::vector<Word>& gold) {
  for (std::size_t at = 0; at + gold.size() <= answer.size(); ++at) {
    const auto begin = answer.begin() + static_cast<std::ptrdiff_t>(at);
    if (!std::equal(gold.begin(), gold.end(), begin, [](const Word& left, const Word& right) {
          return left.letters == right.letters;
        }))
      continue;
    if (gold.size() > 1) return true;
    const Word& article = answer[at];
    const bool ends = at + 1 == answer.size() || article.folded != article.letters;
    const bool is_name = has_capital(article) ? ends || at > 0 : ends && !has_capital(gold.front());
    if (is_name) return true;
  }
  return false;
}

/// The signs of a gold answer without letters (+, ?) as the answer has them; a mark beside one of
/// them ends the sentence.
std::vector<std::string> signs_of(const std::vector<Word>& answer, const std::string& sign) {
  std::vector<std::string> signs = all(answer, &Word::folded);
  for (std::string& shown : signs) {
    constexpr std::string_view kAround = ".,;:!?'\"()";
    const std::size_t begin = shown.find(sign);
    if (begin == std::string::npos) continue;
    const std::string around = shown.substr(0, begin) + shown.substr(begin + sign.size());
    if (around.find_first_not_of(kAround) == std::string::npos) shown = sign;
  }
  return signs;
}

enum class Place { kWhole, kBeginning, kAnywhere };

bool says(std::string_view answer, std::string_view gold, Place place) {
  const auto stands = [place](const auto& wanted, const auto& words) {
    if (place == Place::kAnywhere) return stand_in(wanted, words);
    if (words.size() < wanted.size() || !std::equal(wanted.begin(), wanted.end(), words.begin()))
      return false;
    return place == Place::kBeginning || words.size() == wanted.size();
  };
  const std::vector<std::string> wanted = compared_words(gold);
  if (!wanted.empty()) return stands(wanted, compared_words(answer));
  const std::vector<Word> written = words_of(gold), words = words_of(answer);
  if (written.empty()) return false;
  if (const auto articles = all(written, &Word::letters); !articles.empty()) {
    if (all(words, &Word::letters) == articles) return true;
    return place == Place::kAnywhere && names_articles(words, written);
  }
  return stands(all(written, &Word::folded), signs_of(words, written.front().folded));
}

}  // namespace

std::vector<std::string> compared_words(std::string_view text) {
  std::vector<std::string> words;
  for (Word& word : words_of(folded(text))) {
    if (!word.letters.empty() && !is_article(word)) words.push_back(std::move(word.letters));
  }
  return words;
}

bool equals_words(std::string_view answer, std::string_view gold) {
  return says(answer, gold, Place::kWhole);
}

bool begins_with_words(std::string_view answer, std::string_view gold) {
  return says(answer, gold, Place::kBeginning);
}

bool contains_words(std::string_view answer, std::string_view gold) {
  return says(answer, gold, Place::kAnywhere);
}

bool has_words(std::string_view output, std::string_view text) {
  const std::vector<std::string> wanted = all(words_of(text), &Word::folded);
  return !wanted.empty() && stand_in(wanted, all(words_of(output), &Word::folded));
}

}  // namespace toolformer::eval
