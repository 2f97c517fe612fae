// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/contract/own_document.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

#include "toolformer/base/sha256.h"
#include "toolformer/text/shingles.h"

namespace toolformer::tools {
namespace {

constexpr std::size_t kShingleWords = 5;
constexpr std::size_t kFewestShingles = 8;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Letters in lower case, every run of blanks and underscores one blank.
std::string comparable(std::string_view title) {
  std::string name;
  for (const char c : title) {
    const bool is_blank = c == ' ' || c == '_' || c == '\t' || c == '\n';
    if (is_blank && (name.empty() || name.back() == ' ')) continue;
    name += is_blank ? ' ' : lower(c);
  }
  while (!name.empty() && name.back() == ' ') name.pop_back();
  return name;
}

/// What stands behind the last slash, percent escapes read.
std::string last_part(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  url.remove_prefix(url.rfind('/') + 1);  // npos + 1 is 0
  std::string part;
  for (std::size_t at = 0; at < url.size(); ++at) {
    unsigned value = 0;
    const char* digits = url.data() + at + 1;
    if (url[at] == '%' && at + 2 < url.size() &&
        std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2) {
      part += static_cast<char>(value);
      at += 2;
    } else {
      part += url[at];
    }
  }
  return part;
}

std::string meta_text(const record::Document& document, const char* key) {
  if (!document.meta.is_object()) return "";
  const auto found = document.meta.find(key);
  return found != document.meta.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

OwnDocument::OwnDocument(const record::Document& document)
    : shingles_(text::shingles(document.text, kShingleWords)) {
  base::Sha256 hash;
  for (const std::string& name :
       {document.id, meta_text(document, "title"), last_part(meta_text(document, "url"))}) {
    names_.push_back(comparable(name));
    hash.update(names_.back() + "\n");
  }
  std::erase(names_, "");
  hash.update(document.text);
  key_ = hash.hex();
}

bool OwnDocument::is(std::string_view title, std::string_view page_text, double overlap) const {
  if (std::find(names_.begin(), names_.end(), comparable(title)) != names_.end()) return true;
  if (shingles_.size() < kFewestShingles) return false;
  const std::vector<std::uint64_t> page = text::shingles(page_text, kShingleWords);
  if (page.size() < kFewestShingles) return false;
  std::vector<std::uint64_t> shared;
  std::set_intersection(page.begin(), page.end(), shingles_.begin(), shingles_.end(),
                        std::back_inserter(shared));
  return static_cast<double>(shared.size()) >=
         overlap * static_cast<double>(std::min(page.size(), shingles_.size()));
}

}  // namespace toolformer::tools
