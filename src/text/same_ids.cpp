// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/same_ids.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "toolformer/base/error.h"
#include "toolformer/base/utf8.h"
#include "toolformer/formats/byte_reader.h"
#include "toolformer/text/tokenizer_spec.h"

namespace toolformer::text {

namespace {

constexpr std::array<std::string_view, 16> kTexts = {
    "Hello world, it's 3.14159 or 12345678!",
    " leading and trailing ",
    "  two  spaces\n\n\tand\ta tab \r\n",
    "Don't WE'LL x'S mixedCASE CamelCase \u00c9COLE \u00e9t\u00e9 e\u0301",
    "\u65e5\u672c\u8a9e \u304b\u306a \ud55c\uad6d\uc5b4 \u0440\u0443\u0441\u0441\u043a\u0438\u0439",
    "\u0939\u093f\u0928\u094d\u0926\u0940 \u0627\u0644\u0639\u0631\u0628\u064a\u0629 "
    "\u0e44\u0e17\u0e22",
    "\U0001F44D\U0001F3FD \U0001F468\u200d\U0001F469\u200d\U0001F467 \u00bd \u00b2 \u0663 \u2167",
    "\u201cquotes\u201d \u2014 dash\u2026 it\u2019s \u00a0\u2003\u3000x",
    "def f(x):\n    return x + 1  # $100,000.00 a_b <tag/> {\"k\": [1, 2]}\n",
    "[Calculator(48 / 320) -> 0.15] 15%)",
    "\u2581 \u2581\u2581x \u2581",
    "\n\n\n",
    " ",
    "1",
    "x",
    "https://example.org/a?b=c&d=%20 e.g. v2.0.1"};

/// Up to `most` of the pieces of a kind, spread over all of them.
std::vector<std::string> pieces_of(const Tokenizer& tokenizer, PieceKind kind, std::size_t most) {
  const std::vector<Piece>& pieces = tokenizer.spec()->pieces;
  std::vector<TokenId> ids;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (pieces[i].kind == kind) ids.push_back(static_cast<TokenId>(i));
  }
  std::vector<std::string> out;
  const std::size_t step = std::max<std::size_t>(1, ids.size() / most);
  for (std::size_t i = 0; i < ids.size(); i += step) {
    std::string text = tokenizer.decode(std::vector<TokenId>{ids[i]});
    if (!text.empty() && !base::find_invalid_utf8(text)) out.push_back(std::move(text));
  }
  return out;
}

std::vector<std::string> probe_texts(const Tokenizer& tokenizer) {
  constexpr std::size_t kAdded = 300, kOrdinary = 2000, kTogether = 12;
  std::vector<std::string> texts(kTexts.begin(), kTexts.end());
  for (const std::string& piece : pieces_of(tokenizer, PieceKind::kUserDefined, kAdded)) {
    texts.push_back(piece);
    texts.push_back(fmt::format("a{0}b {0} c", piece));
    texts.push_back(fmt::format("  {0}  {0}\n{0}1\u2019{0}\u00a0", piece));
  }
  std::string joined, spaced;
  std::size_t count = 0;
  for (const std::string& piece : pieces_of(tokenizer, PieceKind::kNormal, kOrdinary)) {
    joined += piece;
    spaced += " " + piece;
    if (++count % kTogether != 0) continue;
    texts.push_back(std::exchange(joined, ""));
    texts.push_back(std::exchange(spaced, ""));
  }
  texts.push_back(joined);
  return texts;
}

void compare(const std::string& text, const std::vector<TokenId>& here,
             const std::vector<TokenId>& there, const std::string& what) {
  if (here == there) return;
  static constexpr std::size_t kShown = 12;
  const auto first = [](std::vector<TokenId> ids) {
    if (ids.size() > kShown) ids.resize(kShown);
    return ids;
  };
  base::throw_error<base::DataError>(
      "{} would not keep this tokenizer: the text {} has {} tokens {} in the original, but {} "
      "tokens "
      "{} read back",
      what, formats::printable(text), here.size(), first(here), there.size(), first(there));
}

}  // namespace

void require_same_ids(const Tokenizer& original, const Tokenizer& written,
                      const std::string& what) {
  if (original.size() != written.size() || original.start() != written.start())
    base::throw_error<base::DataError>(
        "{} would not keep this tokenizer: {} ids and {} in front of a text in the original, {} "
        "and {} "
        "read back",
        what, original.size(), original.start(), written.size(), written.start());
  for (const std::string& text : probe_texts(original)) {
    compare(text, original.ids(text), written.ids(text), what);
    compare(text, original.continuation_ids(text), written.continuation_ids(text), what);
  }
}

}  // namespace toolformer::text
