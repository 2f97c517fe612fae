// SPDX-License-Identifier: Apache-2.0
// The examples of all input documents, in memory as token ids (5 bytes a token).
#pragma once

#include <string>
#include <vector>

#include "toolformer/finetune/batches.h"
#include "toolformer/finetune/examples.h"
#include "toolformer/record/run_options.h"
#include "toolformer/record/summary.h"

namespace toolformer::finetune {

struct Corpus {
  std::vector<Example> examples;  ///< in the order of the input
  record::Summary summary;        ///< what the builder counted, and documents.rejected
  std::string sha256;             ///< of ids, parts and document ids

  std::vector<ExampleSize> sizes() const;
};

/// Reads io.input, at most io.limit documents. Bad lines are counted and logged, or end the run
/// when io.strict; throws TooManyFailures above io.max_failed_fraction, DataError when there is no
/// document at all.
Corpus read_corpus(const record::RunOptions& io, const ExampleBuilder& builder);

/// The text of `file` alone: kept calls are left out of it.
std::vector<Example> read_plain_text(const std::string& file, std::size_t limit,
                                     const ExampleBuilder& builder);

/// An example as text, with its markers written out.
std::string spell(const text::Tokenizer& tokenizer, const CallMarkers& markers,
                  const LabelledTokens& tokens);

}  // namespace toolformer::finetune
