// SPDX-License-Identifier: Apache-2.0
// Document -> training examples. Reads: text and the kept calls, each rendered once, in order of
// position, then of the list. Never touches: the document's own tokens, which stay what they are
// without the calls. An example is what one sequence of the model sees: the start token if the
// model has one, tokens of text, calls and results, and an end token behind the last text of the
// document. It never is longer than `seq_len`.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "toolformer/calls/encode_call.h"
#include "toolformer/record/document.h"
#include "toolformer/record/summary.h"

namespace toolformer::finetune {

struct Example {
  std::string document;    ///< id
  bool has_calls = false;  ///< whether the document holds kept calls
  calls::LabelledTokens tokens;
};

struct ExampleOptions {
  std::size_t seq_len = 0;
  bool end_token = true;  ///< whether an end token closes the document
};

class ExampleBuilder {
 public:
  ExampleBuilder(const text::Tokenizer& tokenizer, calls::CallMarkers markers,
                 ExampleOptions options);

  /// One example, or several when the document is longer than seq_len: cut between tokens, never
  /// inside a call. Counts: documents.{with_calls,plain,split,empty}, examples,
  /// calls.{rendered,too_long,off_boundary,unusable,undecided}, tokens.{text,call,result}. A call
  /// that alone is longer than an example, or has no result or no tool's name, is left out and
  /// counted.
  std::vector<Example> build(const record::Document& document, record::Summary& summary) const;

 private:
  std::vector<calls::LabelledTokens> units(const record::Document& document, std::size_t room,
                                           record::Summary& summary) const;

  const text::Tokenizer& tokenizer_;
  calls::CallMarkers markers_;
  ExampleOptions options_;
};

}  // namespace toolformer::finetune
