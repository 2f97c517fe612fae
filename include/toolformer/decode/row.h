// SPDX-License-Identifier: Apache-2.0
// One prompt on its way: what it wants sampled next, and what it makes of the answer. The rounds of
// generate() ask every row that is not done for a request, have them sampled together, and hand the
// answers back.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "toolformer/decode/tool_decoding.h"

namespace toolformer::decode {

class Row {
 public:
  Row(const Setting& setting, const Prompt& prompt);

  bool done() const { return phase_ == Phase::kDone; }
  /// What to sample next; only of a row that is not done. The request refers to this row: it must
  /// stay where it is.
  lm::SampleRequest request() const;
  /// Takes the answer to request(); runs the tool when it completed a call.
  void accept(const lm::Sampled& sampled);
  Generation take() { return std::move(generation_); }

 private:
  enum class Phase {
    kText,       ///< text, up to an open marker
    kCall,       ///< behind an open marker, up to the arrow
    kForbidden,  ///< one token of text: instead of a failed call, or behind a call
    kChoice,     ///< the token the model itself chooses where the rule forced an open marker
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

  void accept_text(const lm::Sampled& sampled);
  void accept_call(const lm::Sampled& sampled);
  void accept_replacement(const lm::Sampled& sampled);
  void begin_attempt(const lm::Prefix& behind_open, double logprob, bool forced);
  void not_a_call();
  void run_tool(const text::Scan& scan);
  void put_in_line(record::Call call, const text::Scan& scan);
  void fail(record::Call call, std::string kind, std::string message);
  void go_back(Phase phase);
  void adopt_attempt();

  void add_text(std::span<const TokenId> ids);
  void settle(lm::Sampled::Reason reason, bool full);
  bool cut_at_stop();
  void finish(Generation::Finish finish);
  std::string segment_text() const;
  std::size_t here() const;  ///< byte offset into prompt + text

  const Setting& setting_;
  const Prompt& prompt_;
  Phase phase_ = Phase::kText;
  lm::Prefix prefix_;
  std::vector<TokenId> head_;
  std::vector<TokenId> segment_;  ///< tokens of text since the last call
  std::string settled_;           ///< text before the last call
  Attempt attempt_;
  std::size_t calls_made_ = 0;
  std::size_t calls_failed_ = 0;
  std::uint64_t requests_ = 0;  ///< answered so far; keys the draws
  Generation generation_;
};

}  // namespace toolformer::decode
