// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/bpe_tokenizer.h"

#include <utility>

#include "toolformer/base/error.h"
#include "toolformer/base/utf8.h"

namespace toolformer::text {

namespace {

using Algorithm = TokenizerSpec::Algorithm;

void check_utf8(std::string_view text) {
  if (const auto at = base::find_invalid_utf8(text)) {
    base::throw_error<base::DataError>("byte {} of a text of {} bytes is not valid UTF-8", *at,
                                       text.size());
  }
}

}  // namespace

BpeTokenizer::BpeTokenizer(TokenizerSpec spec, const std::string& origin)
    : VocabularyTokenizer(std::move(spec), origin),
      normalizer_(spec_.normalizer, spec_.pre_tokenizer, origin),
      pre_tokenizer_(spec_.pre_tokenizer, origin),
      merger_(spec_.merges),
      raw_matcher_(spec_, false),
      normalized_matcher_(spec_, true) {
  for (int byte = 0; byte < 256; ++byte) {
    const auto value = static_cast<std::uint8_t>(byte);
    byte_ids_[value] = vocabulary_.find(spec_.algorithm == Algorithm::kByteLevelBpe
                                            ? byte_to_symbol(value)
                                            : fmt::format("<0x{:02X}>", byte));
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
    while (const auto match = tokenizer_.raw_matcher_.find(text, done)) {
      plain(text, done, match->span.begin);
      tokens_.push_back({match->id, match->span.begin, match->span.end});
      done = match->span.end;
    }
    plain(text, done, text.size());
    cover(text.size());
    return std::move(tokens_);
  }

 private:
  /// Text [begin, end) without raw matches: normalised, then cut at the pieces that are matched
  /// after that.
  void plain(std::string_view text, std::size_t begin, std::size_t end) {
    if (begin == end) return;
    const std::string_view part = text.substr(begin, end - begin);
    if (tokenizer_.normalizer_.changes_nothing() && tokenizer_.normalized_matcher_.empty()) {
      words(part, [begin](std::size_t at) { return begin + at; });
      return;
    }
    const NormalizedText normalized = tokenizer_.normalizer_.apply(part, at_start_, begin == 0);
    const std::string_view all = normalized.text;
    std::size_t done = 0;
    const auto between = [&](std::size_t stop) {
      words(all.substr(done, stop - done), [&normalized, begin, done](std::size_t at) {
        return begin + normalized.source_of(done + at);
      });
    };
    while (const auto match = tokenizer_.normalized_matcher_.find(all, done)) {
      between(match->span.begin);
      tokens_.push_back({match->id, begin + normalized.source_of(match->span.begin),
                         begin + normalized.source_of(match->span.end)});
      done = match->span.end;
    }
    between(all.size());
    known_.clear();  // its keys are views into `normalized`
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
        tokenizer_.spec_.algorithm == Algorithm::kByteLevelBpe ? bytes(word) : characters(word);
    tokenizer_.merger_.merge(symbols);
    return symbols;
  }

  std::optional<TokenId> whole_word(std::string_view word) const {
    if (tokenizer_.spec_.algorithm != Algorithm::kByteLevelBpe)
      return tokenizer_.vocabulary_.find(word);
    std::string written;
    for (const char c : word) written += byte_to_symbol(static_cast<std::uint8_t>(c));
    return tokenizer_.vocabulary_.find(written);
  }

  std::vector<Symbol> bytes(std::string_view word) const {
    std::vector<Symbol> symbols;
    symbols.reserve(word.size());
    std::size_t lost = 0;
    for (const char c : word) {
      if (const auto id = tokenizer_.byte_ids_[static_cast<unsigned char>(c)]) {
        symbols.push_back({*id, 1 + std::exchange(lost, 0)});
      } else {
        unknown(symbols, 1, lost);
      }
    }
    return symbols;
  }

  std::vector<Symbol> characters(std::string_view word) const {
    std::vector<Symbol> symbols;
    symbols.reserve(word.size());
    std::size_t lost = 0;
    for (std::size_t at = 0; at < word.size();) {
      const std::size_t size = base::utf8_length(word, at);
      const std::string_view character = word.substr(at, size);
      if (const auto id = tokenizer_.vocabulary_.find(character)) {
        symbols.push_back({*id, size + std::exchange(lost, 0)});
      } else if (!fall_back(symbols, character)) {
        unknown(symbols, size, lost);
      }
      at += size;
    }
    return symbols;
  }

  /// All bytes of the character as byte pieces, or nothing.
  bool fall_back(std::vector<Symbol>& symbols, std::string_view character) const {
    if (!tokenizer_.spec_.byte_fallback) return false;
    for (const char c : character) {
      if (!tokenizer_.byte_ids_[static_cast<unsigned char>(c)]) return false;
    }
    for (const char c : character)
      symbols.push_back({*tokenizer_.byte_ids_[static_cast<unsigned char>(c)], 1});
    return true;
  }

  /// What the vocabulary cannot write: the unknown piece, or, without one, a neighbour takes its
  /// bytes along; `lost` counts those that wait for the neighbour behind.
  void unknown(std::vector<Symbol>& symbols, std::size_t size, std::size_t& lost) const {
    const auto& id = tokenizer_.spec_.unknown;
    const bool has_piece = tokenizer_.spec_.unknown_in_text && id.has_value();
    const bool fuse = !symbols.empty() &&
                      (!has_piece || (tokenizer_.spec_.fuse_unknown && symbols.back().id == *id));
    if (fuse) {
      symbols.back().size += size;
    } else if (has_piece) {
      symbols.push_back({*id, size});
    } else {
      lost += size;
    }
  }

  /// Bytes that no token stands for go to the token before them (to the one behind at the start).
  void cover(std::size_t end) {
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (i == 0) tokens_[i].begin = 0;
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
