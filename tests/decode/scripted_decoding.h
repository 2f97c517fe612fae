// SPDX-License-Identifier: Apache-2.0
// Decoding with a scripted model and a tool that knows its answers.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "decode/scripted_model.h"
#include "toolformer/calls/call_syntax.h"
#include "toolformer/decode/tool_decoding.h"

namespace toolformer::fake {

using decode::Generation;
using decode::Prompt;

/// Answers what it was told to; anything else is bad input.
class TableTool : public tools::Tool {
 public:
  explicit TableTool(std::map<std::string, std::string> answers) : answers_(std::move(answers)) {}
  std::string name() const override { return "Sum"; }
  std::string version() const override { return "1"; }
  tools::Outcome call(std::string_view input, const tools::CallContext& context) const override {
    if (input == "date") return tools::Outcome::value(context.date.value_or("none"));
    const auto found = answers_.find(std::string(input));
    if (found == answers_.end()) return tools::Outcome::error("bad_input", "cannot be added");
    return tools::Outcome::value(found->second);
  }

 private:
  std::map<std::string, std::string> answers_;
};

inline PieceTokenizer pieces() {
  return PieceTokenizer(
      {"<eos>", "<API>", "</API>", "->",   "Is",    " two", " three",   " [",   "Sum",
       "(",     "1+1",   "x",      ")",    " ->",   "]",    " 2",       "2",    " ",
       ".",     "!",     ")]",     "Nope", " -> 9", "\\",   "\xE2\x82", "\xAC", "date",
       "none",  "/",     "API",    "<",    ">",     "0",    "-",        "19",   "\n"},
      4);
}

// " [Sum(1+1) ->": what the model writes when it calls.
inline std::vector<Line> calling_script() {
  return {{"Is", {" two", " three", " ["}},
          {"Is two", {"!"}},
          {" [", {"Sum"}},
          {" [Sum", {"("}},
          {" [Sum(", {"1+1"}},
          {" [Sum(1+1", {")"}},
          {" [Sum(1+1)", {" ->"}},
          {" [Sum(1+1) -> 2]", {" two", " ["}},
          {" -> 2] two", {".", " ["}},
          {"!", {"<eos>"}},
          {".", {"<eos>", " ["}}};
}

struct Decoding {
  decode::Options options;
  std::map<std::string, std::string> answers = {{"1+1", "2"}};
  calls::MarkerChoice markers = calls::MarkerChoice::kText;
  std::uint64_t seed = 0;
  std::size_t sequences = 16;
  decode::SubmitCall submit;

  std::vector<Generation> operator()(ScriptedModel& model,
                                     const std::vector<Prompt>& prompts) const {
    tools::Toolbox toolbox;
    toolbox.add(std::make_unique<TableTool>(answers));
    const calls::CallMarkers resolved = calls::resolve_markers(model.tokenizer(), markers);
    return decode::generate({model, toolbox, resolved, options, {}, seed, sequences, submit},
                            prompts);
  }
  Generation one(ScriptedModel& model, const std::string& prompt = "Is") const {
    return (*this)(model, {{"p", prompt, {}}})[0];
  }
};

// What every generation must satisfy: calls stand in the text, and rendering them can be undone.
inline void expect_consistent(const std::string& prompt, const Generation& generation) {
  record::Document document;
  document.text = prompt + generation.text;
  document.calls = generation.calls;
  for (const record::Call& call : document.calls) {
    EXPECT_GE(call.at, prompt.size());
    EXPECT_LE(call.at, document.text.size());
    EXPECT_EQ(call.keep.value(), !call.error.has_value());
  }
  const std::string augmented = calls::render_augmented({}, document);
  EXPECT_EQ(calls::strip_calls({}, document, augmented), document.text);
}

/// Every token of these generations, as the model's counters counts them.
inline std::size_t counted_tokens(const std::vector<Generation>& generations) {
  std::size_t tokens = 0;
  for (const Generation& each : generations) {
    tokens += each.prompt_tokens + each.new_tokens + each.call_tokens + each.result_tokens +
              each.dropped_tokens;
  }
  return tokens;
}

}  // namespace toolformer::fake
