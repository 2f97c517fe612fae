// SPDX-License-Identifier: Apache-2.0
#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <new>
#include <utility>

#include "toolformer/base/error.h"
#include "toolformer/base/utf8.h"
#include "toolformer/text/normalizer.h"

namespace toolformer::text {

namespace {

std::string compose(std::string_view text) {
  utf8proc_uint8_t* mapped = nullptr;
  const utf8proc_ssize_t size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                   static_cast<utf8proc_ssize_t>(text.size()), &mapped,
                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(mapped, &std::free);
  if (size == UTF8PROC_ERROR_NOMEM) throw std::bad_alloc();
  if (size < 0) {
    base::throw_error<base::DataError>("normalisation form C: {}", utf8proc_errmsg(size));
  }
  return {reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(size)};
}

/// Whether a byte begins a character below U+0300, where the combining marks begin: nothing in
/// front of such a character can join it or change places with it.
bool begins_inert(char byte) {
  const auto value = static_cast<unsigned char>(byte);
  return value < 0x80 || (value >= 0xC0 && value < 0xCC);
}

/// Marks that the tokenizers library does not know as such: its tables are of Unicode 9. There they
/// join nothing and keep their places.
bool is_mark_since_unicode_9(std::string_view text, std::size_t at) {
  constexpr std::array<std::pair<utf8proc_int32_t, utf8proc_int32_t>, 32> kRanges = {
      {{0x7fd, 0x7fd},     {0x898, 0x89f},     {0x8ca, 0x8d3},     {0x9fe, 0x9fe},
       {0xc3c, 0xc3c},     {0xd3b, 0xd3c},     {0xeba, 0xeba},     {0x1715, 0x1715},
       {0x1abf, 0x1ace},   {0x1df6, 0x1dfa},   {0xa82c, 0xa82c},   {0x10d24, 0x10d27},
       {0x10eab, 0x10eac}, {0x10f46, 0x10f50}, {0x10f82, 0x10f85}, {0x11070, 0x11070},
       {0x1133b, 0x1133b}, {0x1145e, 0x1145e}, {0x11839, 0x1183a}, {0x1193d, 0x1193e},
       {0x11943, 0x11943}, {0x119e0, 0x119e0}, {0x11a34, 0x11a34}, {0x11a47, 0x11a47},
       {0x11a99, 0x11a99}, {0x11d42, 0x11d42}, {0x11d44, 0x11d45}, {0x11d97, 0x11d97},
       {0x16ff0, 0x16ff1}, {0x1e130, 0x1e136}, {0x1e2ae, 0x1e2ae}, {0x1e2ec, 0x1e2ef}}};
  if (static_cast<unsigned char>(text[at]) < 0xDF) return false;
  utf8proc_int32_t code = 0;
  utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data() + at),
                   static_cast<utf8proc_ssize_t>(text.size() - at), &code);
  return std::any_of(kRanges.begin(), kRanges.end(), [code](const auto& range) {
    return code >= range.first && code <= range.second;
  });
}

/// Where the run of characters that may join or change places ends.
std::size_t end_of_run(std::string_view text, std::size_t begin) {
  std::size_t at = begin + std::max<std::size_t>(base::utf8_length(text, begin), 1);
  if (is_mark_since_unicode_9(text, begin)) return at;
  while (at < text.size() && !begins_inert(text[at]) && !is_mark_since_unicode_9(text, at))
    at += std::max<std::size_t>(base::utf8_length(text, at), 1);
  return std::min(at, text.size());
}

}  // namespace

NormalizedText to_nfc(std::string_view text) {
  NormalizedText out;
  // Text below U+0300 throughout is its own form.
  if (std::all_of(text.begin(), text.end(),
                  [](char c) { return static_cast<unsigned char>(c) < 0xCC; })) {
    out.text = text;
    return out;
  }
  out.text.reserve(text.size());
  out.source.reserve(text.size() + 1);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = end_of_run(text, begin);
    const std::string_view run = text.substr(begin, end - begin);
    const std::string composed =
        is_mark_since_unicode_9(text, begin) ? std::string(run) : compose(run);
    const bool same = composed == run, one = base::utf8_length(run, 0) == run.size();
    for (std::size_t i = 0; i < composed.size(); ++i) {
      out.source.push_back(same ? begin + i : i == 0 || one ? begin : end);
    }
    out.text += composed;
    begin = end;
  }
  out.source.push_back(text.size());
  return out;
}

}  // namespace toolformer::text
