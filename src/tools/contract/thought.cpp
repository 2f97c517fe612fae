// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/contract/thought.h"

#include <array>
#include <optional>
#include <string>

#include "toolformer/base/ascii.h"
#include "toolformer/base/blank.h"

namespace toolformer::tools {
namespace {

constexpr std::size_t kLongestMark = 40;

struct Brackets {
  std::string_view open, close;
};
constexpr std::array<Brackets, 3> kBrackets = {{{"<", ">"}, {"[", "]"}, {"◁", "▷"}}};

/// Whatever makes a mark the end of a thought, as against its beginning.
constexpr std::array<std::string_view, 2> kEnds = {"/", "end_"};
constexpr std::array<std::string_view, 3> kNames = {"think", "thought", "reasoning"};

struct Mark {
  std::size_t begin = 0, end = 0;
  bool ends_thought = false;
};

/// In lower case without the bars of special tokens; empty: it holds other characters than names.
std::string name_in(std::string_view inside) {
  std::string name;
  for (char c : inside) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == '|') continue;
    if (!base::is_letter(c) && c != '/' && c != ':' && c != '_' && c != '-') return {};
    name += c;
  }
  return name;
}

std::optional<Mark> mark_at(std::string_view text, std::size_t at) {
  for (const Brackets& brackets : kBrackets) {
    if (!text.substr(at).starts_with(brackets.open)) continue;
    const std::size_t begin = at + brackets.open.size();
    const std::size_t end = text.substr(begin, kLongestMark).find(brackets.close);
    if (end == std::string_view::npos) return std::nullopt;
    Mark mark{.begin = at, .end = begin + end + brackets.close.size()};
    const std::string_view inside = text.substr(begin, end);
    if (inside == "channel|") return Mark{mark.begin, mark.end, true};
    const std::string name = name_in(inside);
    for (const std::string_view sign : kEnds) mark.ends_thought |= name.starts_with(sign);
    if (brackets.open == "[") {
      return name == "think" || name == "/think" ? std::optional(mark) : std::nullopt;
    }
    for (const std::string_view word : kNames) {
      if (name.find(word) != std::string::npos) return mark;
    }
    return std::nullopt;
  }
  return std::nullopt;
}

std::string_view final_channel(std::string_view text) {
  constexpr std::string_view kFinal = "<|channel|>final", kMessage = "<|message|>";
  const std::size_t channel = text.rfind(kFinal);
  if (channel == std::string_view::npos) return {};
  const std::size_t message = text.find(kMessage, channel);
  if (message == std::string_view::npos) return {};
  text.remove_prefix(message + kMessage.size());
  return base::trim(text.substr(0, text.find("<|")));
}

}  // namespace

std::string_view without_thought(std::string_view text) {
  if (text.find("<|channel|>") != std::string_view::npos) return final_channel(text);
  constexpr std::string_view kGemma = "<|channel>thought";
  std::size_t begin = 0, end = text.size();
  for (std::size_t at = 0; at < text.size();) {
    if (text.substr(at).starts_with(kGemma) && end == text.size()) end = at;
    const auto mark = mark_at(text, at);
    if (!mark) {
      ++at;
      continue;
    }
    if (mark->ends_thought) {
      begin = mark->end;
      end = text.size();
    } else if (end == text.size()) {
      end = mark->begin;
    }
    at = mark->end;
  }
  if (begin == 0 && end == text.size()) return text;
  return base::trim(text.substr(begin, end - begin));
}

}  // namespace toolformer::tools
