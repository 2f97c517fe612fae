// SPDX-License-Identifier: Apache-2.0
// Normalisation form C by UAX #15: decompose, order marks, compose; one run of characters after the
// other.
#include <algorithm>
#include <optional>

#include "toolformer/base/utf8.h"
#include "toolformer/text/nfc_tables.h"
#include "toolformer/text/normalizer.h"

namespace toolformer::text {

namespace {

constexpr char32_t kHangulBase = 0xAC00, kLBase = 0x1100, kVBase = 0x1161, kTBase = 0x11A7;
constexpr char32_t kLCount = 19, kVCount = 21, kTCount = 28;

struct Character {
  char32_t value;
  int combining_class;
};

int combining_class(char32_t c) {
  const auto table = combining_classes();
  const auto after =
      std::upper_bound(table.begin(), table.end(), c,
                       [](char32_t value, const CombiningClass& row) { return value < row.first; });
  return after != table.begin() && c <= std::prev(after)->last ? std::prev(after)->value : 0;
}

void decompose(char32_t c, std::vector<Character>& out) {
  if (c >= kHangulBase && c < kHangulBase + kLCount * kVCount * kTCount) {
    const char32_t index = c - kHangulBase;
    out.push_back({kLBase + index / (kVCount * kTCount), 0});
    out.push_back({kVBase + index / kTCount % kVCount, 0});
    if (index % kTCount != 0) out.push_back({kTBase + index % kTCount, 0});
    return;
  }
  const auto table = decompositions();
  const auto found = std::lower_bound(
      table.begin(), table.end(), c,
      [](const Decomposition& row, char32_t value) { return row.character < value; });
  if (found == table.end() || found->character != c) {
    out.push_back({c, combining_class(c)});
    return;
  }
  decompose(found->left, out);
  if (found->right != 0) decompose(found->right, out);
}

std::optional<char32_t> compose(char32_t left, char32_t right) {
  if (left >= kLBase && left < kLBase + kLCount && right >= kVBase && right < kVBase + kVCount) {
    return kHangulBase + ((left - kLBase) * kVCount + (right - kVBase)) * kTCount;
  }
  const bool is_lv = left >= kHangulBase && left < kHangulBase + kLCount * kVCount * kTCount &&
                     (left - kHangulBase) % kTCount == 0;
  if (is_lv && right > kTBase && right < kTBase + kTCount) return left + (right - kTBase);
  const auto table = compositions();
  const auto found = std::lower_bound(
      table.begin(), table.end(), std::pair(left, right),
      [](const Composition& row, auto value) { return std::pair(row.left, row.right) < value; });
  if (found == table.end() || found->left != left || found->right != right) return std::nullopt;
  return found->character;
}

/// The canonical composition of a decomposed, ordered run.
void compose_run(std::vector<Character>& run) {
  std::optional<std::size_t> starter;
  int last_class = -1;  // of what stands uncomposed between the starter and here; -1: nothing
  std::size_t size = 0;
  for (const Character c : run) {
    const bool blocked = last_class != -1 && last_class >= c.combining_class;
    if (starter && !blocked) {
      if (const auto composed = compose(run[*starter].value, c.value)) {
        run[*starter].value = *composed;
        continue;
      }
    }
    if (c.combining_class == 0) {
      starter = size;
      last_class = -1;
    } else {
      last_class = c.combining_class;
    }
    run[size++] = c;
  }
  run.resize(size);
}

char32_t decode_at(std::string_view text, std::size_t at, std::size_t size) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  if (size == 1) return byte(0);
  char32_t value = byte(0) & (0x7Fu >> size);
  for (std::size_t i = 1; i < size; ++i) value = value << 6 | (byte(i) & 0x3Fu);
  return value;
}

/// ASCII never combines with what follows except as the base of marks, and these begin at U+0300.
bool is_inert(char32_t c) {
  return c < 0x300;
}

void append_run(std::string_view text, std::size_t begin, std::size_t end, NormalizedText& out) {
  std::vector<Character> run;
  for (std::size_t at = begin; at < end;) {
    const std::size_t size = base::utf8_length(text, at);
    decompose(decode_at(text, at, size), run);
    at += size;
  }
  for (std::size_t i = 0;
       i < run.size();) {  // marks of one starter by class, equal ones in their order
    if (run[i].combining_class == 0) {
      ++i;
      continue;
    }
    std::size_t last = i;
    while (last < run.size() && run[last].combining_class != 0) ++last;
    std::stable_sort(run.begin() + static_cast<std::ptrdiff_t>(i),
                     run.begin() + static_cast<std::ptrdiff_t>(last), [](Character a, Character b) {
                       return a.combining_class < b.combining_class;
                     });
    i = last;
  }
  compose_run(run);
  std::string changed;
  for (const Character c : run) base::append_utf8(changed, c.value);
  const bool same = changed == text.substr(begin, end - begin);
  for (std::size_t i = 0; i < changed.size(); ++i) {
    out.source.push_back(same ? begin + i : i == 0 ? begin : end);
  }
  out.text += changed;
}

}  // namespace

NormalizedText to_nfc(std::string_view text) {
  NormalizedText out;
  // Text below U+0300 throughout is its own form: bytes 0xCC and above lead all characters from
  // there on.
  if (std::all_of(text.begin(), text.end(),
                  [](char c) { return static_cast<unsigned char>(c) < 0xCC; })) {
    out.text = text;
    return out;
  }
  out.text.reserve(text.size());
  out.source.reserve(text.size() + 1);
  for (std::size_t begin = 0; begin < text.size();) {
    // A run ends before an inert character: nothing behind it can join what stands before it.
    std::size_t end = begin + base::utf8_length(text, begin);
    while (end < text.size()) {
      const std::size_t size = base::utf8_length(text, end);
      if (is_inert(decode_at(text, end, size))) break;
      end += size;
    }
    append_run(text, begin, end, out);
    begin = end;
  }
  out.source.push_back(text.size());
  return out;
}

}  // namespace toolformer::text
