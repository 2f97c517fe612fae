// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/oniguruma.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "toolformer/base/ascii.h"
#include "toolformer/base/error.h"
#include "toolformer/base/utf8.h"
#include "toolformer/formats/byte_reader.h"
#include "toolformer/text/character_sets.h"

namespace toolformer::text {

namespace {

constexpr std::string_view kAny = R"([\x{0}-\x{10ffff}])";

struct Options {
  bool ignore_case = false, dot_takes_newline = false;
};

/// Characters of one class: what stands in its brackets, and expressions beside them.
struct Union {
  std::string members;
  std::vector<std::string> others;

  void add(const CharacterSet& set) {
    if (set.negated) {
      others.push_back("[^" + set.members + "]");
    } else {
      members += set.members;
    }
  }
  /// An expression for exactly one character.
  std::string written(bool negated) const {
    if (others.empty()) return (negated ? "[^" : "[") + members + "]";
    std::string all = members.empty() ? "" : "[" + members + "]";
    for (const std::string& other : others) all += (all.empty() ? "" : "|") + other;
    return negated ? "(?:(?!" + all + ")" + std::string(kAny) + ")" : "(?:" + all + ")";
  }
};

class Translator {
 public:
  Translator(std::string_view pattern, const std::string& origin) : in_(pattern), origin_(origin) {}

  std::string run() {
    std::string out = alternatives({});
    if (!done()) refuse("a ) without its (");
    return out;
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    base::throw_error<base::DataError>(
        "{}: the pattern {} has {} (character {}), which is not "
        "supported",
        origin_, formats::printable(in_), what, at_);
  }

  bool done() const { return at_ >= in_.size(); }
  bool starts(std::string_view text) const { return in_.substr(at_).starts_with(text); }
  bool take(std::string_view text) {
    if (!starts(text)) return false;
    at_ += text.size();
    return true;
  }
  /// The next character whole.
  std::string_view next() {
    if (done()) refuse("an unfinished end");
    const std::size_t size = std::max<std::size_t>(base::utf8_length(in_, at_), 1);
    const std::string_view character = in_.substr(at_, size);
    at_ += size;
    return character;
  }
  std::string_view until(std::string_view end, const char* what) {
    const std::size_t stop = in_.find(end, at_);
    if (stop == std::string_view::npos) refuse(what);
    const std::string_view text = in_.substr(at_, stop - at_);
    at_ = stop + end.size();
    return text;
  }

  // --- Structure ---

  /// Up to the end or the ")" that closes the group.
  std::string alternatives(Options options) {
    std::string out;
    last_literal_ = 0;
    while (!done() && !starts(")")) {
      if (take("|")) {
        out += '|';
        last_literal_ = 0;
      } else if (take("(?#")) {
        until(")", "an unfinished comment");
      } else if (const auto changed = isolated_options(options)) {
        // They hold up to the end of the group, alternatives included.
        return out + group_head(*changed) + alternatives(*changed) + ")";
      } else {
        out += repeated(atom(options));
      }
    }
    return out;
  }

  static std::string group_head(const Options& options) {
    return options.ignore_case ? "(?i:" : "(?-i:";
  }

  /// The letters of "(?im-m" with what ends them, ")" or ":"; nothing where there are none.
  std::optional<Options> option_letters(Options options, char end) {
    const std::size_t begin = at_;
    bool on = true, some = false;
    if (take("(?")) {
      while (!done() && (starts("-") || base::is_letter(in_[at_]))) {
        const char letter = in_[at_++];
        some = true;
        if (letter == '-') {
          on = false;
        } else if (letter == 'i') {
          options.ignore_case = on;
        } else if (letter == 'm') {
          options.dot_takes_newline = on;
        } else {
          some = false;
          break;
        }
      }
      if (some && !done() && in_[at_] == end) {
        ++at_;
        return options;
      }
    }
    at_ = begin;
    return std::nullopt;
  }
  std::optional<Options> isolated_options(const Options& options) {
    return option_letters(options, ')');
  }

  struct Atom {
    std::string text;
    bool repeatable = true;
  };

  Atom group(const Options& options) {
    struct Head {
      std::string_view written;
      bool repeatable;
    };
    constexpr std::array<Head, 6> kHeads = {{{"(?:", true},
                                             {"(?>", true},
                                             {"(?=", false},
                                             {"(?!", false},
                                             {"(?<=", false},
                                             {"(?<!", false}}};
    for (const Head& head : kHeads) {
      if (take(head.written))
        return {std::string(head.written) + rest_of_group(options), head.repeatable};
    }
    if (const auto changed = option_letters(options, ':'))
      return {group_head(*changed) + rest_of_group(*changed)};
    if (take("(?<")) {
      const std::string_view name = until(">", "a group with an unfinished name");
      if (name.empty() || !std::all_of(name.begin(), name.end(), [](char c) {
            return base::is_letter(c) || base::is_digit(c) || c == '_';
          }))
        refuse("a group with the name '" + std::string(name) + "'");
      named_ = true;
      return {"(?:" + rest_of_group(options)};
    }
    if (starts("(?") || starts("(*")) {
      const std::size_t size = std::min<std::size_t>(4, in_.size() - at_);
      refuse("the group " + std::string(in_.substr(at_, size)));
    }
    take("(");
    ++groups_;
    return {"(" + rest_of_group(options)};
  }

  std::string rest_of_group(const Options& options) {
    std::string out = alternatives(options);
    if (!take(")")) refuse("a ( without its )");
    last_literal_ = 0;
    return out + ")";
  }

  /// The atom with the repetitions that follow it; PCRE2 gets one per group.
  std::string repeated(Atom atom) {
    bool wrapped = false;
    while (!done()) {
      const auto count = repetition();
      if (!count) break;
      if (!atom.repeatable) refuse("a repetition of a place");
      if (wrapped) atom.text = "(?:" + atom.text + ")";
      atom.text += *count;
      wrapped = true;
      last_literal_ = 0;
    }
    return atom.text;
  }

  std::optional<std::string> repetition() {
    for (const char* sign : {"*", "+", "?"}) {
      if (!take(sign)) continue;
      std::string out = sign;
      if (take("?")) return out + "?";
      return take("+") ? out + "+" : out;
    }
    if (!starts("{")) return std::nullopt;
    const std::size_t begin = at_++;
    const std::string low = number();
    const bool range = take(",");
    const std::string high = range ? number() : low;
    if (!take("}") || (low.empty() && high.empty())) {
      at_ = begin;  // a brace that stands for itself
      return std::nullopt;
    }
    if (low.size() > 5 || high.size() > 5) refuse("a repetition of more than 99999");
    if (!high.empty() && !low.empty() && std::stoi(low) > std::stoi(high))
      refuse("a repetition {" + low + "," + high + "}");
    if (!range) return "{" + low + "}";  // {n}? is an optional {n}
    const std::string out = "{" + (low.empty() ? "0" : low) + "," + high + "}";
    return take("?") ? out + "?" : out;  // and + after a brace is never possessive
  }

  std::string number() {
    std::string digits;
    while (!done() && base::is_digit(in_[at_])) digits += in_[at_++];
    return digits;
  }

  // --- One character or place ---

  Atom atom(const Options& options) {
    if (starts("(")) return group(options);
    if (starts("[")) return {character_class(options)};
    if (take("\\")) return escape(options);
    if (take(".")) return {std::string(options.dot_takes_newline ? kAny : "[^\\n]")};
    if (take("^")) return {"(?m:^)", false};
    if (take("$")) return {"(?m:$)", false};
    if (starts("*") || starts("+") || starts("?")) refuse("a repetition of nothing");
    return {literal(next(), options)};
  }

  /// A character that stands for itself.
  std::string literal(std::string_view character, const Options& options) {
    check_case(character, options);
    if (options.ignore_case && character.size() == 1) {
      const char c = static_cast<char>(character[0] | 0x20);
      constexpr std::array<std::string_view, 5> kFolded = {"ss", "ff", "fi", "fl", "st"};
      const std::string pair = {last_literal_, c};
      if (std::find(kFolded.begin(), kFolded.end(), pair) != kFolded.end())
        refuse("'" + pair + "' behind (?i), which also stands for one character");
      last_literal_ = c;
    } else {
      last_literal_ = 0;
    }
    return quoted(character);
  }

  void check_case(std::string_view character, const Options& options) const {
    if (!options.ignore_case || static_cast<unsigned char>(character[0]) < 0x80) return;
    utf8proc_int32_t code = 0;
    utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(character.data()),
                     static_cast<utf8proc_ssize_t>(character.size()), &code);
    const auto kind = utf8proc_category(code);
    const bool caseless = kind >= UTF8PROC_CATEGORY_PC && kind <= UTF8PROC_CATEGORY_ZP;
    if (!caseless) refuse("the letter " + std::string(character) + " behind (?i)");
  }

  static std::string quoted(std::string_view character) {
    const char c = character[0];
    if (character.size() > 1) return std::string(character);
    if (base::is_letter(c) || base::is_digit(c)) return std::string(1, c);
    return fmt::format("\\x{{{:x}}}", static_cast<unsigned char>(c));
  }

  /// The character of \n, \u00e9, \., ...; nothing for letters that stand for something else.
  std::optional<std::string> escaped_character() {
    constexpr std::string_view kLetters = "tnrfvae", kCharacters = "\t\n\r\f\v\a\x1b";
    const char c = in_[at_];
    if (const std::size_t i = kLetters.find(c); i != std::string_view::npos) {
      ++at_;
      return std::string(1, kCharacters[i]);
    }
    if (c == 'x' || c == 'u') {
      ++at_;
      return coded_character(c);
    }
    if (base::is_letter(c) || base::is_digit(c)) return std::nullopt;
    return std::string(next());
  }

  std::string coded_character(char kind) {
    std::string digits;
    if (kind == 'x' && take("{")) {
      digits = until("}", "an unfinished \\x{");
    } else {
      while (digits.size() < (kind == 'x' ? 2 : 4) && !done() && is_hex(in_[at_]))
        digits += in_[at_++];
      if (digits.size() != (kind == 'x' ? 2 : 4)) refuse(fmt::format("a short \\{}", kind));
      if (kind == 'x' && std::stoi(digits, nullptr, 16) >= 0x80)
        refuse("the byte \\x" + digits + " of a longer character");
    }
    if (digits.empty() || digits.size() > 6 || !std::all_of(digits.begin(), digits.end(), is_hex))
      refuse("the character \\x{" + digits + "}");
    const auto code = static_cast<char32_t>(std::stoul(digits, nullptr, 16));
    if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
      refuse("the character \\x{" + digits + "}");
    std::string text;
    base::append_utf8(text, code);
    return text;
  }
  static bool is_hex(char c) {
    return base::is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  }

  Atom escape(const Options& options) {
    if (done()) refuse("a \\ at its end");
    if (const auto character = escaped_character()) return {literal(*character, options)};
    last_literal_ = 0;
    const char letter = in_[at_];
    if (const auto set = set_escape(/*in_brackets=*/false)) {
      // Outside of brackets (?i) changes no set.
      const std::string one = (set->negated ? "[^" : "[") + set->members + "]";
      return {options.ignore_case ? "(?-i:" + one + ")" : one};
    }
    ++at_;
    if (letter == 'N') return {"[^\\n]"};
    if (letter == 'O') return {std::string(kAny)};
    if (letter == 'R') return {R"((?>\r\n|[\n-\r\x{85}\x{2028}\x{2029}]))"};
    if (letter == 'A' || letter == 'z' || letter == 'Z') return {std::string("\\") + letter, false};
    if (letter == 'b' || letter == 'B') return {word_boundary(letter == 'B'), false};
    if (letter >= '1' && letter <= '9') return {reference(letter, options)};
    refuse(fmt::format("\\{}", letter));
  }

  static std::string word_boundary(bool none) {
    const std::string word = "[" + shorthand_set('w', false)->members + "]";
    const std::string in = "(?<=" + word + ")", out = "(?<!" + word + ")";
    const std::string to = "(?=" + word + ")", off = "(?!" + word + ")";
    return none ? "(?:" + in + to + "|" + out + off + ")" : "(?:" + in + off + "|" + out + to + ")";
  }

  std::string reference(char digit, const Options& options) const {
    const bool longer = !done() && base::is_digit(in_[at_]);
    if (longer || named_ || options.ignore_case || digit - '0' > groups_)
      refuse(fmt::format("the reference \\{}", digit));
    return fmt::format("(?:\\{})", digit);
  }

  /// \s, \p{L} and the like.
  std::optional<CharacterSet> set_escape(bool in_brackets) {
    const char letter = in_[at_];
    std::optional<CharacterSet> set = shorthand_set(letter, in_brackets);
    if (set) {
      ++at_;
    } else if (letter == 'p' || letter == 'P') {
      ++at_;
      if (!take("{")) refuse(fmt::format("\\{} without {{", letter));
      const std::string name(until("}", "an unfinished \\p{"));
      set = property_set(name, in_brackets);
      if (!set) refuse("\\p{" + name + "}");
      if (letter == 'P') set->negated = !set->negated;
    }
    return set;
  }

  void fold(CharacterSet& set, const Options& options) const {
    if (!options.ignore_case) return;
    if (set.case_matters || (set.negated && !set.when_case_is_ignored.empty()))
      refuse("a set of letters in [ ] behind (?i)");
    set.members += set.when_case_is_ignored;
  }

  // --- Classes ---

  /// "[...]": unions of characters, ranges, sets and classes, joined by &&.
  std::string character_class(const Options& options) {
    take("[");
    const bool negated = take("^");
    std::string before;  // what stood in front of the last &&
    Union all;
    bool first = true;
    for (; first || !starts("]"); first = false) {
      if (done()) refuse("an unfinished [");
      if (take("&&")) {
        if (options.ignore_case) refuse("&& behind (?i)");
        if (negated) refuse("&& in a negated class");
        if (all.members.empty() && all.others.empty()) refuse("an empty side of &&");
        before += "(?=" + all.written(false) + ")";
        all = {};
        continue;
      }
      add_member(all, options);
    }
    take("]");
    last_literal_ = 0;
    if (all.members.empty() && all.others.empty()) refuse("an empty class");
    return before.empty() ? all.written(negated) : "(?:" + before + all.written(false) + ")";
  }

  void add_member(Union& all, const Options& options) {
    if (starts("[:")) {
      const std::size_t stop = in_.find(":]", at_ + 2);
      if (stop == std::string_view::npos) refuse("an unfinished [:");
      const std::string name(in_.substr(at_ + 2, stop - at_ - 2));
      auto set = posix_set(name);
      if (!set) refuse("[:" + name + ":]");
      at_ = stop + 2;
      fold(*set, options);
      return all.add(*set);
    }
    if (starts("[")) {
      if (options.ignore_case && starts("[^")) refuse("a negated class in a class behind (?i)");
      all.others.push_back(character_class(options));
      return;
    }
    if (starts("\\") && at_ + 1 < in_.size()) {
      ++at_;
      if (auto set = set_escape(/*in_brackets=*/true)) {
        fold(*set, options);
        return all.add(*set);
      }
      --at_;
    }
    const std::string low = member(options);
    if (!starts("-") || starts("-]") || starts("-&&")) {
      all.members += low;
      return;
    }
    take("-");
    if (starts("[")) refuse("a range that ends with a class");
    const std::string high = member(options);
    all.members += low + "-" + high;
  }

  std::string member(const Options& options) {
    std::string character;
    if (take("\\")) {
      if (done()) refuse("an unfinished [");
      const char letter = in_[at_];
      if (letter == 'b') {
        ++at_;
        character = "\b";
      } else if (const auto escaped = escaped_character()) {
        character = *escaped;
      } else {
        refuse(fmt::format("\\{} in [ ]", letter));
      }
    } else {
      character = next();
    }
    check_case(character, options);
    return quoted(character);
  }

  std::string_view in_;
  const std::string& origin_;
  std::size_t at_ = 0;
  int groups_ = 0;
  bool named_ = false;
  char last_literal_ = 0;
};

}  // namespace

std::string translate_oniguruma(std::string_view pattern, const std::string& origin) {
  return Translator(pattern, origin).run();
}

}  // namespace toolformer::text
