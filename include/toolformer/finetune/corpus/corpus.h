// SPDX-License-Identifier: Apache-2.0
// The examples of all input documents: their tokens in a temporary file, some 40 bytes of each in
// memory, so that a corpus may be much larger than the memory and yet be shuffled as a whole.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "toolformer/finetune/corpus/batches.h"
#include "toolformer/finetune/corpus/corpus_options.h"
#include "toolformer/finetune/corpus/examples.h"
#include "toolformer/finetune/corpus/token_store.h"
#include "toolformer/record/run_options.h"
#include "toolformer/record/summary.h"

namespace toolformer::finetune {

class Corpus {
 public:
  void add(const Example& example, double weight);
  /// Leaves only the examples whose place in the order of add() is marked.
  void keep(const std::vector<bool>& marked);

  std::size_t size() const { return sizes_.size(); }
  const std::vector<ExampleSize>& sizes() const { return sizes_; }
  calls::LabelledTokens tokens(std::size_t index) const {
    return store_.read(offsets_[index], sizes_[index].tokens);
  }

  record::Summary summary;  ///< what the builder counted, and documents.{rejected,over_cap}
  std::string sha256;       ///< of ids, roles and document ids

 private:
  TokenStore store_;
  std::vector<std::uint64_t> offsets_;
  std::vector<ExampleSize> sizes_;
};

/// Reads io.input, at most io.limit documents, then options.plain. Bad lines are counted and
/// logged, or end the run when io.strict; throws TooManyFailures above io.max_failed_fraction,
/// DataError when there is no document at all.
Corpus read_corpus(const record::RunOptions& io, const CorpusOptions& options,
                   const ExampleBuilder& builder);

struct PlainText {
  std::vector<Example> examples;
  std::string sha256;  ///< of ids and document ids
};

/// The text of io.input alone, at most io.limit documents: kept calls are left out of it. Bad lines
/// are logged, or end the run when io.strict.
PlainText read_plain_text(const record::RunOptions& io, const ExampleBuilder& builder);

}  // namespace toolformer::finetune
