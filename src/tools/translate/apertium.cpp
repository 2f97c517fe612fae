// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/translate/apertium.h"

#include <fstream>
#include <iterator>

#include "toolformer/base/error.h"

namespace toolformer::tools {
namespace {

constexpr std::string_view kSpecial = "\\[]{}^$/@<>";
constexpr std::string_view kUnquotable = "\"\\`;&<>()*?#~=%!{}[]\t";

[[noreturn]] void refuse(const std::filesystem::path& file, std::string_view why) {
  base::throw_error<base::UsageError>("{}: no pipeline of Apertium: {}", file.string(), why);
}

struct Word {
  std::string text;
  bool is_bar = false;  ///< "|", unquoted
};

/// Words as a shell would read them, of the few forms that mode files have.
std::vector<Word> split(std::string_view line, const std::filesystem::path& file) {
  std::vector<Word> words;
  bool inside = false;
  for (std::size_t at = 0; at < line.size(); ++at) {
    const char c = line[at];
    if (c == ' ' || c == '\n' || c == '|') {
      inside = false;
      if (c == '|') words.push_back({"|", true});
      continue;
    }
    if (!inside) words.push_back({});
    inside = true;
    if (c == '\'') {
      const std::size_t end = line.find('\'', at + 1);
      if (end == std::string_view::npos) refuse(file, "a quote without its end");
      words.back().text += line.substr(at + 1, end - at - 1);
      at = end;
    } else if (kUnquotable.find(c) != std::string_view::npos) {
      refuse(file, std::string("an unquoted ") + c);
    } else {
      words.back().text += c;
    }
  }
  return words;
}

std::string shell_word(const std::string& word) {
  std::string out = "'";
  for (const char c : word) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

}  // namespace

ApertiumMode read_apertium_mode(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) {
    base::throw_error<base::UsageError>(
        "no mode of Apertium at {}; install its language pair, such as the package "
        "apertium-eng-spa",
        file.string());
  }
  std::ifstream in(file, std::ios::binary);
  const std::string line{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  ApertiumMode mode;
  bool is_program = true;  // of the next word
  for (Word& word : split(line, file)) {
    if (word.is_bar) {
      if (is_program) refuse(file, "a program is missing");
      mode.pipeline += " | ";
      is_program = true;
      continue;
    }
    if (word.text == "$2") continue;          // options of the tagger: none
    if (word.text == "$1") word.text = "-n";  // unknown words without a mark
    if (!is_program && !word.text.empty() && word.text.front() == '/')
      mode.data.push_back(word.text);
    if (!is_program) mode.pipeline += ' ';
    mode.pipeline += shell_word(word.text);
    if (is_program) mode.pipeline += " -z";
    is_program = false;
  }
  if (is_program) refuse(file, "a program is missing");
  return mode;
}

std::string to_apertium(std::string_view text) {
  std::string line;
  for (const char c : text) {
    if (kSpecial.find(c) != std::string_view::npos) line += '\\';
    line += c == '\n' || c == '\0' ? ' ' : c;
  }
  line += '\n';
  line += '\0';
  return line;
}

std::string from_apertium(std::string_view answer) {
  std::string text;
  for (std::size_t at = 0; at < answer.size(); ++at) {
    if (answer[at] == '\\' && at + 1 < answer.size()) ++at;
    text += answer[at];
  }
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

}  // namespace toolformer::tools
