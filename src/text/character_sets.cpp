// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/character_sets.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace toolformer::text {

namespace {

char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Characters that Unicode 15, 15.1 and 16 assigned, with their general category: a PCRE2 that
/// follows Unicode 14 takes them for unassigned.
struct Assigned {
  unsigned first, last;
  std::string_view category;
};
constexpr std::array<Assigned, 126> kNewer = {
    {{0x897, 0x897, "Mn"},     {0xcf3, 0xcf3, "Mc"},     {0xece, 0xece, "Mn"},
     {0x1b4e, 0x1b4f, "Po"},   {0x1b7f, 0x1b7f, "Po"},   {0x1c89, 0x1c89, "Lu"},
     {0x1c8a, 0x1c8a, "Ll"},   {0x2427, 0x2429, "So"},   {0x2ffc, 0x2fff, "So"},
     {0x31e4, 0x31e5, "So"},   {0x31ef, 0x31ef, "So"},   {0xa7cb, 0xa7cc, "Lu"},
     {0xa7cd, 0xa7cd, "Ll"},   {0xa7da, 0xa7da, "Lu"},   {0xa7db, 0xa7db, "Ll"},
     {0xa7dc, 0xa7dc, "Lu"},   {0x105c0, 0x105f3, "Lo"}, {0x10d40, 0x10d49, "Nd"},
     {0x10d4a, 0x10d4d, "Lo"}, {0x10d4e, 0x10d4e, "Lm"}, {0x10d4f, 0x10d4f, "Lo"},
     {0x10d50, 0x10d65, "Lu"}, {0x10d69, 0x10d6d, "Mn"}, {0x10d6e, 0x10d6e, "Pd"},
     {0x10d6f, 0x10d6f, "Lm"}, {0x10d70, 0x10d85, "Ll"}, {0x10d8e, 0x10d8f, "Sm"},
     {0x10ec2, 0x10ec4, "Lo"}, {0x10efc, 0x10eff, "Mn"}, {0x1123f, 0x11240, "Lo"},
     {0x11241, 0x11241, "Mn"}, {0x11380, 0x11389, "Lo"}, {0x1138b, 0x1138b, "Lo"},
     {0x1138e, 0x1138e, "Lo"}, {0x11390, 0x113b5, "Lo"}, {0x113b7, 0x113b7, "Lo"},
     {0x113b8, 0x113ba, "Mc"}, {0x113bb, 0x113c0, "Mn"}, {0x113c2, 0x113c2, "Mc"},
     {0x113c5, 0x113c5, "Mc"}, {0x113c7, 0x113ca, "Mc"}, {0x113cc, 0x113cd, "Mc"},
     {0x113ce, 0x113ce, "Mn"}, {0x113cf, 0x113cf, "Mc"}, {0x113d0, 0x113d0, "Mn"},
     {0x113d1, 0x113d1, "Lo"}, {0x113d2, 0x113d2, "Mn"}, {0x113d3, 0x113d3, "Lo"},
     {0x113d4, 0x113d5, "Po"}, {0x113d7, 0x113d8, "Po"}, {0x113e1, 0x113e2, "Mn"},
     {0x116d0, 0x116e3, "Nd"}, {0x11b00, 0x11b09, "Po"}, {0x11bc0, 0x11be0, "Lo"},
     {0x11be1, 0x11be1, "Po"}, {0x11bf0, 0x11bf9, "Nd"}, {0x11f00, 0x11f01, "Mn"},
     {0x11f02, 0x11f02, "Lo"}, {0x11f03, 0x11f03, "Mc"}, {0x11f04, 0x11f10, "Lo"},
     {0x11f12, 0x11f33, "Lo"}, {0x11f34, 0x11f35, "Mc"}, {0x11f36, 0x11f3a, "Mn"},
     {0x11f3e, 0x11f3f, "Mc"}, {0x11f40, 0x11f40, "Mn"}, {0x11f41, 0x11f41, "Mc"},
     {0x11f42, 0x11f42, "Mn"}, {0x11f43, 0x11f4f, "Po"}, {0x11f50, 0x11f59, "Nd"},
     {0x11f5a, 0x11f5a, "Mn"}, {0x1342f, 0x1342f, "Lo"}, {0x13439, 0x1343f, "Cf"},
     {0x13440, 0x13440, "Mn"}, {0x13441, 0x13446, "Lo"}, {0x13447, 0x13455, "Mn"},
     {0x13460, 0x143fa, "Lo"}, {0x16100, 0x1611d, "Lo"}, {0x1611e, 0x16129, "Mn"},
     {0x1612a, 0x1612c, "Mc"}, {0x1612d, 0x1612f, "Mn"}, {0x16130, 0x16139, "Nd"},
     {0x16d40, 0x16d42, "Lm"}, {0x16d43, 0x16d6a, "Lo"}, {0x16d6b, 0x16d6c, "Lm"},
     {0x16d6d, 0x16d6f, "Po"}, {0x16d70, 0x16d79, "Nd"}, {0x18cff, 0x18cff, "Lo"},
     {0x1b132, 0x1b132, "Lo"}, {0x1b155, 0x1b155, "Lo"}, {0x1cc00, 0x1ccef, "So"},
     {0x1ccf0, 0x1ccf9, "Nd"}, {0x1cd00, 0x1ceb3, "So"}, {0x1d2c0, 0x1d2d3, "No"},
     {0x1df25, 0x1df2a, "Ll"}, {0x1e030, 0x1e06d, "Lm"}, {0x1e08f, 0x1e08f, "Mn"},
     {0x1e4d0, 0x1e4ea, "Lo"}, {0x1e4eb, 0x1e4eb, "Lm"}, {0x1e4ec, 0x1e4ef, "Mn"},
     {0x1e4f0, 0x1e4f9, "Nd"}, {0x1e5d0, 0x1e5ed, "Lo"}, {0x1e5ee, 0x1e5ef, "Mn"},
     {0x1e5f0, 0x1e5f0, "Lo"}, {0x1e5f1, 0x1e5fa, "Nd"}, {0x1e5ff, 0x1e5ff, "Po"},
     {0x1f6dc, 0x1f6dc, "So"}, {0x1f774, 0x1f776, "So"}, {0x1f77b, 0x1f77f, "So"},
     {0x1f7d9, 0x1f7d9, "So"}, {0x1f8b2, 0x1f8bb, "So"}, {0x1f8c0, 0x1f8c1, "So"},
     {0x1fa75, 0x1fa77, "So"}, {0x1fa87, 0x1fa89, "So"}, {0x1fa8f, 0x1fa8f, "So"},
     {0x1faad, 0x1faaf, "So"}, {0x1fabb, 0x1fabf, "So"}, {0x1fac6, 0x1fac6, "So"},
     {0x1face, 0x1facf, "So"}, {0x1fada, 0x1fadc, "So"}, {0x1fadf, 0x1fadf, "So"},
     {0x1fae8, 0x1fae9, "So"}, {0x1faf7, 0x1faf8, "So"}, {0x1fbcb, 0x1fbef, "So"},
     {0x2b739, 0x2b739, "Lo"}, {0x2ebf0, 0x2ee5d, "Lo"}, {0x31350, 0x323af, "Lo"}}};

/// Of the categories that begin so.
std::string newer(std::string_view category) {
  std::string out;
  for (const Assigned& row : kNewer) {
    if (!row.category.starts_with(category)) continue;
    out += fmt::format("\\x{{{:x}}}", row.first);
    if (row.last != row.first) out += fmt::format("-\\x{{{:x}}}", row.last);
  }
  return out;
}

std::string category(std::string_view name) {
  return fmt::format("\\p{{{}}}{}", name, newer(name));
}

std::string categories(std::initializer_list<std::string_view> names) {
  std::string out;
  for (const std::string_view name : names) out += category(name);
  return out;
}

/// Letters that are written as symbols (Other_Alphabetic of category So).
constexpr std::string_view kCircledLetters =
    R"(\x{24b6}-\x{24e9}\x{1f130}-\x{1f149}\x{1f150}-\x{1f169}\x{1f170}-\x{1f189})";

std::string word_members() {
  return categories({"L", "M", "Nd", "Nl", "Pc"}) + std::string(kCircledLetters);
}

/// Alphabetic, where PCRE2 10.40 or later knows the name.
std::string alphabetic() {
  constexpr std::string_view kSince14 =
      R"(\x{363}-\x{36f}\x{897}\x{c04}\x{f82}-\x{f83}\x{1dd3}-\x{1de6})";
  return R"(\p{Alphabetic})" + newer("L") + std::string(kSince14) + newer("Mc");
}

struct Row {
  std::string_view name, other;
  std::string_view key;  ///< the category
};
constexpr std::array<Row, 37> kCategories = {{{"l", "letter", "L"},
                                              {"lu", "uppercaseletter", "Lu"},
                                              {"ll", "lowercaseletter", "Ll"},
                                              {"lt", "titlecaseletter", "Lt"},
                                              {"lm", "modifierletter", "Lm"},
                                              {"lo", "otherletter", "Lo"},
                                              {"m", "mark", "M"},
                                              {"m", "combiningmark", "M"},
                                              {"mn", "nonspacingmark", "Mn"},
                                              {"mc", "spacingmark", "Mc"},
                                              {"me", "enclosingmark", "Me"},
                                              {"n", "number", "N"},
                                              {"nd", "decimalnumber", "Nd"},
                                              {"nl", "letternumber", "Nl"},
                                              {"no", "othernumber", "No"},
                                              {"p", "punctuation", "P"},
                                              {"p", "punct", "P"},
                                              {"pc", "connectorpunctuation", "Pc"},
                                              {"pd", "dashpunctuation", "Pd"},
                                              {"ps", "openpunctuation", "Ps"},
                                              {"pe", "closepunctuation", "Pe"},
                                              {"pi", "initialpunctuation", "Pi"},
                                              {"pf", "finalpunctuation", "Pf"},
                                              {"po", "otherpunctuation", "Po"},
                                              {"s", "symbol", "S"},
                                              {"sm", "mathsymbol", "Sm"},
                                              {"sc", "currencysymbol", "Sc"},
                                              {"sk", "modifiersymbol", "Sk"},
                                              {"so", "othersymbol", "So"},
                                              {"z", "separator", "Z"},
                                              {"zs", "spaceseparator", "Zs"},
                                              {"zl", "lineseparator", "Zl"},
                                              {"zp", "paragraphseparator", "Zp"},
                                              {"cc", "control", "Cc"},
                                              {"cc", "cntrl", "Cc"},
                                              {"cf", "format", "Cf"},
                                              {"co", "privateuse", "Co"}}};

/// Scripts, with the members that a PCRE2 of Unicode 14 lacks. PCRE2 before 10.40 has no word for
/// a script without its extensions.
constexpr std::array<std::pair<std::string_view, std::string_view>, 19> kScripts = {
    {{"Han", R"(\x{2b739}\x{2ebf0}-\x{2ee5d}\x{31350}-\x{323af})"},
     {"Hiragana", R"(\x{1b132})"},
     {"Katakana", R"(\x{1b155})"},
     {"Hangul", ""},
     {"Thai", ""},
     {"Arabic", R"(\x{897}\x{10ec2}-\x{10ec4}\x{10efc}-\x{10eff})"},
     {"Cyrillic", R"(\x{1c89}-\x{1c8a}\x{1e030}-\x{1e06d}\x{1e08f})"},
     {"Greek", ""},
     {"Latin", R"(\x{a7cb}-\x{a7cd}\x{a7da}-\x{a7dc}\x{1df25}-\x{1df2a})"},
     {"Hebrew", ""},
     {"Devanagari", R"(\x{11b00}-\x{11b09})"},
     {"Bengali", ""},
     {"Tamil", ""},
     {"Telugu", ""},
     {"Lao", R"(\x{ece})"},
     {"Khmer", ""},
     {"Georgian", ""},
     {"Armenian", ""},
     {"Bopomofo", ""}}};

/// Names are compared without regard to case, spaces, hyphens and underscores.
std::string plain_name(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c != ' ' && c != '-' && c != '_') out += to_lower(c);
  }
  return out;
}

CharacterSet letters_of_case(std::string_view property, std::string_view letters,
                             std::string_view others) {
  return {fmt::format("\\p{{{}}}{}{}", property, newer(letters), others)};
}

}  // namespace

std::optional<CharacterSet> shorthand_set(char letter, bool in_brackets) {
  const char small = to_lower(letter);
  CharacterSet set{"", small != letter, /*case_matters=*/false};
  if (small == 's') {
    set.members = kSpaceMembers;
  } else if (small == 'd') {
    set.members = category("Nd");
  } else if (small == 'h') {
    set.members = "0-9a-fA-F";
  } else if (small == 'w') {
    set.members = word_members();
    if (!in_brackets) set.members += R"(\x{b2}\x{b3}\x{b9}\x{bc}-\x{be})";
  } else {
    return std::nullopt;
  }
  return set;
}

std::optional<CharacterSet> property_set(std::string_view written, bool in_brackets) {
  const bool negated = written.starts_with('^');
  const std::string name = plain_name(negated ? written.substr(1) : written);
  for (const Row& row : kCategories) {
    if (name != row.name && name != row.other) continue;
    const bool cased = row.key == "M" || row.key.size() > 1;
    CharacterSet set{category(row.key), negated, cased && row.key[0] != 'N' && row.key[0] != 'P'};
    if (row.key == "L") set.when_case_is_ignored = R"(\x{345})";
    return set;
  }
  const std::string everything = categories({"L", "M", "N", "P", "S", "Z"});
  if (name == "c" || name == "other") return CharacterSet{everything, !negated, false};
  if (name == "cn" || name == "unassigned")
    return CharacterSet{everything + R"(\p{Cc}\p{Cf}\p{Co}\p{Cs})" + newer("Cf"), !negated, false};
  if (name == "any") return CharacterSet{R"(\x{0}-\x{10ffff})", negated, false};
  if (name == "ascii") return CharacterSet{R"(\x{0}-\x{7f})", negated};
  for (const auto& [script, newer_members] : kScripts) {
    if (name != plain_name(script)) continue;
    return CharacterSet{fmt::format("\\p{{sc:{}}}{}", script, newer_members), negated};
  }
  if (name == "word" && !in_brackets) {
    auto set = shorthand_set('w', in_brackets);
    set->negated = negated;
    return set;
  }
  return posix_set(written);
}

std::optional<CharacterSet> posix_set(std::string_view written) {
  const bool negated = written.starts_with('^');
  const std::string name = plain_name(negated ? written.substr(1) : written);
  CharacterSet set;
  if (name == "alpha" || name == "alphabetic") set.members = alphabetic();
  if (name == "alnum") set.members = alphabetic() + category("Nd");
  if (name == "upper" || name == "uppercase") set = letters_of_case("Uppercase", "Lu", "");
  if (name == "lower" || name == "lowercase")
    set = letters_of_case("Lowercase", "Ll",
                          R"(\x{10fc}\x{a7f2}-\x{a7f4}\x{ab69}\x{1e030}-\x{1e06d})");
  if (name == "punct") set.members = categories({"P", "S"});
  if (name == "space" || name == "whitespace") set.members = kSpaceMembers;
  if (name == "digit") set.members = category("Nd");
  if (name == "xdigit") set.members = "0-9a-fA-F";
  if (name == "word") set.members = word_members();
  if (name == "blank") set.members = R"(\t\p{Zs})";
  if (name == "cntrl") set.members = R"(\p{Cc})";
  if (name == "ascii") set.members = R"(\x{0}-\x{7f})";
  if (name == "print" || name == "graph") {
    // Everything that is assigned, but no controls; of the separators print has the spaces.
    set.members = categories({"L", "M", "N", "P", "S"}) + R"(\p{Cf}\p{Co})" + newer("Cf");
    if (name == "print") set.members += R"(\p{Zs})";
  }
  if (set.members.empty()) return std::nullopt;
  set.negated = negated;
  return set;
}

}  // namespace toolformer::text
