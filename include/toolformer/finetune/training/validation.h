// SPDX-License-Identifier: Apache-2.0
// Perplexity on held-out documents, read as plain text: no calls are rendered, no tool can be
// called.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "toolformer/finetune/corpus/examples.h"
#include "toolformer/finetune/corpus/micro_batch.h"
#include "toolformer/finetune/corpus/packing.h"
#include "toolformer/finetune/parallel/process_group.h"
#include "toolformer/model/network/transformer.h"

namespace toolformer::finetune {

struct Perplexity {
  double loss = 0;  ///< nats per token of text
  double perplexity = 0;
  std::size_t tokens = 0;
};

class Validation {
 public:
  /// The examples' tokens are packed once; `seq_len` is the room of a pack.
  Validation(std::vector<Example> examples, std::size_t seq_len);

  bool empty() const { return examples_.empty(); }
  /// The packs are shared out among the processes, all get the same result: nothing when `stop` of
  /// one of them said so between two packs.
  std::optional<Perplexity> measure(const model::Transformer& transformer,
                                    const std::function<bool()>& stop = {},
                                    const ProcessGroup& group = alone()) const;

 private:
  std::vector<Example> examples_;
  std::vector<Pack> packs_;
};

}  // namespace toolformer::finetune
