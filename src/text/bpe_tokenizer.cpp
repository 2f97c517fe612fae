// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/bpe_tokenizer.h"

#include <algorithm>
#include <utility>

#include "toolformer/base/error.h"
#include "toolformer/base/utf8.h"

namespace toolformer::text {

namespace {

void check_utf8(std::string_view text) {
  if (const auto at = base::find_invalid_utf8(text)) {
    base::throw_error<base::DataError>("byte {} of a text of {} bytes is not valid UTF-8", *at,
                                       text.size());
  }
}

/// The symbols of one word before they are merged. What the vocabulary cannot write becomes the
/// unknown piece, or, without one, a neighbour takes its bytes along.
class Symbols {
 public:
  explicit Symbols(const TokenizerSpec& spec)
      : unknown_(spec.unknown_in_text ? spec.unknown.value_or(kNone) : kNone),
        fuse_(spec.fuse_unknown) {}

  void add(TokenId id, std::size_t size) {
    flush();
    symbols_.push_back({id, size + std::exchange(lost_, 0)});
  }
  /// In front of an unknown piece that waits, as in the tokenizers library.
  void add_byte(TokenId id) { symbols_.push_back({id, 1 + std::exchange(lost_, 0)}); }
  void add_unknown(std::size_t size) {
    if (unknown_ != kNone) {
      if (!fuse_) flush();
      waiting_ += size;
    } else if (symbols_.empty()) {
      lost_ += size;
    } else {
      symbols_.back().size += size;
    }
  }
  std::vector<Symbol> finish() {
    flush();
    return std::move(symbols_);
  }

 private:
  void flush() {
    if (waiting_ > 0) symbols_.push_back({unknown_, std::exchange(waiting_, 0)});
  }

  static constexpr TokenId kNone = -1;
  TokenId unknown_;
  bool fuse_;
  std::size_t waiting_ = 0, lost_ = 0;  // bytes of unknown pieces; of what no piece stands for
  std::vector<Symbol> symbols_;
};

}  // namespace

BpeTokenizer::BpeTokenizer(TokenizerSpec spec, const std::string& origin)
    : VocabularyTokenizer(std::move(spec), origin),
      normalizer_(spec_.normalizer, origin),
      pre_tokenizer_(spec_.pre_tokenizer, origin),
      merger_(spec_.merges),
      raw_matcher_(spec_, origin),
      normalized_matcher_(spec_, normalizer_, origin) {
  // Byte pieces then stand for the bytes of the symbols.
  if (spec_.byte_fallback) pre_tokenizer_.write_symbols();
  for (int byte = 0; byte < 256; ++byte) {
    const auto value = static_cast<std::uint8_t>(byte);
    byte_ids_[value] = vocabulary_.find_in_text(
        pre_tokenizer_.leaves_bytes() ? byte_to_symbol(value) : fmt::format("<0x{:02X}>", byte));
  }
}

/// Turns one text into tokens, step by step.
class BpeTokenizer::Encoding {
 public:
  Encoding(const BpeTokenizer& tokenizer, bool at_start)
      : tokenizer_(tokenizer), at_start_(at_start) {}

  /// User-defined pieces of the raw text, and what stands between them.
  std::vector<Token> run(std::string_view text) {
    tokens_.reserve(text.size() / 3 + 1);
    std::size_t done = 0;
    for (const auto& match : tokenizer_.raw_matcher_.find_all(text)) {
      plain(text, done, match.span.begin);
      tokens_.push_back({match.id, match.span.begin, match.span.end});
      done = match.span.end;
    }
    plain(text, done, text.size());
    cover(text.size());
    return std::move(tokens_);
  }

 private:
  /// Text [begin, end) without raw matches: normalised, then cut at the pieces that are matched
  /// after that.
  void plain(std::string_view text, std::size_t begin, std::size_t end) {
    if (begin >= end) return;
    const std::string_view part = text.substr(begin, end - begin);
    if (tokenizer_.normalizer_.changes_nothing() && tokenizer_.normalized_matcher_.empty() &&
        tokenizer_.pre_tokenizer_.only_cuts()) {
      words(part, [begin](std::size_t at) { return begin + at; });
      return;
    }
    const NormalizedText normalized = tokenizer_.normalizer_.apply(part, at_start_);
    std::size_t done = 0;
    for (const auto& match : tokenizer_.normalized_matcher_.find_all(normalized.text)) {
      between(normalized, {done, match.span.begin}, begin);
      tokens_.push_back({match.id, begin + normalized.source_of(match.span.begin),
                         begin + normalized.source_of(match.span.end)});
      done = match.span.end;
    }
    between(normalized, {done, normalized.text.size()}, begin);
    known_.clear();  // its keys are views into `normalized`
  }

  /// A part of a normalised text that holds no added token; `begin` is where that text begins.
  void between(const NormalizedText& normalized, Span part, std::size_t begin) {
    if (part.begin >= part.end) return;
    if (tokenizer_.pre_tokenizer_.only_cuts()) {
      words(std::string_view(normalized.text).substr(part.begin, part.end - part.begin),
            [&](std::size_t at) { return begin + normalized.source_of(part.begin + at); });
      return;
    }
    const auto changed =
        tokenizer_.pre_tokenizer_.apply(normalized.part(part.begin, part.end, begin), at_start_);
    for (const NormalizedText& word : changed) {
      std::size_t at = 0;
      for (const Symbol& symbol : merged(word.text)) {
        tokens_.push_back({symbol.id, word.source_of(at), word.source_of(at + symbol.size)});
        at += symbol.size;
      }
    }
  }

  /// `source` maps a boundary of the normalised text to one of the whole text.
  template <class Source>
  void words(std::string_view text, const Source& source) {
    for (const Span span : tokenizer_.pre_tokenizer_.split(text)) {
      std::size_t at = span.begin;
      for (const Symbol& symbol : symbols(text.substr(span.begin, span.end - span.begin))) {
        tokens_.push_back({symbol.id, source(at), source(at + symbol.size)});
        at += symbol.size;
      }
    }
  }

  /// The merged symbols of a word; words repeat, so they are remembered for this text.
  const std::vector<Symbol>& symbols(std::string_view word) {
    constexpr std::size_t kLongestRemembered = 64;
    if (word.size() > kLongestRemembered) {
      scratch_ = merged(word);
      return scratch_;
    }
    const auto [found, is_new] = known_.try_emplace(word);
    if (is_new) found->second = merged(word);
    return found->second;
  }

  std::vector<Symbol> merged(std::string_view word) {
    if (tokenizer_.spec_.ignore_merges) {
      if (const auto id = whole_word(word)) return {{*id, word.size()}};
    }
    std::vector<Symbol> symbols =
        tokenizer_.pre_tokenizer_.leaves_bytes() ? bytes(word) : characters(word);
    tokenizer_.merger_.merge(symbols);
    return symbols;
  }

  std::optional<TokenId> whole_word(std::string_view word) const {
    if (!tokenizer_.pre_tokenizer_.leaves_bytes()) return tokenizer_.vocabulary_.find_in_text(word);
    std::string written;
    for (const char c : word) written += byte_to_symbol(static_cast<std::uint8_t>(c));
    return tokenizer_.vocabulary_.find_in_text(written);
  }

  std::vector<Symbol> bytes(std::string_view word) const {
    Symbols symbols(tokenizer_.spec_);
    for (const char c : word) {
      if (const auto id = tokenizer_.byte_ids_[static_cast<unsigned char>(c)]) {
        symbols.add(*id, 1);
      } else {
        symbols.add_unknown(1);
      }
    }
    return symbols.finish();
  }

  std::vector<Symbol> characters(std::string_view word) const {
    Symbols symbols(tokenizer_.spec_);
    for (std::size_t at = 0; at < word.size();) {
      const std::size_t size = base::utf8_length(word, at);
      const std::string_view character = word.substr(at, size);
      if (const auto id = tokenizer_.vocabulary_.find_in_text(character)) {
        symbols.add(*id, size);
      } else if (!fall_back(symbols, character)) {
        symbols.add_unknown(size);
      }
      at += size;
    }
    return symbols.finish();
  }

  /// All bytes of the character as byte pieces, or nothing.
  bool fall_back(Symbols& symbols, std::string_view character) const {
    if (!tokenizer_.spec_.byte_fallback) return false;
    for (const char c : character) {
      if (!tokenizer_.byte_ids_[static_cast<unsigned char>(c)]) return false;
    }
    for (const char c : character)
      symbols.add_byte(*tokenizer_.byte_ids_[static_cast<unsigned char>(c)]);
    return true;
  }

  /// Bytes that no token stands for go to the token before them (to the one behind at the start).
  void cover(std::size_t end) {
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      tokens_[i].begin = i == 0 ? 0 : std::max(tokens_[i].begin, tokens_[i - 1].begin);
    }
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      tokens_[i].end = i + 1 < tokens_.size() ? tokens_[i + 1].begin : end;
    }
  }

  const BpeTokenizer& tokenizer_;
  bool at_start_;
  std::vector<Token> tokens_;
  std::unordered_map<std::string_view, std::vector<Symbol>> known_;
  std::vector<Symbol> scratch_;
};

std::vector<Token> BpeTokenizer::encode(std::string_view text) const {
  check_utf8(text);
  return Encoding(*this, true).run(text);
}

std::vector<Token> BpeTokenizer::encode_continuation(std::string_view text) const {
  check_utf8(text);
  return Encoding(*this, false).run(text);
}

}  // namespace toolformer::text
