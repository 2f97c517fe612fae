// SPDX-License-Identifier: Apache-2.0
// What is called: m samples behind `open Tool(` at every position, ended by the close marker or the
// arrow as they show on the decoded text (markers merge with their neighbours in BPE), parsed by
// the one call parser. Every draw is keyed by (seed, document, tool, place, sample): batches,
// shards and order change nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "toolformer/annotate/positions.h"
#include "toolformer/calls/call_syntax.h"
#include "toolformer/lm/language_model.h"
#include "toolformer/record/document.h"

namespace toolformer::annotate {

struct CandidateSettings {
  std::string tool;
  std::size_t m = 0;
  std::size_t max_tokens = 0;
  bool has_input = true;  ///< false: one call `Tool()` per place, nothing is sampled
  lm::SamplingOptions sampling;
  calls::Markers markers;
  lm::TokenId open = 0;
  std::uint64_t seed = 0;
  /// Whether the tool may read some input that begins like this; a sample of which it denies that
  /// is ended at once and lost. Empty: nothing is known of the tool's inputs.
  std::function<bool(std::string_view)> may_begin;
};

/// What is known of the inputs of a tool: the Calculator's characters and parentheses. Empty for
/// other tools.
std::function<bool(std::string_view)> input_rule(std::string_view tool);

/// The document under its prompt: `prefix` ends behind both, and the document begins behind
/// `before` tokens.
struct ReadDocument {
  std::string id;
  lm::Prefix prefix;
  std::size_t before = 0;
};

/// Why a sample is no call; counted by the summary.
enum class Loss {
  kNone,
  kNoClose,
  kEndOfText,
  kNewline,
  kUnparsable,
  kUnreadable,
  kEmptyInput,
  kInvalidUtf8
};
std::string loss_name(Loss loss);  ///< "no_close", ...

struct Candidates {
  std::vector<record::Call> calls;  ///< with tool, at, p_api, sample, input; by place, then sample
  std::vector<Loss> lost;           ///< of every sample that is no call
};

/// What is asked for the m samples at every position, by place, then sample; nothing when there is
/// no input to sample. The tokenizer must stay until they are answered.
std::vector<lm::SampleRequest> candidate_requests(const text::Tokenizer& tokenizer,
                                                  const CandidateSettings& settings,
                                                  const ReadDocument& document,
                                                  std::span<const Position> positions);

/// The calls among the answers, which come in the order of the requests.
Candidates judge_candidates(const text::Tokenizer& tokenizer, const CandidateSettings& settings,
                            std::span<const Position> positions,
                            std::span<const lm::Sampled> sampled);

}  // namespace toolformer::annotate
