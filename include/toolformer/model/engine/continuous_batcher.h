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
#include <list>
#include <optional>
#include <span>
#include <vector>

#include "toolformer/lm/language_model.h"
#include "toolformer/model/engine/forward_pass.h"
#include "toolformer/model/engine/next_token.h"

namespace toolformer::model {

class ContinuousBatcher {
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

  void run(const lm::NextRequest& next, const lm::OnSampled& sampled);

 private:
  struct Sample {
    std::size_t index = 0;  // of the request, in the order in which they came
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

  void admit(const lm::NextRequest& next, const lm::OnSampled& sampled);
  bool pull_group(const lm::NextRequest& next);
  void start_group(const lm::OnSampled& sampled);
  void read_new_tokens(const lm::OnSampled& sampled);
  void choose_tokens(const lm::OnSampled& sampled);
  void advance(PrefixGroup& group, Row& row, std::span<const NextToken> tokens,
               std::vector<Row>& next_rows, const lm::OnSampled& sampled);
  void end(PrefixGroup& group, lm::TokenTree::Node node, Sample sample, lm::Sampled::Reason reason,
           const lm::OnSampled& sampled);
  void keep_cache(const PrefixGroup& group, lm::TokenTree::Node node, Sample sample,
                  const lm::OnSampled& sampled) const;

  const Transformer& transformer_;
  const ForwardPass& pass_;
  std::span<const lm::TokenId> ends_;
  std::size_t capacity_;
  lm::WorkCounters& counters_;
  std::list<PrefixGroup> groups_;
  std::size_t under_way_ = 0;    // samples of all groups
  std::vector<Sample> waiting_;  // the next group
  std::optional<lm::SampleRequest> lookahead_;
  std::size_t requests_ = 0;
};

}  // namespace toolformer::model
