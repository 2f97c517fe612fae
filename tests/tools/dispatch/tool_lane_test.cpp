// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/dispatch/tool_lane.h"

#include <gmock/gmock.h>

#include <atomic>
#include <future>
#include <latch>

#include "fake/manual_clock.h"

namespace toolformer::tools {
namespace {

using std::chrono::seconds;

/// Answers its n-th call with the n-th outcome, the last one again and again.
class Scripted : public Tool {
 public:
  explicit Scripted(std::vector<Outcome> outcomes, std::vector<double>* times = nullptr,
                    const fake::ManualClock* clock = nullptr)
      : outcomes_(std::move(outcomes)), times_(times), clock_(clock) {}
  std::string name() const override { return "Scripted"; }
  std::string version() const override { return "1"; }
  ToolTraits traits() const override { return {.is_remote = true}; }
  Outcome call(std::string_view /*input*/, const CallContext& context) const override {
    const std::size_t number = calls_++;
    if (times_ != nullptr) {
      times_->push_back(clock_->seconds());
      EXPECT_EQ(context.deadline, clock_->now() + seconds(30));
    }
    return outcomes_[std::min(number, outcomes_.size() - 1)];
  }

 private:
  std::vector<Outcome> outcomes_;
  std::vector<double>* times_;
  const fake::ManualClock* clock_;
  mutable std::atomic<std::size_t> calls_ = 0;
};

struct Result {
  Outcome outcome;
  std::size_t tries = 0;
};

class ToolLaneTest : public testing::Test {
 protected:
  /// One thread, so that times are exact.
  void script(std::vector<Outcome> outcomes, ToolSettings settings = {}) {
    settings.concurrency = 1;
    entry_ = {std::make_unique<Scripted>(std::move(outcomes), &times_, &clock_), settings, {}, {}};
    lane_.emplace(entry_, clock_);
  }
  std::future<Result> submit(const std::string& input = "x") {
    auto promise = std::make_shared<std::promise<Result>>();
    lane_->run(input, CallContext{}, [promise](Outcome outcome, std::size_t tries) {
      promise->set_value({std::move(outcome), tries});
    });
    return promise->get_future();
  }

  fake::ManualClock clock_;
  std::vector<double> times_;
  Toolbox::Entry entry_;
  std::optional<ToolLane> lane_;
};

const Outcome kBusy = Outcome::transient_error("unavailable", "busy");

TEST_F(ToolLaneTest, TriesAgainWithGrowingPauses) {
  script({kBusy, kBusy, kBusy, Outcome::value("done")});
  const Result result = submit().get();
  EXPECT_EQ(result.outcome.result, "done");
  EXPECT_EQ(result.tries, 4U);
  ASSERT_EQ(times_.size(), 4U);
  EXPECT_EQ(times_[0], 0);
  double longest = 0.1;
  for (std::size_t i = 1; i < 4; ++i, longest *= 2) {
    EXPECT_GE(times_[i] - times_[i - 1], longest / 2 - 1e-6);
    EXPECT_LE(times_[i] - times_[i - 1], longest + 1e-6);
  }
}

TEST_F(ToolLaneTest, NeverRetriesWhatIsNotTransient) {
  script({Outcome::error("bad_input", "no"), Outcome::value("never")});
  const Result result = submit().get();
  EXPECT_EQ(result.outcome.error_kind, "bad_input");
  EXPECT_EQ(result.tries, 1U);
}

TEST_F(ToolLaneTest, GivesUpBehindItsRetries) {
  ToolSettings settings;
  settings.retries = 2;
  script({kBusy}, settings);
  const Result result = submit().get();
  EXPECT_EQ(result.outcome.error_kind, "unavailable");
  EXPECT_EQ(result.tries, 3U);
}

TEST_F(ToolLaneTest, WaitsAsLongAsTheToolAskedWithinItsBudget) {
  script({Outcome::transient_error("unavailable", "busy", seconds(50)), Outcome::value("done")});
  EXPECT_EQ(submit().get().outcome.result, "done");
  EXPECT_NEAR(times_[1], 50, 1e-3);
}

TEST_F(ToolLaneTest, ARetryAfterBeyondTheBudgetEndsTheCall) {
  script({Outcome::transient_error("unavailable", "busy", std::chrono::milliseconds::max())});
  const Result result = submit().get();
  EXPECT_EQ(result.tries, 1U);
  EXPECT_EQ(result.outcome.error_kind, "unavailable");
  EXPECT_EQ(clock_.seconds(), 0);
}

TEST_F(ToolLaneTest, TheBudgetEndsTheTries) {
  ToolSettings settings;
  settings.retries = 1000;
  settings.retry_budget = seconds(60);
  settings.breaker_failures = 0;
  script({kBusy}, settings);
  EXPECT_GT(submit().get().tries, 5U);
  EXPECT_LE(clock_.seconds(), 60);
}

TEST_F(ToolLaneTest, StartsNoMoreCallsASecondThanAllowed) {
  ToolSettings settings;
  settings.rate = 4;
  script({Outcome::value("done")}, settings);
  std::vector<std::future<Result>> results;
  for (int i = 0; i < 9; ++i) results.push_back(submit());
  for (auto& result : results) result.get();
  ASSERT_EQ(times_.size(), 9U);
  for (std::size_t i = 1; i < 9; ++i) EXPECT_NEAR(times_[i] - times_[i - 1], 0.25, 1e-6);
}

TEST_F(ToolLaneTest, AToolThatIsDownIsLeftAloneAndProbed) {
  ToolSettings settings;
  settings.retries = 0;
  settings.breaker_failures = 3;
  settings.breaker_pause = seconds(10);
  settings.retry_budget = seconds(60);
  script({kBusy, kBusy, kBusy, kBusy, Outcome::value("done")}, settings);
  std::vector<std::future<Result>> results;
  for (int i = 0; i < 8; ++i) results.push_back(submit());
  std::vector<Result> got;
  for (auto& result : results) got.push_back(result.get());
  std::size_t ok = 0;
  for (const Result& result : got) ok += result.outcome.ok() ? 1 : 0;
  EXPECT_EQ(ok, 4U);  // three opened the circuit, one probe failed, the others waited it out
  EXPECT_NEAR(times_[3], 10, 1e-3);
  EXPECT_NEAR(times_[4], 20, 1e-3);
}

TEST_F(ToolLaneTest, NobodyWaitsForAToolThatStaysDown) {
  ToolSettings settings;
  settings.retries = 0;
  settings.breaker_failures = 1;
  settings.breaker_pause = seconds(10);
  settings.retry_budget = seconds(5);
  script({kBusy}, settings);
  EXPECT_EQ(submit().get().outcome.error_kind, "unavailable");
  const Result second = submit().get();
  EXPECT_EQ(second.outcome.error_kind, "circuit_open");
  EXPECT_TRUE(second.outcome.transient);
  EXPECT_EQ(second.tries, 0U);
  EXPECT_THAT(second.outcome.error_message, testing::HasSubstr("busy"));
  EXPECT_EQ(times_.size(), 1U);
}

/// All of its calls are in flight at once, or none ever ends.
class Meeting : public Tool {
 public:
  explicit Meeting(std::ptrdiff_t size) : all_here_(size) {}
  std::string name() const override { return "Meeting"; }
  std::string version() const override { return "1"; }
  ToolTraits traits() const override { return {.is_remote = true}; }
  Outcome call(std::string_view /*input*/, const CallContext& /*context*/) const override {
    all_here_.arrive_and_wait();
    return Outcome::value("met");
  }

 private:
  mutable std::latch all_here_;
};

TEST_F(ToolLaneTest, RunsAsManyAtOnceAsAllowed) {
  ToolSettings settings;
  settings.concurrency = 8;
  entry_ = {std::make_unique<Meeting>(8), settings, {}, {}};
  lane_.emplace(entry_, clock_);
  std::vector<std::future<Result>> results;
  for (int i = 0; i < 8; ++i) results.push_back(submit());
  for (auto& result : results) EXPECT_EQ(result.get().outcome.result, "met");
}

TEST_F(ToolLaneTest, DropsWhatWasNotBegun) {
  const Clock real;
  ToolSettings settings;
  settings.retry_budget = std::chrono::hours(2);
  entry_ = {std::make_unique<Scripted>(std::vector<Outcome>{
                Outcome::transient_error("unavailable", "busy", std::chrono::hours(1))}),
            settings,
            {},
            {}};
  lane_.emplace(entry_, real);
  std::future<Result> result = submit();
  lane_.reset();  // ends although the next try would be an hour away
  EXPECT_THROW(result.get(), std::future_error);
}

}  // namespace
}  // namespace toolformer::tools
