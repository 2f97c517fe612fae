// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/corpus/examples.h"

#include <algorithm>
#include <array>
#include <utility>

#include "toolformer/calls/encode_call.h"

namespace toolformer::finetune {
namespace {

std::vector<const record::Call*> kept_calls(const record::Document& document,
                                            record::Summary& summary) {
  std::vector<const record::Call*> kept;
  for (const record::Call& call : document.calls) {
    if (!call.keep && !call.error) summary.count("calls.undecided");
    if (!call.keep.value_or(false)) continue;
    if (call.result && call.at <= document.text.size() && calls::is_tool_name(call.tool)) {
      kept.push_back(&call);
    } else {
      summary.count("calls.unusable");
    }
  }
  std::stable_sort(kept.begin(), kept.end(),
                   [](const auto* a, const auto* b) { return a->at < b->at; });
  return kept;
}

void count_roles(const calls::LabelledTokens& tokens, record::Summary& summary) {
  static constexpr std::array<const char*, calls::kTokenRoles> kNames{"tokens.text", "tokens.call",
                                                                      "tokens.result"};
  for (const calls::TokenRole role : tokens.roles)
    summary.count(kNames[static_cast<std::size_t>(role)]);
}

}  // namespace

ExampleBuilder::ExampleBuilder(const text::Tokenizer& tokenizer, calls::CallMarkers markers,
                               ExampleOptions options)
    : tokenizer_(tokenizer), markers_(std::move(markers)), options_(options) {}

// What must not be torn apart, in order: one token of text, or one call of at most `room` tokens.
std::vector<calls::LabelledTokens> ExampleBuilder::units(const record::Document& document,
                                                         std::size_t room,
                                                         record::Summary& summary) const {
  const std::vector<const record::Call*> kept = kept_calls(document, summary);
  std::vector<calls::LabelledTokens> units;
  std::size_t next = 0;
  const auto add_text = [&](const std::vector<text::TokenId>& ids) {
    for (const text::TokenId id : ids) units.push_back({{id}, {calls::TokenRole::kText}});
  };
  const auto add_calls_at = [&](std::size_t at) {
    for (; next < kept.size() && kept[next]->at == at; ++next) {
      calls::LabelledTokens call = calls::encode_call(
          tokenizer_, markers_, {kept[next]->tool, kept[next]->input, kept[next]->result});
      const bool fits = call.ids.size() <= room;
      if (fits) units.push_back(std::move(call));
      summary.count(fits ? "calls.rendered" : "calls.too_long");
    }
  };
  for (const text::Token& token : tokenizer_.encode(document.text)) {
    add_calls_at(token.begin);
    std::size_t begin = token.begin;
    // Another tokenizer than the annotating model's may span the place of a call: that token is cut
    // in two.
    while (next < kept.size() && kept[next]->at < token.end) {
      const std::size_t at = kept[next]->at;
      summary.count("calls.off_boundary");
      add_text(tokenizer_.continuation_ids(document.text.substr(begin, at - begin)));
      add_calls_at(at);
      begin = at;
    }
    if (begin == token.begin) {
      add_text({token.id});
    } else {
      add_text(tokenizer_.continuation_ids(document.text.substr(begin, token.end - begin)));
    }
  }
  add_calls_at(document.text.size());
  return units;
}

std::vector<Example> ExampleBuilder::build(const record::Document& document,
                                           record::Summary& summary) const {
  if (document.text.empty()) {
    summary.count("documents.empty");
    return {};
  }
  calls::LabelledTokens start;
  start.append(tokenizer_.start(), calls::TokenRole::kText);
  std::vector<text::TokenId> end;
  if (options_.end_token && !tokenizer_.eos().empty()) end = {tokenizer_.eos().front()};
  const std::size_t room = options_.seq_len - end.size();

  const std::int64_t calls_before = summary.get("calls.rendered");
  const auto pieces = units(document, room - start.ids.size(), summary);
  const bool has_calls = summary.get("calls.rendered") > calls_before;
  summary.count(has_calls ? "documents.with_calls" : "documents.plain");

  std::vector<Example> examples{{document.id, has_calls, start}};
  for (const calls::LabelledTokens& piece : pieces) {
    if (examples.back().tokens.ids.size() + piece.ids.size() > room) {
      examples.push_back({document.id, has_calls, start});
    }
    examples.back().tokens.append(piece);
  }
  examples.back().tokens.append(end, calls::TokenRole::kText);
  if (examples.size() > 1) summary.count("documents.split");
  for (const Example& example : examples) {
    summary.count("examples");
    count_roles(example.tokens, summary);
  }
  return examples;
}

}  // namespace toolformer::finetune
