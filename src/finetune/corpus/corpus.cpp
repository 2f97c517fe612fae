// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/corpus/corpus.h"

#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "toolformer/base/error.h"
#include "toolformer/base/log.h"
#include "toolformer/base/sha256.h"
#include "toolformer/base/stop_signal.h"
#include "toolformer/finetune/corpus/tool_cap.h"
#include "toolformer/record/document_reader.h"

namespace toolformer::finetune {
namespace {

void hash_example(base::Sha256& hash, const Example& example) {
  const auto bytes = [](const auto& values) {
    return std::string_view(reinterpret_cast<const char*>(values.data()),
                            values.size() * sizeof(values[0]));
  };
  hash.update(fmt::format("{}:{}:{}:", example.document.size(), example.tokens.ids.size(),
                          example.has_calls ? 1 : 0));
  hash.update(example.document);
  hash.update(bytes(example.tokens.ids));
  hash.update(bytes(example.tokens.roles));
}

void reject(const record::RunOptions& io, const record::Item& item, record::Summary& summary) {
  const std::string place = fmt::format("{}:{}: {}", item.file, item.line, *item.reject);
  if (io.strict) throw base::DataError(place);
  summary.count("documents.rejected");
  spdlog::warn("{}", base::escape_for_log(place));
}

std::set<std::string> tools_of(const record::Document& document) {
  std::set<std::string> tools;
  for (const record::Call& call : document.calls) {
    if (call.keep.value_or(false)) tools.insert(call.tool);
  }
  return tools;
}

/// Reads documents into a corpus; remembers which document each example is of.
class CorpusReader {
 public:
  CorpusReader(const record::RunOptions& io, const CorpusOptions& options,
               const ExampleBuilder& builder)
      : io_(io), options_(options), builder_(builder), cap_(options.max_per_tool, io.seed) {}

  void read(const record::RunOptions& source, bool with_calls) {
    record::DocumentReader reader(source);
    while (auto item = reader.next()) {
      if (base::stop_requested()) {
        base::throw_error<base::Interrupted>("stopped by {} while reading the documents; {}",
                                             base::stop_signal_name(), base::kHowToGoOn);
      }
      ++records_;
      if (item->reject) {
        reject(io_, *item, corpus_.summary);
        continue;
      }
      if (!with_calls) item->document.calls.clear();
      add(item->document);
    }
  }

  Corpus finish() {
    const std::int64_t rejected = corpus_.summary.get("documents.rejected");
    if (static_cast<double>(rejected) > io_.max_failed_fraction * static_cast<double>(records_)) {
      base::throw_error<base::TooManyFailures>(
          "{} of {} records cannot be used, --max-failed-fraction allows {}; nothing was trained",
          rejected, records_, io_.max_failed_fraction);
    }
    if (corpus_.size() == 0) {
      base::throw_error<base::DataError>("{}: no document with text in {} records",
                                         fmt::join(io_.input, ", "), records_);
    }
    warn_of_unmet("tool-weight", options_.tool_weight);
    warn_of_unmet("max-per-tool", options_.max_per_tool);
    apply_cap();
    corpus_.sha256 = hash_.hex();
    return std::move(corpus_);
  }

 private:
  void add(const record::Document& document) {
    const std::size_t ordinal = documents_++;
    const std::set<std::string> tools = tools_of(document);
    for (const Example& example : builder_.build(document, corpus_.summary)) {
      hash_example(hash_, example);
      corpus_.add(example, example.has_calls ? weight_of(tools) : options_.plain_weight);
      if (example.has_calls) with_calls_.emplace_back(corpus_.size() - 1, ordinal);
    }
    if (!with_calls_.empty() && with_calls_.back().second == ordinal) {
      cap_.offer(ordinal, document.id, tools);
      met_.insert(tools.begin(), tools.end());
    }
  }

  double weight_of(const std::set<std::string>& tools) const {
    double weight = 0;
    for (const std::string& tool : tools)
      weight = std::max(weight, options_.tool_weight.of(tool, 1.0));
    return weight;
  }

  template <class T>
  void warn_of_unmet(std::string_view flag, const base::PerTool<T>& setting) const {
    for (const auto& [tool, value] : setting.by_tool) {
      if (met_.contains(tool)) continue;
      spdlog::warn("--{}-for {}={}: no document has a kept call of it; those met are {}", flag,
                   base::escape_for_log(tool), value, fmt::join(met_, ", "));
    }
  }

  void apply_cap() {
    const auto chosen = cap_.chosen();
    std::vector<bool> marked(corpus_.size(), true);
    std::set<std::size_t> dropped;
    for (const auto& [example, ordinal] : with_calls_) {
      if (chosen.contains(ordinal)) continue;
      marked[example] = false;
      dropped.insert(ordinal);
    }
    if (dropped.empty()) return;
    corpus_.keep(marked);
    corpus_.summary.count("documents.over_cap", static_cast<std::int64_t>(dropped.size()));
  }

  const record::RunOptions& io_;
  const CorpusOptions& options_;
  const ExampleBuilder& builder_;
  ToolCap cap_;
  Corpus corpus_;
  base::Sha256 hash_;
  std::int64_t records_ = 0;
  std::size_t documents_ = 0;
  std::set<std::string> met_;                                    // tools with kept calls
  std::vector<std::pair<std::size_t, std::size_t>> with_calls_;  // example, ordinal of its document
};

}  // namespace

void Corpus::add(const Example& example, double weight) {
  offsets_.push_back(store_.append(example.tokens));
  sizes_.push_back({key_of(example.document), static_cast<std::uint32_t>(example.tokens.ids.size()),
                    example.has_calls, weight});
}

void Corpus::keep(const std::vector<bool>& marked) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < sizes_.size(); ++i) {
    if (!marked[i]) continue;
    offsets_[kept] = offsets_[i];
    sizes_[kept++] = sizes_[i];
  }
  offsets_.resize(kept);
  sizes_.resize(kept);
}

Corpus read_corpus(const record::RunOptions& io, const CorpusOptions& options,
                   const ExampleBuilder& builder) {
  CorpusReader reader(io, options, builder);
  reader.read(io, /*with_calls=*/true);
  if (!options.plain.empty()) {
    record::RunOptions plain = io;
    plain.input = options.plain;
    plain.limit.reset();
    reader.read(plain, /*with_calls=*/false);
  }
  return reader.finish();
}

PlainText read_plain_text(const record::RunOptions& io, const ExampleBuilder& builder) {
  record::DocumentReader reader(io);
  record::Summary summary;
  base::Sha256 hash;
  PlainText text;
  while (auto item = reader.next()) {
    if (item->reject) {
      reject(io, *item, summary);
      continue;
    }
    item->document.calls.clear();
    for (Example& example : builder.build(item->document, summary)) {
      hash_example(hash, example);
      text.examples.push_back(std::move(example));
    }
  }
  text.sha256 = hash.hex();
  return text;
}

}  // namespace toolformer::finetune
