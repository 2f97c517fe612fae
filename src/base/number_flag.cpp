// SPDX-License-Identifier: Apache-2.0
#include "toolformer/base/number_flag.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string>
#include <system_error>

namespace toolformer::base {
namespace {

std::string shown(const std::string& text) {
  return text.empty() ? "an empty text" : text;
}

bool is_digits(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

/// What is wrong with the text, empty when nothing is; then it is written without leading zeros,
/// which CLI11 would read as octal.
std::string read_count(std::string& text, const CountRange& range) {
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (is_digits(text) && error == std::errc() && count >= range.least && count <= range.most) {
    text = std::to_string(count);
    return "";
  }
  const bool has_end = range.most != CountRange().most || error == std::errc::result_out_of_range;
  const std::string allowed = has_end ? fmt::format("from {} to {}", range.least, range.most)
                                      : fmt::format("of {} or more", range.least);
  return fmt::format("must be a whole number {}, got {}", allowed, shown(text));
}

std::string read_number(const std::string& text) {
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  const bool whole_text = !text.empty() && std::isspace(static_cast<unsigned char>(text[0])) == 0 &&
                          end == text.c_str() + text.size();
  if (whole_text && std::isfinite(number)) return "";
  return fmt::format("must be a finite number, got {}", shown(text));
}

}  // namespace

CLI::Option* take_count(CLI::Option* option, CountRange range) {
  // A transform, unlike a check, may write to the text.
  return option
      ->transform(
          CLI::Validator([range](std::string& text) { return read_count(text, range); }, ""))
      ->type_name("N");
}

CLI::Option* take_number(CLI::Option* option) {
  return option->check(CLI::Validator([](std::string& text) { return read_number(text); }, ""));
}

}  // namespace toolformer::base
