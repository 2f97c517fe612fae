// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/pre_tokenizer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "toolformer/base/error.h"
#include "toolformer/base/utf8.h"
#include "toolformer/formats/byte_reader.h"
#include "toolformer/text/vocabulary.h"

namespace toolformer::text {

namespace {

using nlohmann::json;
using Behavior = SplitStep::Behavior;

constexpr const char* kGpt2 =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
[[noreturn]] void unsupported(const std::string& origin, const std::string& what) {
  base::throw_error<base::DataError>("{}: the pre-tokenizer has {}, which is not supported", origin,
                                     what);
}

std::string text_field(const json& object, const char* key, const std::string& fallback,
                       const std::string& origin) {
  const auto found = object.find(key);
  if (found == object.end()) return fallback;
  if (!found->is_string())
    unsupported(origin, std::string("a field '") + key + "' that is no string");
  return found->get<std::string>();
}

bool flag(const json& object, const char* key, bool fallback, const std::string& origin) {
  const auto found = object.find(key);
  if (found == object.end()) return fallback;
  if (!found->is_boolean())
    unsupported(origin, std::string("a field '") + key + "' that is no boolean");
  return found->get<bool>();
}

/// A string to be found as it stands.
std::string literal(const std::string& text) {
  std::string pattern;
  for (const char c : text) {
    if (std::string_view(R"(\^$.|?*+()[]{}#)").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

SplitStep read_split(const json& object, const std::string& origin) {
  const auto pattern = object.find("pattern");
  if (pattern == object.end() || !pattern->is_object())
    unsupported(origin, "a Split without pattern");
  const std::string regex = text_field(*pattern, "Regex", "", origin);
  const std::string string = text_field(*pattern, "String", "", origin);
  if (regex.empty() && string.empty())
    unsupported(origin, "a Split whose pattern is neither Regex nor String");
  const std::string name = text_field(object, "behavior", "", origin);
  const bool invert = flag(object, "invert", false, origin);
  SplitStep step{Regex(regex.empty() ? literal(string) : regex, origin), Behavior::kIsolated,
                 invert};
  if (name == "Isolated") {
    step.invert = false;
  } else if (name == "Removed") {
    step.behavior = Behavior::kRemoved;
  } else if (name == "MergedWithPrevious") {
    step.behavior = Behavior::kMergedWithPrevious;
  } else if (name == "MergedWithNext") {
    step.behavior = Behavior::kMergedWithNext;
  } else if (name == "Contiguous") {
    step.behavior = Behavior::kContiguous;
  } else {
    unsupported(origin, "a Split with the behavior " + formats::printable(name));
  }
  return step;
}

/// A part of a text that is or is not a match.
struct Part {
  Span span;
  bool match = false;
};

std::vector<Part> find_parts(const SplitStep& step, std::string_view text) {
  std::vector<Part> parts;
  RegexScan scan(step.regex, text);
  std::size_t end = 0;
  while (const auto match = scan.next()) {
    if (match->begin > end) parts.push_back({{end, match->begin}, step.invert});
    parts.push_back({*match, !step.invert});
    end = match->end;
  }
  if (end < text.size()) parts.push_back({{end, text.size()}, step.invert});
  return parts;
}

/// The words that the parts make, from left to right; empty matches only cut.
std::vector<Span> join(Behavior behavior, std::vector<Part> parts) {
  const bool backwards = behavior == Behavior::kMergedWithNext;
  if (backwards) std::reverse(parts.begin(), parts.end());
  std::vector<Span> words;
  bool before = false;
  for (const Part& part : parts) {
    if (behavior == Behavior::kRemoved && part.match) continue;
    const bool joins = behavior == Behavior::kContiguous ? part.match == before
                       : behavior == Behavior::kIsolated || behavior == Behavior::kRemoved
                           ? false
                           : part.match && !before;
    before = part.match;
    if (!joins || words.empty()) {
      words.push_back(part.span);
    } else if (backwards) {
      words.back().begin = part.span.begin;
    } else {
      words.back().end = part.span.end;
    }
  }
  if (backwards) std::reverse(words.begin(), words.end());
  std::erase_if(words, [](const Span& word) { return word.begin == word.end; });
  return words;
}

std::vector<Span> words_of(const SplitStep& step, std::string_view text) {
  return join(step.behavior, find_parts(step, text));
}

/// Every byte as its symbol.
NormalizedText in_symbols(const NormalizedText& part) {
  NormalizedText out;
  for (std::size_t at = 0; at < part.text.size(); ++at) {
    const std::string symbol = byte_to_symbol(static_cast<std::uint8_t>(part.text[at]));
    out.source.insert(out.source.end(), symbol.size(), part.source_of(at));
    out.text += symbol;
  }
  out.source.push_back(part.source_of(part.text.size()));
  return out;
}

}  // namespace

PreTokenizer::PreTokenizer(const json& json, const std::string& origin) {
  if (!json.is_null()) add(json, origin);
}

void PreTokenizer::add(const json& json, const std::string& origin) {
  if (!json.is_object()) unsupported(origin, "a component that is no object");
  const std::string type = text_field(json, "type", "", origin);
  if (type == "Sequence") {
    const auto list = json.find("pretokenizers");
    if (list == json.end() || !list->is_array())
      unsupported(origin, "a Sequence without pretokenizers");
    for (const auto& part : *list) add(part, origin);
  } else if (type == "Split") {
    add_split(read_split(json, origin));
  } else if (type == "Digits") {
    const bool individual = flag(json, "individual_digits", false, origin);
    // Rust's is_numeric, which follows Unicode 17 where Oniguruma follows 16.
    const std::string number = R"([\p{N}\x{11de0}-\x{11de9}\x{16ff4}-\x{16ff6}])";
    add_split(SplitStep{Regex(individual ? number : number + "+", origin)});
  } else if (type == "ByteLevel") {
    if (flag(json, "add_prefix_space", true, origin))
      unsupported(origin, "a ByteLevel with add_prefix_space");
    if (leaves_bytes_) write_symbols();
    if (flag(json, "use_regex", true, origin)) add_split(SplitStep{Regex(kGpt2, origin)});
    byte_level_ = leaves_bytes_ = true;
  } else if (type == "Metaspace") {
    add_metaspace(json, origin);
  } else {
    unsupported(origin, "the component " + formats::printable(type));
  }
}

void PreTokenizer::add_metaspace(const json& json, const std::string& origin) {
  const std::string symbol = text_field(json, "replacement", std::string(kSpaceSymbol), origin);
  if (symbol.empty() || base::count_characters(symbol) != 1)
    unsupported(origin, "a Metaspace whose replacement is not one character");
  const bool prefix = flag(json, "add_prefix_space", true, origin);
  const std::string scheme =
      text_field(json, "prepend_scheme", prefix ? "always" : "never", origin);
  if (scheme != "always" && scheme != "first" && scheme != "never")
    unsupported(origin, "a Metaspace with the prepend_scheme " + formats::printable(scheme));
  add_step({Step::Kind::kMetaspace, nullptr, symbol,
            scheme == "always"  ? Prepend::kAlways
            : scheme == "first" ? Prepend::kFirst
                                : Prepend::kNever});
  only_cuts_ = false;
  if (flag(json, "split", true, origin))
    add_split(SplitStep{Regex(literal(symbol), origin), Behavior::kMergedWithNext});
}

void PreTokenizer::add_split(SplitStep split) {
  add_step({Step::Kind::kSplit, std::make_shared<const SplitStep>(std::move(split)), "", {}});
}

void PreTokenizer::add_step(Step step) {
  if (leaves_bytes_) write_symbols();  // whatever comes behind a ByteLevel sees its symbols
  steps_.push_back(std::move(step));
}

void PreTokenizer::write_symbols() {
  if (!std::exchange(leaves_bytes_, false)) return;
  steps_.push_back({});
  only_cuts_ = false;
}

std::vector<Span> PreTokenizer::split(std::string_view text) const {
  std::vector<Span> words;
  if (!text.empty()) words.push_back({0, text.size()});
  for (const Step& step : steps_) {
    std::vector<Span> next;
    for (const Span word : words) {
      const auto parts = words_of(*step.split, text.substr(word.begin, word.end - word.begin));
      for (const Span part : parts)
        next.push_back({word.begin + part.begin, word.begin + part.end});
    }
    words = std::move(next);
  }
  return words;
}

std::vector<NormalizedText> PreTokenizer::apply(NormalizedText part, bool starts) const {
  std::vector<NormalizedText> words;
  words.push_back(std::move(part));
  for (const Step& step : steps_) {
    if (step.kind == Step::Kind::kSplit) {
      std::vector<NormalizedText> next;
      for (const NormalizedText& word : words) {
        for (const Span span : words_of(*step.split, word.text))
          next.push_back(word.part(span.begin, span.end));
      }
      words = std::move(next);
      continue;
    }
    for (NormalizedText& word : words) {
      if (step.kind == Step::Kind::kSymbols) {
        word = in_symbols(word);
        continue;
      }
      word.replace(" ", step.symbol);
      const bool wanted = step.prepend == Prepend::kAlways ||
                          (step.prepend == Prepend::kFirst && word.source_of(0) == 0);
      if (wanted && starts && !word.text.starts_with(step.symbol)) word.prepend(step.symbol);
    }
  }
  return words;
}

}  // namespace toolformer::text
