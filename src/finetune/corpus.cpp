// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/corpus.h"

#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <iterator>
#include <string_view>

#include "toolformer/base/error.h"
#include "toolformer/base/log.h"
#include "toolformer/base/sha256.h"
#include "toolformer/base/stop_signal.h"
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
  hash.update(bytes(example.tokens.parts));
}

void reject(const record::RunOptions& io, const record::Item& item, record::Summary& summary) {
  const std::string place = fmt::format("{}:{}: {}", item.file, item.line, *item.reject);
  if (io.strict) throw base::DataError(place);
  summary.count("documents.rejected");
  spdlog::warn("{}", base::escape_for_log(place));
}

}  // namespace

std::vector<ExampleSize> Corpus::sizes() const {
  std::vector<ExampleSize> sizes;
  for (const Example& example : examples) {
    sizes.push_back({example.document, example.tokens.ids.size(), example.has_calls});
  }
  return sizes;
}

Corpus read_corpus(const record::RunOptions& io, const ExampleBuilder& builder) {
  Corpus corpus;
  base::Sha256 hash;
  record::DocumentReader reader(io);
  std::int64_t records = 0;
  while (const auto item = reader.next()) {
    if (base::stop_requested()) {
      base::throw_error<base::Interrupted>("stopped by {} while reading the documents",
                                           base::stop_signal_name());
    }
    ++records;
    if (item->reject) {
      reject(io, *item, corpus.summary);
      continue;
    }
    for (Example& example : builder.build(item->document, corpus.summary)) {
      hash_example(hash, example);
      corpus.examples.push_back(std::move(example));
    }
  }
  const std::int64_t rejected = corpus.summary.get("documents.rejected");
  if (static_cast<double>(rejected) > io.max_failed_fraction * static_cast<double>(records)) {
    base::throw_error<base::TooManyFailures>(
        "{} of {} records cannot be used, --max-failed-fraction allows {}; nothing was trained",
        rejected, records, io.max_failed_fraction);
  }
  if (corpus.examples.empty()) {
    base::throw_error<base::DataError>("{}: no document with text in {} records",
                                       fmt::join(io.input, ", "), records);
  }
  corpus.sha256 = hash.hex();
  return corpus;
}

std::vector<Example> read_plain_text(const std::string& file, std::size_t limit,
                                     const ExampleBuilder& builder) {
  record::RunOptions io;
  io.input = {file};
  if (limit > 0) io.limit = limit;
  record::DocumentReader reader(io);
  record::Summary summary;
  std::vector<Example> examples;
  while (auto item = reader.next()) {
    if (item->reject) {
      reject(io, *item, summary);
      continue;
    }
    item->document.calls.clear();
    auto more = builder.build(item->document, summary);
    examples.insert(examples.end(), std::make_move_iterator(more.begin()),
                    std::make_move_iterator(more.end()));
  }
  return examples;
}

std::string spell(const text::Tokenizer& tokenizer, const CallMarkers& markers,
                  const LabelledTokens& tokens) {
  std::string text;
  std::vector<text::TokenId> run;  // ordinary tokens that are not written yet
  const auto flush = [&] {
    text += tokenizer.decode(run);
    run.clear();
  };
  for (const text::TokenId id : tokens.ids) {
    const bool open = markers.ids && id == markers.ids->open;
    const bool close = markers.ids && id == markers.ids->close;
    const bool arrow = markers.ids && id == markers.ids->arrow;
    if (!open && !close && !arrow) {
      run.push_back(id);
      continue;
    }
    flush();
    text += open ? markers.written.open : close ? markers.written.close : markers.written.arrow;
  }
  flush();
  return text;
}

}  // namespace toolformer::finetune
