// SPDX-License-Identifier: Apache-2.0
#include "toolformer/annotate/late_facts.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "toolformer/base/ascii.h"

namespace toolformer::annotate {
namespace {

constexpr std::size_t kMost = 12;
// Words that begin sentences and name nothing.
constexpr std::array<std::string_view, 48> kCommon = {
    "After",   "Although", "And",   "Are",   "Because", "Before", "Both", "But",   "Can",  "Did",
    "Does",    "During",   "Each",  "For",   "From",    "Has",    "Have", "Her",   "His",  "How",
    "However", "Its",      "Many",  "Most",  "Not",     "Other",  "She",  "Since", "Some", "Such",
    "That",    "The",      "Their", "There", "These",   "They",   "This", "Those", "Was",  "Were",
    "What",    "When",     "Where", "Which", "While",   "Who",    "Why",  "With"};

/// Behind the first sentence; 0: there is no second.
std::size_t end_of_first_sentence(std::string_view text) {
  for (std::size_t at = text.find_first_of(".?!"); at != std::string_view::npos;
       at = text.find_first_of(".?!", at + 1)) {
    const bool is_initial = text[at] == '.' && at > 0 && base::is_letter(text[at - 1]) &&
                            (at < 2 || !base::is_word_byte(text[at - 2]));
    if (!is_initial && at + 2 < text.size() && text[at + 1] == ' ') return at + 1;
  }
  return 0;
}

bool is_fact(std::string_view word) {
  if (base::is_digit(word.front()))
    return word.size() >= 3 && std::all_of(word.begin(), word.end(), base::is_digit);
  const char first = word.front();
  const bool is_name = (first >= 'A' && first <= 'Z') || static_cast<unsigned char>(first) >= 0x80;
  return is_name && word.size() >= 3 &&
         std::find(kCommon.begin(), kCommon.end(), word) == kCommon.end();
}

std::vector<std::string> facts_in(std::string_view text) {
  std::vector<std::string> facts;
  for (std::size_t at = 0; at < text.size() && facts.size() < kMost; ++at) {
    if (!base::is_word_byte(text[at])) continue;
    std::size_t end = at;
    while (end < text.size() && base::is_word_byte(text[end])) ++end;
    const std::string word(text.substr(at, end - at));
    if (is_fact(word) && std::find(facts.begin(), facts.end(), word) == facts.end())
      facts.push_back(word);
    at = end;
  }
  return facts;
}

}  // namespace

LateFacts late_facts(std::string_view text) {
  const std::size_t end = end_of_first_sentence(text);
  if (end == 0) return {};
  LateFacts found{.topic = text.substr(0, end), .facts = facts_in(text.substr(end))};
  std::erase_if(found.facts, [&](const std::string& fact) {
    return found.topic.find(fact) != std::string_view::npos;
  });
  return found;
}

bool states_fact(std::string_view passage, const std::vector<std::string>& facts) {
  return std::any_of(facts.begin(), facts.end(), [&](const std::string& fact) {
    for (std::size_t at = passage.find(fact); at != std::string_view::npos;
         at = passage.find(fact, at + 1)) {
      const std::size_t end = at + fact.size();
      const bool begins = at == 0 || !base::is_word_byte(passage[at - 1]);
      if (begins && (end == passage.size() || !base::is_word_byte(passage[end]))) return true;
    }
    return false;
  });
}

}  // namespace toolformer::annotate
