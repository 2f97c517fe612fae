// SPDX-License-Identifier: Apache-2.0
#include "toolformer/eval/written_number.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "toolformer/eval/glyph.h"

namespace toolformer::eval {
namespace {

constexpr int kLargestExponent = 1000;

mpq_class power_of_ten(int exponent) {
  mpz_class power;
  mpz_ui_pow_ui(power.get_mpz_t(), 10, static_cast<unsigned long>(std::abs(exponent)));
  return exponent < 0 ? mpq_class(1, power) : mpq_class(power);
}

/// ⁻⁵ as -5 in ASCII, with its bytes; empty: there is none.
std::string superscript(std::string_view text, std::size_t& size) {
  constexpr std::array<std::string_view, 12> kRaised = {"⁰", "¹", "²", "³", "⁴", "⁵",
                                                        "⁶", "⁷", "⁸", "⁹", "⁻", "⁺"};
  constexpr std::string_view kMeans = "0123456789-+";
  std::string read;
  for (bool again = true; again;) {
    again = false;
    for (std::size_t i = 0; i < kRaised.size() && !again; ++i) {
      if (!text.substr(size).starts_with(kRaised[i])) continue;
      read += kMeans[i];
      size += kRaised[i].size();
      again = true;
    }
  }
  return read;
}

bool starts_with_word(std::string_view text, std::string_view word) {
  if (text.size() < word.size()) return false;
  const bool same = std::equal(word.begin(), word.end(), text.begin(), [](char wanted, char c) {
    return c == wanted || (c >= 'A' && c <= 'Z' && c - 'A' + 'a' == wanted);
  });
  return same && !is_letter_glyph(glyph_at(text, word.size()));
}

/// Reads forward from a digit; the sign is looked for afterwards.
class Reader {
 public:
  Reader(std::string_view text, std::size_t at) : text_(text), at_(at) { number_.begin = at; }

  WrittenNumber read() {
    part();
    while (joint()) part();
    number_.end = at_;
    return std::move(number_);
  }

 private:
  Glyph here() const { return glyph_at(text_, at_); }
  bool take(char means) {
    const Glyph glyph = here();
    if (glyph.size == 0 || glyph.means != means) return false;
    at_ += glyph.size;
    return true;
  }
  void skip_one_blank() {
    if (const Glyph glyph = here(); is_blank_glyph(glyph)) at_ += glyph.size;
  }
  std::string digits() {
    std::string read;
    for (Glyph glyph = here(); is_digit_glyph(glyph); glyph = here()) {
      read += glyph.means;
      at_ += glyph.size;
    }
    return read;
  }
  /// The digits behind `separator`; nothing, and nothing read, where there are none.
  std::string digits_behind(char separator) {
    const std::size_t place = at_;
    std::string read = take(separator) ? digits() : "";
    if (read.empty()) at_ = place;
    return read;
  }

  void part() {
    number_.decimals = 0;
    number_.is_percent = false;
    std::string whole = digits();
    if (whole.empty() && here().means == kFraction) return one_character_fraction("");
    const char separator = whole.size() <= 3 ? thousands(whole) : '\0';
    std::string decimals = digits_behind('.');
    const bool may_have_comma = separator != ',' && (separator != 0 || whole == "0");
    if (decimals.empty() && may_have_comma) decimals = decimals_behind_comma();
    if (whole.empty()) whole = "0";
    if (decimals.empty() && fraction(whole)) return percent();
    mpq_class value(mpz_class(whole + decimals, 10));
    value *= power_of_ten(-static_cast<int>(decimals.size()));
    number_.plain += whole + (decimals.empty() ? "" : "." + decimals);
    const int raised = exponent();
    if (raised != 0) {
      value *= power_of_ten(raised);
      number_.plain += fmt::format("e{}", raised);
    }
    number_.decimals =
        static_cast<std::size_t>(std::max(0, static_cast<int>(decimals.size()) - raised));
    number_.parts.push_back(std::move(value));
    percent();
  }

  /// The sign that sets the thousands apart; 0: there are none.
  char thousands(std::string& whole) {
    if (whole.empty() || whole.front() == '0') return 0;
    for (const char separator : {',', kThinSpace, kApostrophe, '.'}) {
      const std::size_t place = at_;
      std::string groups;
      for (std::string group = three_digits_behind(separator); !group.empty();
           group = three_digits_behind(separator)) {
        groups += group;
      }
      // A point before three digits is a decimal one, unless more groups or a decimal comma follow.
      const bool is_decimal = separator == '.' && groups.size() == 3 && !comma_and_digits();
      if (!groups.empty() && !is_decimal) {
        whole += groups;
        return separator;
      }
      at_ = place;
    }
    return 0;
  }

  std::string three_digits_behind(char separator) {
    const std::size_t place = at_;
    std::string group = digits_behind(separator);
    if (group.size() == 3) return group;
    at_ = place;
    return "";
  }

  bool comma_and_digits() {
    const std::size_t place = at_;
    const bool there = !decimals_behind_comma().empty();
    at_ = place;
    return there;
  }

  /// 0,5 is a decimal comma; 0,1,2 a list.
  std::string decimals_behind_comma() {
    const std::size_t place = at_;
    std::string read = digits_behind(',');
    const std::size_t end = at_;
    if (digits_behind(',').empty()) {
      at_ = end;
      return read;
    }
    at_ = place;
    return "";
  }

  /// Behind a whole number: /2, or 1/2 or ½ (with a blank before it) as the rest of a mixed one.
  bool fraction(const std::string& whole) {
    const std::size_t place = at_;
    if (denominator(whole, "")) return true;
    constexpr std::size_t kLargestMixed = 3;  // a year before a fraction is none of its whole
    skip_one_blank();
    if (whole.size() <= kLargestMixed && here().means == kFraction) {
      one_character_fraction(whole);
      return true;
    }
    const std::string numerator = at_ > place ? digits() : "";
    if (whole.size() <= kLargestMixed && !numerator.empty() && denominator(numerator, whole)) {
      return true;
    }
    at_ = place;
    return false;
  }

  bool denominator(const std::string& numerator, const std::string& whole) {
    const std::size_t place = at_;
    skip_one_blank();
    const bool is_tight = at_ == place;
    if (take('/')) {
      if (!is_tight) skip_one_blank();
      const std::string below = digits();
      const std::size_t end = at_;
      const mpz_class divisor = below.empty() ? mpz_class(0) : mpz_class(below, 10);
      const mpz_class divided(numerator, 10);
      skip_one_blank();
      const bool goes_on = here().means == '/';
      at_ = end;
      const bool decimal = !digits_behind('.').empty();
      at_ = end;
      if (divisor != 0 && !goes_on && !decimal && (whole.empty() || divided < divisor)) {
        mpq_class value(divided, divisor);
        value.canonicalize();
        if (!whole.empty()) value += mpz_class(whole, 10);
        number_.plain += (whole.empty() ? "" : whole + " ") + numerator + "/" + below;
        number_.parts.push_back(std::move(value));
        return true;
      }
    }
    at_ = place;
    return false;
  }

  void one_character_fraction(const std::string& whole) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 18> kFractions = {
        {{"¼", "1/4"},
         {"½", "1/2"},
         {"¾", "3/4"},
         {"⅐", "1/7"},
         {"⅑", "1/9"},
         {"⅒", "1/10"},
         {"⅓", "1/3"},
         {"⅔", "2/3"},
         {"⅕", "1/5"},
         {"⅖", "2/5"},
         {"⅗", "3/5"},
         {"⅘", "4/5"},
         {"⅙", "1/6"},
         {"⅚", "5/6"},
         {"⅛", "1/8"},
         {"⅜", "3/8"},
         {"⅝", "5/8"},
         {"⅞", "7/8"}}};
    const std::string_view shown = text_.substr(at_, here().size);
    at_ += here().size;
    for (const auto& [spelling, means] : kFractions) {
      if (spelling != shown) continue;
      mpq_class value{std::string(means)};
      if (!whole.empty()) value += mpz_class(whole, 10);
      number_.plain += (whole.empty() ? "" : whole + " ") + std::string(means);
      number_.parts.push_back(std::move(value));
    }
  }

  /// e-05, or × 10^-5; 0: there is none.
  int exponent() {
    const std::size_t place = at_;
    std::string read;
    if (take('e')) {
      read = signed_digits();
    } else {
      skip_one_blank();
      if (take('*') || take('x')) {
        skip_one_blank();
        read = power();
      }
    }
    const bool whole = !read.empty() && !is_letter_glyph(here()) && !is_digit_glyph(here());
    const long value = whole && read.size() < 8 ? std::strtol(read.c_str(), nullptr, 10) : 0;
    if (!whole || std::abs(value) > kLargestExponent) at_ = place;
    return whole && std::abs(value) <= kLargestExponent ? static_cast<int>(value) : 0;
  }

  std::string power() {
    if (!text_.substr(at_).starts_with("10")) return "";
    at_ += 2;
    if (!take('^')) return superscript(text_, at_);
    const bool bracket = take('(') || take('{');
    std::string read = signed_digits();
    if (bracket && !take(')') && !take('}')) return "";
    return read;
  }

  std::string signed_digits() {
    std::string sign = take('-') ? "-" : "";
    if (sign.empty()) take('+');
    const std::string read = digits();
    return read.empty() ? "" : sign + read;
  }

  void percent() {
    const std::size_t place = at_;
    skip_one_blank();
    const std::string_view rest = text_.substr(at_);
    if (take('%')) {
      number_.is_percent = true;
    } else {
      for (const std::string_view word : {"percent", "per cent"}) {
        if (!starts_with_word(rest, word)) continue;
        at_ += word.size();
        number_.is_percent = true;
      }
    }
    if (number_.is_percent) {
      number_.plain += "%";
    } else {
      at_ = place;
    }
  }

  /// What ties the next digits to this number, such as the - of 3-5 and of $3-$5.
  bool joint() {
    const std::size_t place = at_;
    const Glyph glyph = here();
    const char means = glyph.means == kLongDash ? '-' : glyph.means;
    if (glyph.size > 0 && std::string_view("-/:^.").find(means) != std::string_view::npos) {
      at_ += glyph.size;
      take('$');
      if (is_digit_glyph(here()) || here().means == kFraction) {
        number_.joints += means;
        number_.plain += means;
        return true;
      }
    }
    at_ = place;
    return false;
  }

  std::string_view text_;
  std::size_t at_;
  WrittenNumber number_;
};

/// Whether a minus sign behind it subtracts.
bool is_operand(const Glyph& glyph) {
  return is_digit_glyph(glyph) || is_letter_glyph(glyph) || glyph.means == kFraction ||
         std::string_view(")]}%").find(glyph.means) != std::string_view::npos;
}

std::size_t skip_blanks_before(std::string_view text, std::size_t at) {
  for (Glyph glyph = glyph_before(text, at); is_blank_glyph(glyph);
       glyph = glyph_before(text, at)) {
    at -= glyph.size;
  }
  return at;
}

/// Where the number that begins at `begin` has its minus sign, or the word for it.
std::optional<std::size_t> find_minus(std::string_view text, std::size_t begin) {
  if (const Glyph glyph = glyph_before(text, begin); glyph.means == '$') begin -= glyph.size;
  const std::size_t gap = skip_blanks_before(text, begin);
  if (const Glyph glyph = glyph_before(text, gap); glyph.means == '-') {
    const std::size_t sign = gap - glyph.size;
    if (gap == begin)
      return is_operand(glyph_before(text, sign)) ? std::nullopt : std::optional(sign);
    // With a blank behind it a dash is a sign behind "=" only, unless it is a true minus.
    const Glyph before = glyph_before(text, skip_blanks_before(text, sign));
    const bool is_minus = text.substr(sign).starts_with("\u2212") && !is_operand(before);
    return is_minus || before.means == '=' ? std::optional(sign) : std::nullopt;
  }
  for (const std::string_view word : {"minus", "negative"}) {
    if (gap == begin || gap < word.size()) continue;
    const std::size_t place = gap - word.size();
    if (!starts_with_word(text.substr(place), word)) continue;
    if (is_letter_glyph(glyph_before(text, place))) continue;
    const Glyph before = glyph_before(text, skip_blanks_before(text, place));
    if (!is_digit_glyph(before) && before.means != ')') return place;
  }
  return std::nullopt;
}

bool begins_number(std::string_view text, std::size_t at) {
  const Glyph glyph = glyph_at(text, at);
  if (is_digit_glyph(glyph) || glyph.means == kFraction) return true;
  if (glyph.means != '.' || !is_digit_glyph(glyph_at(text, at + glyph.size))) return false;
  const Glyph before = glyph_before(text, at);
  return !is_digit_glyph(before) && !is_letter_glyph(before) && before.means != '.';
}

/// Whether an operator and another number stand at text[at].
bool goes_on(std::string_view text, std::size_t at) {
  const auto skip = [&] {
    for (Glyph glyph = glyph_at(text, at); is_blank_glyph(glyph); glyph = glyph_at(text, at)) {
      at += glyph.size;
    }
  };
  skip();
  const Glyph glyph = glyph_at(text, at);
  if (glyph.size == 0 ||
      std::string_view("+-*/x^:\1").find(glyph.means) == std::string_view::npos) {
    return false;
  }
  at += glyph.size;
  skip();
  const Glyph next = glyph_at(text, at);
  return is_digit_glyph(next) || next.means == kFraction || next.means == '(' || next.means == '$';
}

}  // namespace

std::optional<WrittenNumber> find_number(std::string_view text, std::size_t from) {
  std::size_t at = from;
  while (at < text.size() && !begins_number(text, at)) at += glyph_at(text, at).size;
  if (at >= text.size()) return std::nullopt;
  WrittenNumber number = Reader(text, at).read();
  if (const auto sign = find_minus(text, number.begin); sign && *sign >= from) {
    number.begin = *sign;
    number.plain.insert(0, 1, '-');
    number.parts.front() = -number.parts.front();
  } else if (const Glyph glyph = glyph_before(text, at); glyph.means == '$' && at > from) {
    number.begin -= glyph.size;
  }
  return number;
}

std::optional<WrittenNumber> stated_number(std::string_view text) {
  auto number = find_number(text);
  if (number && goes_on(text, number->end)) return std::nullopt;
  return number;
}

bool agree(const WrittenNumber& left, const WrittenNumber& right, double tolerance) {
  if (left.joints != right.joints || left.parts.size() != right.parts.size()) return false;
  const mpq_class allowed(tolerance);
  bool same = true, same_as_share = left.parts.size() == 1 && left.is_percent != right.is_percent;
  for (std::size_t i = 0; i < left.parts.size(); ++i) {
    same = same && abs(left.parts[i] - right.parts[i]) <= allowed;
    const mpq_class& percentage = left.is_percent ? left.parts[i] : right.parts[i];
    const mpq_class& share = left.is_percent ? right.parts[i] : left.parts[i];
    same_as_share = same_as_share && abs(percentage / 100 - share) <= allowed;
  }
  return same || same_as_share;
}

}  // namespace toolformer::eval
