// SPDX-License-Identifier: Apache-2.0
#include "toolformer/decode/continue_records.h"

#include <gtest/gtest.h>

#include <csignal>
#include <deque>

#include "decode/scripted_decoding.h"
#include "toolformer/base/error.h"
#include "toolformer/base/stop_signal.h"

namespace toolformer::decode {
namespace {

using fake::calling_script;
using fake::pieces;
using fake::ScriptedModel;

/// Records given one after the other and taken back in any order.
class Records : public record::ShardRecords {
 public:
  explicit Records(const std::vector<std::pair<std::string, std::string>>& texts_and_dates) {
    for (const auto& [text, date] : texts_and_dates) {
      record::Item& item = items_.emplace_back();
      item.ordinal = items_.size();
      item.document.id = std::to_string(items_.size());
      item.document.text = text;
      if (!date.empty()) item.document.meta["date"] = date;
    }
  }
  record::Item& at(std::size_t i) { return items_.at(i); }
  void run(ScriptedModel& model, const Options& options, const RecordWriter& writer) {
    tools::Toolbox toolbox;
    toolbox.add(std::make_unique<fake::TableTool>(std::map<std::string, std::string>{}));
    const calls::CallMarkers markers =
        calls::resolve_markers(model.tokenizer(), calls::MarkerChoice::kText);
    continue_records({model, toolbox, markers, options, {}, 0, 2, {}}, *this, writer);
  }
  record::Item* next() override { return given_ < items_.size() ? &items_[given_++] : nullptr; }
  void done(record::Item* /*item*/, record::Summary counts) override {
    ++taken_back;
    all.merge(counts);
  }
  void stop_if_asked() override {
    if (base::stop_requested()) throw base::Interrupted("stopped");
  }
  record::Summary finish() override { return all; }
  std::size_t taken_back = 0;
  record::Summary all;

 private:
  std::deque<record::Item> items_;
  std::size_t given_ = 0;
};

RecordWriter appending() {
  return {.refuse = [](record::Item& item, const std::string& reason,
                       record::Summary& /*counts*/) { item.reject = reason; },
          .write =
              [](record::Item& item, const Generation& generation, record::Summary& counts) {
                item.document.text += generation.text;
                item.document.calls = generation.calls;
                counts.count("written");
              }};
}

TEST(ContinueRecords, EachIsContinuedWithItsOwnDateOrRefused) {
  std::vector<fake::Line> script = calling_script();
  script[4].next = {"date"};
  for (const auto& [after, next] : {std::pair{"(date", ")"}, {"(date)", " ->"}, {"]", "."}}) {
    script.push_back({after, {next}});
  }
  ScriptedModel model(pieces(), script, 20);
  Options options;
  options.call_top_k = 3;
  std::string long_text;
  for (int i = 0; i < 20; ++i) long_text += "Is";
  Records records({{"Is", "19"}, {long_text, ""}, {"", ""}, {"Is", "none"}, {"Is", ""}});
  records.run(model, options, appending());
  EXPECT_EQ(records.taken_back, 5u);
  EXPECT_EQ(records.at(0).document.calls.at(0).result, "19");
  EXPECT_EQ(records.at(0).document.text, "Is.");
  EXPECT_NE(records.at(1).reject.value_or("").find("20 tokens"), std::string::npos);
  EXPECT_TRUE(records.at(2).reject.has_value());
  EXPECT_EQ(records.at(3).document.calls.at(0).result, "none");
  EXPECT_EQ(records.at(4).document.calls.at(0).result, "none");  // what the tool says without one
  EXPECT_EQ(records.all.get("written"), 3);
  EXPECT_EQ(records.all.get("work.tokens_forwarded"),
            static_cast<std::int64_t>(model.counters().tokens_forwarded));
}

TEST(ContinueRecords, AStopEndsItBetweenTokens) {
  base::StopSignal stop;
  ScriptedModel model(pieces(), {{"", {"2"}}});
  Records records({{"Is", ""}, {"Is", ""}, {"Is", ""}});
  Options options;
  options.max_new_tokens = 3;
  RecordWriter writer = appending();
  writer.write = [](record::Item& /*item*/, const Generation& /*generation*/,
                    record::Summary& /*counts*/) { std::raise(SIGTERM); };
  EXPECT_THROW(records.run(model, options, writer), base::Interrupted);
  stop.forget();
  EXPECT_EQ(records.taken_back, 1u);
}

}  // namespace
}  // namespace toolformer::decode
