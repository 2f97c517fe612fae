// SPDX-License-Identifier: Apache-2.0
// One prompt on its way: what it wants next (tokens sampled, or a call run), and what it makes of
// the answer. SequenceScheduler has the requests of many sequences sampled together.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "toolformer/decode/tool_decoding.h"

namespace toolformer::decode {

class Sequence {
 public:
  Sequence(const Setting& setting, Prompt prompt);
  Sequence(const Sequence&) = delete;
  Sequence& operator=(const Sequence&) = delete;

  bool done() const { return phase_ == Phase::kDone; }
  /// The call whose outcome is wanted next; nullptr: none is.
  const CallRequest* wanted_call() const { return phase_ == Phase::kTool ? &wanted_ : nullptr; }
  /// What to sample next; only of a sequence that is not done and wants no outcome. The request
  /// refers to this sequence: it must stay where it is.
  lm::SampleRequest request();
  /// Takes the answer to request().
  void accept(const lm::Sampled& sampled);
  /// Takes the outcome of wanted_call().
  void accept(tools::Outcome outcome);
  /// Ends the text here when its watcher wants no more; for a sequence that waits for its tool.
  void look_whether_to_go_on();
  Generation take() { return std::move(generation_); }

 private:
  enum class Phase {
    kText,       ///< text, up to an open marker
    kCall,       ///< behind an open marker, up to the arrow
    kForbidden,  ///< one token of text: instead of a failed call, or behind a call
    kChoice,     ///< the token the model itself chooses where the rule forced an open marker
    kTool,       ///< a call is with its tool
    kWithCall,   ///< what would come behind the call, to compare
    kWithout,    ///< what would come in its place, likewise
    kDone,
  };
  /// A call that was begun: its tokens and where to go back to.
  struct Attempt {
    lm::Prefix before;         ///< everything before the open marker
    std::vector<TokenId> ids;  ///< from the open marker on
    lm::Prefix end;            ///< behind them
    lm::Sampled::Reason reason = lm::Sampled::Reason::kStop;
    double p_open = 0;
    bool forced = false;  ///< the open marker may not be the model's own choice
  };

  bool tools_on() const;  ///< whether a call may still be begun
  bool watches_open() const;
  lm::CallRule rule() const;
  std::size_t wanted_tokens() const;
  bool keeps_cache() const;
  bool branches() const;  ///< whether what comes is only compared
  bool gives_up();

  void accept_text(const lm::Sampled& sampled);
  void accept_call(const lm::Sampled& sampled);
  void accept_replacement(const lm::Sampled& sampled);
  void begin_attempt(const lm::Prefix& behind_open, double logprob, bool forced);
  void not_a_call();
  void want_result(const calls::Scan& scan);
  /// A call with its result, ready to stand in the text.
  struct Line {
    record::Call call;
    std::size_t kept = 0;  ///< tokens of the attempt that stand before the result
    lm::Prefix before;     ///< behind them
    std::vector<TokenId> result;
  };

  bool fit_in_line(record::Call call);
  void accept_branch(const lm::Sampled& sampled);
  void put_in_line();
  void fail(record::Call call, std::string kind, std::string message);
  void go_back(Phase phase);
  void adopt_attempt();

  void add_text(std::span<const TokenId> ids);
  void settle(lm::Sampled::Reason reason, bool full);
  bool cut_at_stop();
  void finish(Generation::Finish finish);
  void show(std::span<const TokenId> more, bool settled);
  void report(const record::Call& call) const;
  std::string segment_text() const;
  std::size_t here() const;  ///< byte offset into prompt + text

  const Setting& setting_;
  const Prompt prompt_;
  Phase phase_ = Phase::kText;
  lm::Prefix prefix_;
  std::vector<TokenId> head_;
  std::vector<TokenId> segment_;  ///< tokens of text since the last call
  std::string settled_;           ///< text before the last call
  Attempt attempt_;
  Line line_;
  double with_call_ = 0;  ///< mean log-probability of what would come behind the call
  CallRequest wanted_;
  std::size_t call_size_ = 0;  ///< bytes of the written attempt up to the arrow's end
  bool cancelled_ = false;
  std::size_t shown_ = 0;  ///< bytes of the text that the watcher has
  using Clock = std::chrono::steady_clock;
  std::optional<Clock::time_point> began_;
  Clock::time_point asked_tool_;
  std::size_t calls_made_ = 0;
  std::size_t calls_failed_ = 0;
  std::uint64_t requests_ = 0;  ///< answered so far; keys the draws
  Generation generation_;
};

}  // namespace toolformer::decode
