// SPDX-License-Identifier: Apache-2.0
// Generate with tools (paper, sections 2 and 4.2): sample until the open marker is among the k most
// likely tokens, let the model write the call up to the arrow, run the tool, put the result and the
// close marker in line, go on.
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
// Behind the last allowed call, and when tools are disabled, a text marker remains an ordinary
// token and only a complete call is taken back; a token marker is forbidden.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "toolformer/decode/markers.h"
#include "toolformer/decode/options.h"
#include "toolformer/lm/language_model.h"
#include "toolformer/record/document.h"
#include "toolformer/tools/toolbox.h"

namespace toolformer::decode {

struct Prompt {
  std::string id;  ///< with the seed, the key of every random draw
  std::string text;
  tools::CallContext context;  ///< what tools may know
};

struct Generation {
  enum class Finish {
    kEnd,
    kStop,
    kLength,
    kContext
  };                                ///< end of text; --stop; max_new_tokens; context full
  std::string text;                 ///< what was generated, without calls; valid UTF-8
  std::vector<record::Call> calls;  ///< `at` counts from the beginning of prompt + text
  Finish finish = Finish::kLength;
  std::size_t new_tokens = 0;  ///< tokens of text
  std::size_t not_calls = 0;   ///< open markers that did not become a call
};

/// "end" | "stop" | "length" | "context"
std::string finish_name(Generation::Finish finish);

/// What all prompts of a run share.
struct Setting {
  lm::LanguageModel& model;
  const tools::Toolbox& toolbox;
  const CallMarkers& markers;
  const Options& options;
  lm::Prefix
      start;  ///< read before every prompt (demonstrations); empty: the tokenizer's start token
  std::uint64_t seed = 0;
};

/// What is read of a prompt behind setting.start.
std::vector<TokenId> prompt_ids(const Setting& setting, const std::string& prompt);

/// Why a prompt cannot be continued (it is empty and there is no start token, or it leaves no room
/// in the context); empty when it can.
std::string refusal(const Setting& setting, const Prompt& prompt);

/// One generation per prompt, in their order. A prompt's result depends on the setting and the
/// prompt alone, not on its neighbours. Throws DataError for a prompt with a refusal.
std::vector<Generation> generate(const Setting& setting, std::span<const Prompt> prompts);

}  // namespace toolformer::decode
