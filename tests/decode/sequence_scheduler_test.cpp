// SPDX-License-Identifier: Apache-2.0
// Which sequences are decoded when: no sequence waits for another, whatever its tool does.
#include "toolformer/decode/sequence_scheduler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <numeric>
#include <thread>

#include "decode/scripted_decoding.h"
#include "toolformer/base/error.h"

namespace toolformer::decode {
namespace {

using fake::calling_script;
using fake::counted_tokens;
using fake::Decoding;
using fake::Line;
using fake::pieces;
using fake::ScriptedModel;

// Each prompt calls with an input of its own: "2" asks for 2, "x" for x, "." for ".".
const std::vector<std::string> kTexts = {"2", "x", "."};

std::vector<Line> calling_script_of_each() {
  std::vector<Line> script = {{" [", {"Sum"}}, {"]", {"!"}}, {"!", {"<eos>"}}};
  for (const std::string& text : kTexts) {
    script.push_back({text, {"!", " ["}});
    script.push_back({text + " [Sum", {"("}});
    script.push_back({text + " [Sum(", {text}});
    script.push_back({"(" + text, {")"}});
    script.push_back({"(" + text + ")", {" ->"}});
  }
  return script;
}

std::vector<Prompt> prompts_of_each() {
  std::vector<Prompt> prompts;
  for (const std::string& text : kTexts) prompts.push_back({text, text, {}});
  return prompts;
}

Decoding calling() {
  Decoding run;
  run.options.call_top_k = 2;
  run.answers = {{"2", "2"}, {"x", "xx"}, {".", "19"}};
  return run;
}

/// Holds calls back until as many as expected are there, then answers them in the order given, from
/// a thread of its own.
class Answerer {
 public:
  Answerer(std::map<std::string, std::string> answers, std::vector<std::size_t> order)
      : answers_(std::move(answers)), order_(std::move(order)), thread_([this] { answer(); }) {}
  ~Answerer() { thread_.join(); }

  void submit(const CallRequest& request, std::function<void(tools::Outcome)> done) {
    const std::lock_guard lock(mutex_);
    calls_.emplace_back(request.input, std::move(done));
    arrived_.notify_one();
  }

 private:
  void answer() {
    std::unique_lock lock(mutex_);
    arrived_.wait_for(lock, std::chrono::seconds(10),
                      [this] { return calls_.size() == order_.size(); });
    for (const std::size_t i : order_) {
      if (i < calls_.size()) calls_[i].second(tools::Outcome::value(answers_.at(calls_[i].first)));
    }
  }

  std::map<std::string, std::string> answers_;
  std::vector<std::size_t> order_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<std::pair<std::string, std::function<void(tools::Outcome)>>> calls_;
  std::thread thread_;
};

TEST(SequenceScheduler, TheOrderInWhichToolsAnswerChangesNothing) {
  Decoding run = calling();
  ScriptedModel in_turn(pieces(), calling_script_of_each());
  const std::vector<Generation> expected = run(in_turn, prompts_of_each());
  EXPECT_EQ(in_turn.computed_twice, 0u);
  EXPECT_EQ(in_turn.counters().tokens_forwarded, counted_tokens(expected));
  // Per prompt: itself, " [Sum(x) ->", "!"; the results are " 2" "]", " " "x" "x" "]", " " "19"
  // "]".
  EXPECT_EQ(counted_tokens(expected), 3 * (1u + 6u + 1u) + 2u + 4u + 3u);
  std::vector<std::size_t> order(kTexts.size());
  std::iota(order.begin(), order.end(), 0);
  do {
    Answerer answerer(run.answers, order);
    run.submit = [&](const CallRequest& request, std::function<void(tools::Outcome)> done) {
      answerer.submit(request, std::move(done));
    };
    ScriptedModel model(pieces(), calling_script_of_each());
    const std::vector<Generation> generations = run(model, prompts_of_each());
    for (std::size_t i = 0; i < generations.size(); ++i) {
      EXPECT_EQ(generations[i].text, "!");
      ASSERT_EQ(generations[i].calls.size(), 1u);
      EXPECT_EQ(generations[i].calls[0].input, kTexts[i]);
      EXPECT_EQ(generations[i].calls[0].result, run.answers.at(kTexts[i]));
      fake::expect_consistent(kTexts[i], generations[i]);
    }
    EXPECT_EQ(model.computed_twice, 0u);
    EXPECT_EQ(model.counters().tokens_forwarded, counted_tokens(generations));
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(SequenceScheduler, OthersGoOnWhileAToolIsSlow) {
  // The first prompt's tool answers only when the last prompt has ended.
  Decoding run = calling();
  run.sequences = 1;
  std::function<void(tools::Outcome)> held;
  run.submit = [&](const CallRequest& request, std::function<void(tools::Outcome)> done) {
    if (request.input == "2") {
      held = std::move(done);
    } else {
      done(tools::Outcome::value(run.answers.at(request.input)));
    }
  };
  ScriptedModel model(pieces(), calling_script_of_each());
  tools::Toolbox toolbox;
  toolbox.add(std::make_unique<fake::TableTool>(run.answers));
  const calls::CallMarkers markers =
      calls::resolve_markers(model.tokenizer(), calls::MarkerChoice::kText);
  const Setting setting{model, toolbox, markers, run.options, {}, 0, run.sequences, run.submit};
  const std::vector<Prompt> prompts = prompts_of_each();
  SequenceScheduler scheduler(setting);
  std::vector<std::size_t> ended;
  for (std::size_t given = 0; given < prompts.size() || !scheduler.empty();) {
    for (; given < prompts.size() && scheduler.has_room(); ++given)
      scheduler.add(given, prompts[given]);
    for (const auto& [index, generation] : scheduler.step()) {
      ended.push_back(index);
      EXPECT_EQ(generation.calls.at(0).result, run.answers.at(kTexts[index]));
      if (index == 2) held(tools::Outcome::value("2"));
    }
  }
  EXPECT_EQ(ended, (std::vector<std::size_t>{1, 2, 0}));
}

TEST(SequenceScheduler, ToolsThatAreNotThereAreNotSubmitted) {
  std::vector<Line> script = calling_script();
  script[2].next = {"Nope"};
  script.push_back({" [Nope", {"("}});
  script.push_back({" [Nope(", {"1+1"}});
  script.push_back({" [Nope(1+1", {")"}});
  script.push_back({" [Nope(1+1)", {" ->"}});
  Decoding run;
  run.options.call_top_k = 3;
  std::size_t submitted = 0;
  run.submit = [&](const CallRequest&, const std::function<void(tools::Outcome)>& done) {
    ++submitted;
    done(tools::Outcome::value("2"));
  };
  ScriptedModel model(pieces(), script);
  const Generation generation = run.one(model);
  ASSERT_FALSE(generation.calls.empty());
  EXPECT_EQ(generation.calls[0].error.value().kind, "unknown_tool");
  EXPECT_EQ(submitted, 0u);
}

TEST(SequenceScheduler, PromptsAreAskedForWhenThereIsAPlace) {
  ScriptedModel model(pieces(), {{"", {"2"}}});
  Options options;
  options.max_new_tokens = 3;
  tools::Toolbox none;
  const calls::CallMarkers markers =
      calls::resolve_markers(model.tokenizer(), calls::MarkerChoice::kText);
  const Setting setting{model, none, markers, options, {}, 0, 2, {}};
  SequenceScheduler scheduler(setting);
  std::size_t given = 0, ended = 0, most = 0;
  while (given < 9 || !scheduler.empty()) {
    for (; given < 9 && scheduler.has_room(); most = std::max(most, ++given - ended))
      scheduler.add(given, {std::to_string(given), "Is", {}});
    ended += scheduler.step().size();
  }
  EXPECT_EQ(ended, 9u);
  EXPECT_EQ(most, 2u);
}

TEST(SequenceScheduler, WhatEndsAtOnceTakesAPlaceUntilItIsTaken) {
  ScriptedModel model(pieces(), {{"", {"2"}}});
  Options options;
  options.max_new_tokens = 0;
  tools::Toolbox none;
  const calls::CallMarkers markers =
      calls::resolve_markers(model.tokenizer(), calls::MarkerChoice::kText);
  const Setting setting{model, none, markers, options, {}, 0, 2, {}};
  SequenceScheduler scheduler(setting);
  scheduler.add(8, {"8", "Is", {}});
  EXPECT_TRUE(scheduler.has_room());
  scheduler.add(5, {"5", "Is", {}});
  EXPECT_FALSE(scheduler.has_room());
  EXPECT_FALSE(scheduler.empty());
  const auto ended = scheduler.step();
  ASSERT_EQ(ended.size(), 2u);
  EXPECT_EQ(ended[0].first, 8u);
  EXPECT_EQ(ended[1].first, 5u);
  EXPECT_TRUE(scheduler.empty());
}

TEST(SequenceScheduler, AWatcherIsHeardWhileAllWait) {
  Decoding run = calling();
  run.submit = [](const CallRequest&, const std::function<void(tools::Outcome)>&) {};  // for ever
  ScriptedModel model(pieces(), calling_script_of_each());
  std::size_t asked = 0;
  const Watcher watcher{.text = {}, .call = {}, .go_on = [&] { return ++asked < 10; }};
  const Generation generation = run(model, {{"2", "2", {}, &watcher}})[0];
  EXPECT_EQ(generation.finish, Generation::Finish::kCancelled);
  EXPECT_EQ(generation.text, "");
  EXPECT_TRUE(generation.calls.empty());
}

TEST(SequenceScheduler, AnOutcomeThatComesTooLateHarmsNothing) {
  Decoding run = calling();
  std::function<void(tools::Outcome)> late;
  run.submit = [&](const CallRequest&, std::function<void(tools::Outcome)> done) {
    late = std::move(done);
  };
  ScriptedModel model(pieces(), calling_script_of_each());
  const Watcher watcher{.text = {}, .call = {}, .go_on = [&] { return !late; }};
  run(model, {{"2", "2", {}, &watcher}});
  late(tools::Outcome::value("2"));
}

TEST(SequenceScheduler, EveryTokenIsCountedWhateverBecomesOfIt) {
  // Failed calls, brackets that are text, a call closed without arrow, several calls.
  for (const std::string end : {" ->", "]", "x"}) {
    for (const bool known : {true, false}) {
      std::vector<Line> script = calling_script();
      script[6].next = {end};
      script.push_back({" [Sum(1+1)x", {"."}});
      Decoding run;
      run.options.call_top_k = 3;
      run.options.max_calls = 2;
      if (!known) run.answers.clear();
      ScriptedModel model(pieces(), script);
      const std::vector<Generation> generations = run(model, {{"p", "Is", {}}});
      EXPECT_EQ(model.computed_twice, 0u) << end;
      EXPECT_EQ(model.counters().tokens_forwarded, counted_tokens(generations)) << end;
    }
  }
}

}  // namespace
}  // namespace toolformer::decode
