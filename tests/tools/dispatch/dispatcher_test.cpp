// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/dispatch/dispatcher.h"

#include <gmock/gmock.h>

#include <atomic>
#include <csignal>
#include <latch>
#include <thread>

#include "fake/flaky_tool.h"
#include "fake/manual_clock.h"
#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"
#include "toolformer/base/stop_signal.h"
#include "toolformer/tools/builtin/calculator.h"

namespace toolformer::tools {
namespace {

/// Counts its calls; waits for `gate` when there is one.
class Echo : public Tool {
 public:
  struct Is {
    bool remote = true, dated = false;
  };
  Echo(std::string name, std::atomic<int>& asked, Is is, std::latch* gate = nullptr)
      : name_(std::move(name)), asked_(asked), is_(is), gate_(gate) {}
  std::string name() const override { return name_; }
  std::string version() const override { return "1"; }
  ToolTraits traits() const override { return {.uses_date = is_.dated, .is_remote = is_.remote}; }
  Outcome call(std::string_view input, const CallContext& context) const override {
    ++asked_;
    if (gate_ != nullptr) gate_->wait();
    if (input == "throw") throw std::runtime_error("a bug");
    return Outcome::value(std::string(input) + "@" + context.date.value_or("-"));
  }

 private:
  std::string name_;
  std::atomic<int>& asked_;
  Is is_;
  std::latch* gate_;
};

class DispatcherTest : public testing::Test {
 protected:
  void add(const std::string& name, Echo::Is is, std::latch* gate = nullptr) {
    toolbox_.add(std::make_unique<Echo>(name, asked_, is, gate));
  }

  std::atomic<int> asked_ = 0;
  Toolbox toolbox_;
  fake::TemporaryDirectory directory_;
};

TEST_F(DispatcherTest, EveryDistinctCallRunsOnce) {
  add("Remote", {.remote = true});
  add("Local", {.remote = false});
  Dispatcher dispatcher(toolbox_);
  for (const char* tool : {"Remote", "Local"}) {
    asked_ = 0;
    const std::vector<Request> requests = {{tool, "a", {}}, {tool, "b", {}}, {tool, "a", {}}};
    std::vector<Answer> answers = dispatcher.call_all(requests);
    EXPECT_EQ(answers[0].outcome.result, "a@-");
    EXPECT_EQ(answers[1].outcome.result, "b@-");
    EXPECT_EQ(answers[2].outcome.result, "a@-");
    EXPECT_EQ(answers[0].tries, 1U);
    EXPECT_FALSE(answers[0].shared);
    EXPECT_EQ(answers[2].tries, 0U);
    EXPECT_TRUE(answers[2].shared);
    EXPECT_TRUE(dispatcher.call({tool, "b", {}}).shared);
    EXPECT_EQ(asked_, 2) << tool;
  }
}

TEST_F(DispatcherTest, TheDateCountsWhereTheToolReadsIt) {
  add("Dated", {.dated = true});
  add("Dateless", {.dated = false});
  Dispatcher dispatcher(toolbox_);
  EXPECT_EQ(dispatcher.call({"Dated", "a", "2019"}).outcome.result, "a@2019");
  EXPECT_EQ(dispatcher.call({"Dated", "a", "2020"}).outcome.result, "a@2020");
  EXPECT_EQ(asked_, 2);
  dispatcher.call({"Dateless", "a", "2019"});
  dispatcher.call({"Dateless", "a", "2020"});
  EXPECT_EQ(asked_, 3);
}

TEST_F(DispatcherTest, ASecondRunCallsNothing) {
  add("Remote", {});
  std::vector<Request> requests;
  for (int i = 0; i < 50; ++i) requests.push_back({"Remote", std::to_string(i % 20), {}});
  const DispatcherOptions options{.cache = directory_ / "cache"};
  std::vector<std::string> first, second;
  for (const Answer& answer : Dispatcher(toolbox_, options).call_all(requests)) {
    first.push_back(answer.outcome.result);
  }
  EXPECT_EQ(asked_, 20);
  std::size_t cached = 0;
  for (const Answer& answer : Dispatcher(toolbox_, options).call_all(requests)) {
    second.push_back(answer.outcome.result);
    cached += answer.cached ? 1 : 0;
  }
  EXPECT_EQ(asked_, 20);
  EXPECT_EQ(cached, 20U);
  EXPECT_EQ(first, second);
}

TEST_F(DispatcherTest, ATouchedSettingMakesAnotherKey) {
  const DispatcherOptions options{.cache = directory_ / "cache"};
  for (const std::size_t characters : {100U, 2U}) {
    Toolbox toolbox;
    ToolSettings settings;
    settings.result.characters = characters;
    toolbox.add({std::make_unique<Echo>("Remote", asked_, Echo::Is{}), settings, {}, {}});
    Dispatcher dispatcher(toolbox, options);
    EXPECT_EQ(dispatcher.call({"Remote", "abc", {}}).outcome.result,
              characters == 2 ? "ab" : "abc@-");
  }
  EXPECT_EQ(asked_, 2);
}

TEST_F(DispatcherTest, ASlowToolHoldsUpNoOther) {
  std::latch gate(1);
  add("Slow", {}, &gate);
  add("Quick", {});
  Dispatcher dispatcher(toolbox_);
  std::atomic<int> slow = 0;
  for (int i = 0; i < 100; ++i) {
    dispatcher.submit({"Slow", std::to_string(i), {}}, [&](const Answer&) { ++slow; });
  }
  EXPECT_EQ(dispatcher.call({"Quick", "a", {}}).outcome.result, "a@-");
  EXPECT_EQ(slow, 0);
  gate.count_down();
  dispatcher.call({"Slow", "99", {}});
}

TEST_F(DispatcherTest, EqualCallsInFlightShareOne) {
  std::latch gate(1);
  add("Slow", {}, &gate);
  Dispatcher dispatcher(toolbox_);
  const std::vector<Request> early = {{"Slow", "a", {}}};
  dispatcher.prefetch(early);
  std::atomic<int> answers = 0, payers = 0;
  std::latch all(9);
  for (int i = 0; i < 8; ++i) {
    dispatcher.submit({"Slow", "a", {}}, [&](const Answer& answer) {
      ++answers;
      payers += answer.shared ? 0 : 1;
      all.count_down();
    });
  }
  EXPECT_EQ(answers, 0);
  gate.count_down();
  EXPECT_EQ(dispatcher.call({"Slow", "a", {}}).outcome.result, "a@-");
  all.count_down();
  all.wait();
  EXPECT_EQ(asked_, 1);
  EXPECT_EQ(payers, 1);
}

TEST_F(DispatcherTest, ErrorsAreAnswers) {
  add("Local", {.remote = false});
  add("Remote", {});
  Dispatcher dispatcher(toolbox_);
  EXPECT_EQ(dispatcher.call({"Oracle", "", {}}).outcome.error_kind, "unknown_tool");
  for (const char* tool : {"Local", "Remote"}) {
    EXPECT_EQ(dispatcher.call({tool, std::string(5000, 'x'), {}}).outcome.error_kind, "bad_input");
    const Answer answer = dispatcher.call({tool, "throw", {}});
    EXPECT_EQ(answer.outcome.error_kind, "tool_failed");
    EXPECT_EQ(answer.outcome.error_message, "a bug");
  }
}

TEST_F(DispatcherTest, ForgetsOnlyBeyondItsLimit) {
  add("Local", {.remote = false});
  Dispatcher dispatcher(toolbox_, {.remembered = 10});
  for (int i = 0; i < 1000; ++i) {
    dispatcher.call({"Local", std::to_string(i), {}});
    dispatcher.call({"Local", "again", {}});  // asked for all the time, so remembered
  }
  EXPECT_EQ(asked_, 1001);
}

TEST_F(DispatcherTest, AStopEndsTheWait) {
  std::latch gate(1);
  add("Slow", {}, &gate);
  Dispatcher dispatcher(toolbox_);
  const base::StopSignal stop;
  std::raise(SIGTERM);
  EXPECT_THROW(dispatcher.call({"Slow", "a", {}}), base::Interrupted);
  gate.count_down();
}

TEST_F(DispatcherTest, ThreeTriesInTenFailingChangeNothing) {
  constexpr int kCalls = 500;
  std::vector<Request> requests;
  for (int i = 0; i < kCalls; ++i) {
    requests.push_back({"Calculator", std::to_string(i % 400) + " * 7", {}});
  }
  const auto run = [&](double failing) {
    ToolSettings settings;
    settings.concurrency = 8;
    settings.retries = 20;
    auto tool = std::make_unique<fake::FlakyTool>(std::make_unique<Calculator>(), failing, 1);
    const fake::FlakyTool& flaky = *tool;
    Toolbox toolbox;
    toolbox.add({std::move(tool), settings, {}, {}});
    const fake::ManualClock clock;
    Dispatcher dispatcher(toolbox, {.clock = &clock});
    std::vector<std::string> results;
    std::size_t tries = 0;
    for (const Answer& answer : dispatcher.call_all(requests)) {
      results.push_back(answer.outcome.result + answer.outcome.error_kind);
      tries += answer.tries;
    }
    EXPECT_EQ(flaky.calls(), 400 + flaky.faults());
    EXPECT_EQ(tries, flaky.calls());
    const double share = static_cast<double>(flaky.faults()) / static_cast<double>(flaky.calls());
    EXPECT_NEAR(share, failing, 0.05);
    return results;
  };
  EXPECT_EQ(run(0), run(0.3));
}

}  // namespace
}  // namespace toolformer::tools
