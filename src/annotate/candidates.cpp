// SPDX-License-Identifier: Apache-2.0
#include "toolformer/annotate/candidates.h"

#include "toolformer/base/utf8.h"
#include "toolformer/tools/builtin/arithmetic.h"

namespace toolformer::annotate {
namespace {

std::string call_text(const text::Tokenizer& tokenizer, const std::string& head,
                      std::span<const lm::TokenId> sampled) {
  return head + tokenizer.decode(sampled);
}

bool is_unreadable(const CandidateSettings& settings, const calls::Scan& scan) {
  return settings.may_begin && !settings.may_begin(scan.call.input);
}

/// Whether the sample is a call, or can no longer become one that counts. A call is one line; what
/// runs over it has gone on to the next paragraph without closing.
bool is_over(const CandidateSettings& settings, const std::string& text) {
  if (text.find('\n') != std::string::npos) return true;
  const calls::Scan scan = calls::scan_call(settings.markers, text, true);
  return scan.state != calls::Scan::State::kIncomplete || is_unreadable(settings, scan);
}

Loss judge(const CandidateSettings& settings, const lm::Sampled& sampled, const std::string& text,
           std::string& input) {
  const calls::Scan scan = calls::scan_call(settings.markers, text, true);
  switch (scan.state) {
    case calls::Scan::State::kInvalid:
      return Loss::kUnparsable;
    case calls::Scan::State::kIncomplete:
      if (text.find('\n') != std::string::npos) return Loss::kNewline;
      if (is_unreadable(settings, scan)) return Loss::kUnreadable;
      return sampled.reason == lm::Sampled::Reason::kEnd ? Loss::kEndOfText : Loss::kNoClose;
    case calls::Scan::State::kArrow:
    case calls::Scan::State::kClosed:
      break;
  }
  input = scan.call.input;
  if (input.find('\n') != std::string::npos) return Loss::kNewline;
  if (input.find_first_not_of(" \t") == std::string::npos) return Loss::kEmptyInput;
  if (base::find_invalid_utf8(input)) return Loss::kInvalidUtf8;
  return is_unreadable(settings, scan) ? Loss::kUnreadable : Loss::kNone;
}

record::Call make_call(const CandidateSettings& settings, const Position& position,
                       std::size_t sample, std::string input) {
  record::Call call;
  call.tool = settings.tool;
  call.at = position.at;
  call.p_api = position.p;
  call.sample = static_cast<int>(sample);
  call.input = std::move(input);
  return call;
}

}  // namespace

std::string loss_name(Loss loss) {
  switch (loss) {
    case Loss::kNone:
      return "calls";
    case Loss::kNoClose:
      return "no_close";
    case Loss::kEndOfText:
      return "end_of_text";
    case Loss::kNewline:
      return "newline";
    case Loss::kUnparsable:
      return "unparsable";
    case Loss::kUnreadable:
      return "unreadable";
    case Loss::kEmptyInput:
      return "empty_input";
    case Loss::kInvalidUtf8:
      return "invalid_utf8";
  }
  return "unknown";
}

std::function<bool(std::string_view)> input_rule(std::string_view tool) {
  if (tool != "Calculator") return {};
  return [](std::string_view beginning) { return tools::may_begin_expression(beginning); };
}

std::vector<lm::SampleRequest> candidate_requests(const text::Tokenizer& tokenizer,
                                                  const CandidateSettings& settings,
                                                  const ReadDocument& document,
                                                  std::span<const Position> positions) {
  std::vector<lm::SampleRequest> requests;
  if (!settings.has_input) return requests;
  std::vector<lm::TokenId> forced_tokens = {settings.open};
  const std::vector<lm::TokenId> name = tokenizer.continuation_ids(settings.tool + "(");
  forced_tokens.insert(forced_tokens.end(), name.begin(), name.end());
  const auto stop = [&tokenizer, settings,
                     written = calls::call_head(settings.markers, settings.tool)](
                        std::span<const lm::TokenId> sampled) {
    return is_over(settings, call_text(tokenizer, written, sampled));
  };
  for (const Position& position : positions) {
    for (std::size_t sample = 0; sample < settings.m; ++sample) {
      lm::SampleRequest& request = requests.emplace_back();
      request.prefix = {document.prefix.cache, document.before + position.token};
      request.forced_tokens = forced_tokens;
      request.sampling = settings.sampling;
      request.random =
          base::KeyedRandom(settings.seed, {"annotate", std::string_view(document.id),
                                            std::string_view(settings.tool),
                                            std::uint64_t{position.at}, std::uint64_t{sample}});
      request.max_tokens = settings.max_tokens;
      request.stop = stop;
    }
  }
  return requests;
}

Candidates judge_candidates(const text::Tokenizer& tokenizer, const CandidateSettings& settings,
                            std::span<const Position> positions,
                            std::span<const lm::Sampled> sampled) {
  Candidates candidates;
  if (!settings.has_input) {
    for (const Position& position : positions)
      candidates.calls.push_back(make_call(settings, position, 0, ""));
    return candidates;
  }
  const std::string head = calls::call_head(settings.markers, settings.tool);
  for (std::size_t i = 0; i < sampled.size(); ++i) {
    std::string input;
    const Loss loss =
        judge(settings, sampled[i], call_text(tokenizer, head, sampled[i].tokens), input);
    if (loss == Loss::kNone) {
      candidates.calls.push_back(
          make_call(settings, positions[i / settings.m], i % settings.m, std::move(input)));
    } else {
      candidates.lost.push_back(loss);
    }
  }
  return candidates;
}

}  // namespace toolformer::annotate
