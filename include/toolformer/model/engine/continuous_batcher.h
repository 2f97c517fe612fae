// SPDX-License-Identifier: Apache-2.0
// Samples many continuations together, one token of each a pass, refilled as they end (Yu et al.
// 2022, "Orca", section 3.2). Requests with the same prefix and forced tokens form a group, which
// is one token tree: samples that have drawn the same tokens so far are one node of it and cost one
// token a pass, until they draw different ones. So k samples of a call cost its opening once. What
// a request samples depends on its own random key alone, not on which others are under way: logits
// do not depend on company (README.md in src/model/engine/), and token t is drawn with uniform(t)
// of the request. C is the hidden size.
#pragma once

#include <torch/torch.h>

#include <cstddef>
#include <deque>
#include <list>
#include <span>
#include <vector>

#include "toolformer/lm/language_model.h"
#include "toolformer/model/engine/forward_pass.h"
#include "toolformer/model/engine/next_token.h"

namespace toolformer::model {

class ContinuousBatcher : public lm::Sampler {
 public:
  /// At most `capacity` requests are under way at a time, but at least one group. `ends`: tokens
  /// that end a text. All that is referred to must stay; work is added to `counters`.
  ContinuousBatcher(const Transformer& transformer, const ForwardPass& pass,
                    std::span<const lm::TokenId> ends, std::size_t capacity,
                    lm::WorkCounters& counters)
      : transformer_(transformer),
        pass_(pass),
        ends_(ends),
        capacity_(capacity),
        counters_(counters) {}

  bool has_room() const override { return under_way_ + waiting_.size() < capacity_; }
  bool empty() const override { return waiting_.empty() && groups_.empty(); }
  /// Requests that are to be one row come one behind the other.
  void add(std::size_t key, lm::SampleRequest request) override;
  std::vector<Ended> step() override;

 private:
  struct Sample {
    std::size_t key = 0;  // of the request
    lm::SampleRequest request;
    lm::Sampled sampled;
    std::size_t limit = 0;  // most tokens it may sample
  };
  struct Row {
    lm::TokenTree::Node node = lm::TokenTree::kRoot;  // the last token of all its samples
    std::vector<Sample> samples;
    torch::Tensor hidden;  // [C] what predicts the next token
  };
  /// Requests with the same prefix and forced tokens.
  struct PrefixGroup {
    TokenTreeBatch branches;
    std::vector<Row> rows;
    std::vector<Row> closing;           // ended, but their cache is wanted: one more pass
    std::vector<torch::Tensor> hidden;  // [nodes forwarded, C] in pieces, if caches are wanted
  };

  void admit();
  void start_group(std::size_t size);
  void read_new_tokens();
  void choose_tokens();
  void advance(PrefixGroup& group, Row& row, std::span<const NextToken> tokens,
               std::vector<Row>& next_rows);
  void end(PrefixGroup& group, lm::TokenTree::Node node, Sample sample, lm::Sampled::Reason reason);
  void give_back(const PrefixGroup& group, lm::TokenTree::Node node, Sample sample);

  const Transformer& transformer_;
  const ForwardPass& pass_;
  std::span<const lm::TokenId> ends_;
  std::size_t capacity_;
  lm::WorkCounters& counters_;
  std::list<PrefixGroup> groups_;
  std::size_t under_way_ = 0;   // samples of all groups
  std::deque<Sample> waiting_;  // for a place, in the order in which they came
  std::vector<Ended> ended_;
};

}  // namespace toolformer::model
