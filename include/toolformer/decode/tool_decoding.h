// SPDX-License-Identifier: Apache-2.0
// Generate with tools (paper, sections 2 and 4.2): sample until the open marker is among the k most
// likely tokens, let the model write the call up to the arrow, run the tool, put the result and the
// close marker in line, go on.
//
// Sequences are decoded together and replaced as they end; a sequence whose tool runs leaves its
// place to others, and goes on from its kept state when the result is there.
//
// Nothing is computed twice: text goes on from the kept state, a result is only read. What comes to
// nothing is taken back to the token before the open marker, and the model goes on as if it had not
// been begun:
// - a failed call (tool error, unknown tool, no arrow, no room) stays in the record with its
// `error` and keep false;
//   the open marker is forbidden for the one token that replaces it;
// - with text markers, an open marker that does not become a call is text if the model itself chose
// it; if the top-k
//   rule forced it, the model's own choice replaces it.
// - with --call-branch, a call that makes what follows it less likely than what would stand there
//   without it: error "unlikelier" (the criterion of training, at decoding time).
// Behind the last allowed call the open marker is forbidden. When tools are disabled, or no call
// came to a result, a text marker remains an ordinary token and only a complete call is taken back;
// a token marker is forbidden.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "toolformer/calls/call_markers.h"
#include "toolformer/decode/options.h"
#include "toolformer/lm/language_model.h"
#include "toolformer/record/document.h"
#include "toolformer/tools/dispatch/toolbox.h"

namespace toolformer::tools {
class Dispatcher;
}

namespace toolformer::decode {

using text::TokenId;

/// Someone who looks on while a text is made. Called by the thread that decodes; each may be empty.
struct Watcher {
  std::function<void(std::string_view text)>
      text;  ///< the next bytes of Generation::text: complete
             ///< characters that will not be taken back
  std::function<void(const record::Call& call)> call;  ///< put in line here, or failed (`error`)
  std::function<bool()> go_on;  ///< asked after every token; false: the text ends here (kCancelled)
};

struct Prompt {
  std::string id;  ///< with the seed, the key of every random draw
  std::string text;
  tools::CallContext context;        ///< what tools may know
  const Watcher* watcher = nullptr;  ///< outlives the generation
  bool keep_end = false;             ///< fill Generation::end
};

struct Generation {
  enum class Finish {
    kEnd,
    kStop,
    kLength,
    kContext,
    kCancelled,
  };                                ///< end of text; --stop; max_new_tokens; context full; watcher
  std::string text;                 ///< what was generated, without calls; valid UTF-8
  std::vector<record::Call> calls;  ///< `at` counts from the beginning of prompt + text
  Finish finish = Finish::kLength;
  std::size_t new_tokens = 0;  ///< tokens of text
  std::size_t not_calls = 0;   ///< open markers that did not become a call
  bool calls_used_up = false;  ///< max_calls were made: no further one could be begun

  // What else was read or written: with new_tokens, every token that went through the model, once.
  std::size_t prompt_tokens = 0;
  std::size_t call_tokens = 0;     ///< from the open marker to the arrow, of calls put in line
  std::size_t result_tokens = 0;   ///< results with their close markers
  std::size_t dropped_tokens = 0;  ///< of what was taken back

  double seconds = 0;       ///< from the first request to the end; differs from run to run
  double tool_seconds = 0;  ///< of them spent waiting for tools
  lm::Prefix end;           ///< behind the last token (and a --stop text), if keep_end
};

/// "end" | "stop" | "length" | "context" | "cancelled"
std::string finish_name(Generation::Finish finish);

/// A call on its way to its tool.
struct CallRequest {
  std::string tool, input;
  tools::CallContext context;
};

/// Starts a call and returns at once; `done` takes the outcome, in any thread, once. It may be
/// called before this returns, and after the decoding was given up.
using SubmitCall =
    std::function<void(const CallRequest& request, std::function<void(tools::Outcome)> done)>;

/// Through a dispatcher, which must outlive the decoding.
SubmitCall submit_to(tools::Dispatcher& dispatcher);

/// What all prompts of a run share.
struct Setting {
  lm::LanguageModel& model;
  const tools::Toolbox& toolbox;
  const calls::CallMarkers& markers;
  const Options& options;
  lm::Prefix
      start;  ///< read before every prompt (demonstrations); empty: the tokenizer's start token
  std::uint64_t seed = 0;
  std::size_t sequences = 16;  ///< decoded together; those that wait for their tools do not count
  /// Runs calls of the toolbox's tools (never of others); empty: they run at once, in turn.
  SubmitCall submit = {};
};

/// What is read of a prompt behind setting.start.
std::vector<TokenId> prompt_ids(const Setting& setting, const std::string& prompt);

/// Why a prompt cannot be continued (it is empty and there is no start token, or it leaves no room
/// in the context); empty when it can.
std::string refusal(const Setting& setting, const Prompt& prompt);

/// One generation per prompt, in their order. Throws DataError for a prompt with a refusal.
std::vector<Generation> generate(const Setting& setting, std::span<const Prompt> prompts);

}  // namespace toolformer::decode
