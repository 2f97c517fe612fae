// SPDX-License-Identifier: Apache-2.0
#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>

#include "toolformer/base/error.h"
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
    const auto next = std::find_if(text.begin() + static_cast<std::ptrdiff_t>(begin) + 1,
                                   text.end(), begins_inert);
    const auto end = static_cast<std::size_t>(next - text.begin());
    const std::string_view run = text.substr(begin, end - begin);
    const std::string composed = compose(run);
    const bool same = composed == run;
    for (std::size_t i = 0; i < composed.size(); ++i) {
      out.source.push_back(same ? begin + i : i == 0 ? begin : end);
    }
    out.text += composed;
    begin = end;
  }
  out.source.push_back(text.size());
  return out;
}

}  // namespace toolformer::text
