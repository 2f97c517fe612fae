// SPDX-License-Identifier: Apache-2.0
// The call markers of a run, and what they add to tokenizer and model. Token form: <API>, </API>
// and -> become control tokens with ids behind the tokenizer's; their embedding (and untied head)
// rows start as the mean of the rows of the text marker's tokens, so that the model begins with
// something that stands for a bracket and an arrow. A model that has the three control tokens
// already (a later round) keeps them as they are.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "toolformer/calls/call_markers.h"
#include "toolformer/model/network/transformer.h"
#include "toolformer/text/tokenizer.h"

namespace toolformer::finetune {

struct AddedToken {
  std::string content;
  text::TokenId id = 0;
  std::vector<std::int64_t> mean_of;  ///< ids whose rows it starts from
};

struct Vocabulary {
  std::unique_ptr<text::Tokenizer> tokenizer;  ///< with the added tokens
  calls::CallMarkers markers;
  std::vector<AddedToken> added;  ///< in the order of their ids; empty: nothing to add
};

Vocabulary plan_vocabulary(std::unique_ptr<text::Tokenizer> tokenizer, calls::MarkerForm form);

/// Gives every added token its row: appended, or overwritten where the model has spare rows behind
/// the tokenizer.
void extend_model(model::Transformer& transformer, const Vocabulary& vocabulary);

}  // namespace toolformer::finetune
