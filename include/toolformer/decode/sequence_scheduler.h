// SPDX-License-Identifier: Apache-2.0
// Which sequences are decoded now: as many as the setting allows, replaced as they end or wait for
// their tools. When all that are there wait, so does the thread that decodes.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "toolformer/decode/sequence.h"
#include "toolformer/decode/tool_decoding.h"

namespace toolformer::decode {

/// Decodes many prompts together. Who holds it owns the loop: add prompts while there is room,
/// step, take what ended. What a prompt leads to depends on the setting and the prompt alone, not
/// on its neighbours nor on when its tools answer.
class SequenceScheduler {
 public:
  using Key = std::size_t;
  using Ended = std::pair<Key, Generation>;

  /// `setting` must outlive it.
  explicit SequenceScheduler(const Setting& setting);
  ~SequenceScheduler();
  SequenceScheduler(const SequenceScheduler&) = delete;
  SequenceScheduler& operator=(const SequenceScheduler&) = delete;

  bool has_room() const;
  bool empty() const { return sequences_.empty() && ended_.empty(); }
  /// `key` is the caller's own, to tell the answers by. Throws DataError for a prompt with a
  /// refusal.
  void add(Key key, Prompt prompt);
  /// Samples the next tokens and takes what tools have answered; when all wait for their tools,
  /// waits a moment too. Returns what has ended.
  std::vector<Ended> step();

 private:
  class Outcomes;  // what tools have answered, in any thread

  void go_on(Key key);  // behind an answer
  void take_outcomes(bool wait);
  void submit(Key key, const CallRequest& request);

  const Setting& setting_;
  std::map<Key, Sequence> sequences_;
  std::unique_ptr<lm::Sampler> sampler_;
  std::size_t with_tools_ = 0;
  std::vector<Ended> ended_;
  std::shared_ptr<Outcomes> outcomes_;
};

}  // namespace toolformer::decode
