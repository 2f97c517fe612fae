// SPDX-License-Identifier: Apache-2.0
// Which sequences are decoded now: as many as the setting allows, replaced as they end or wait for
// their tools. When all that are there wait, so does the thread that decodes.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <optional>

#include "toolformer/decode/sequence.h"
#include "toolformer/decode/tool_decoding.h"

namespace toolformer::decode {

class SequenceScheduler {
 public:
  SequenceScheduler(const Setting& setting, const NextPrompt& next, const OnGeneration& done);
  ~SequenceScheduler();
  SequenceScheduler(const SequenceScheduler&) = delete;
  SequenceScheduler& operator=(const SequenceScheduler&) = delete;

  void run();

 private:
  class Outcomes;           // what tools have answered, in any thread
  using Key = std::size_t;  // of a sequence: the number of its prompt

  std::optional<lm::SampleRequest> next_request();
  bool begin_prompt();
  void go_on(Key key);  // behind an answer
  void take_outcomes(bool wait);
  void submit(Key key, const CallRequest& request);

  const Setting& setting_;
  const NextPrompt& next_;
  const OnGeneration& done_;
  std::map<Key, Sequence> sequences_;
  std::deque<Key> ready_;             // sequences that want tokens and have not asked yet
  std::map<std::size_t, Key> asked_;  // by number of the request
  std::size_t requests_ = 0;
  std::size_t with_tools_ = 0;
  std::size_t prompts_ = 0;
  bool prompts_left_ = true;
  std::shared_ptr<Outcomes> outcomes_;
};

}  // namespace toolformer::decode
