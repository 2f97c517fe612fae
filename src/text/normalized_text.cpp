// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/normalized_text.h"

namespace toolformer::text {

NormalizedText NormalizedText::part(std::size_t begin, std::size_t end, std::size_t shift) const {
  NormalizedText out{text.substr(begin, end - begin), {}};
  out.source.reserve(end - begin + 1);
  for (std::size_t at = begin; at <= end; ++at) out.source.push_back(source_of(at) + shift);
  return out;
}

void NormalizedText::replace(std::string_view pattern, std::string_view content) {
  std::size_t found = text.find(pattern);
  if (found == std::string::npos) return;
  NormalizedText out;
  out.text.reserve(text.size() + text.size() / 4);
  out.source.reserve(text.size() + text.size() / 4 + 1);
  for (std::size_t at = 0; at < text.size();) {
    if (at != found) {
      out.source.push_back(source_of(at));
      out.text += text[at++];
      continue;
    }
    // As the tokenizers library has it: the last character of what was replaced.
    std::size_t last = at + pattern.size() - 1;
    while (last > at && (static_cast<unsigned char>(text[last]) & 0xC0U) == 0x80U) --last;
    out.source.insert(out.source.end(), content.size(), source_of(last));
    out.text += content;
    at += pattern.size();
    found = text.find(pattern, at);
  }
  out.source.push_back(source_of(text.size()));
  *this = std::move(out);
}

void NormalizedText::prepend(std::string_view content) {
  std::vector<std::size_t> all(content.size(), source_of(0));
  all.reserve(all.size() + text.size() + 1);
  for (std::size_t at = 0; at <= text.size(); ++at) all.push_back(source_of(at));
  source = std::move(all);
  text.insert(0, content);
}

}  // namespace toolformer::text
