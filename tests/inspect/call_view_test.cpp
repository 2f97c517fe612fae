// SPDX-License-Identifier: Apache-2.0
#include "toolformer/inspect/call_view.h"

#include <gtest/gtest.h>

#include <cmath>

#include "inspect/sample_records.h"

namespace toolformer::inspect {
namespace {

TEST(CallView, NamesTheFate) {
  record::Call call;
  EXPECT_EQ(fate_name(fate_of(call)), "candidate");
  call.keep = false;
  EXPECT_EQ(fate_name(fate_of(call)), "dropped");
  call.error = record::CallError{"bad_input", ""};
  EXPECT_EQ(fate_name(fate_of(call)), "failed");
  call.error.reset();
  call.keep = true;
  EXPECT_EQ(fate_name(fate_of(call)), "kept");
}

TEST(CallView, SaysWhyACallWasNotKept) {
  record::Call call;
  call.keep = false;
  EXPECT_EQ(reason_of(call), "not scored");
  call.delta = -0.1;
  EXPECT_EQ(reason_of(call), "the result makes what follows no likelier");
  call.delta = 0.3;
  EXPECT_EQ(reason_of(call), "the delta did not reach the threshold");
  call.reason = "below gamma 1";  // what the stage itself says comes first
  EXPECT_EQ(reason_of(call), "below gamma 1");
  call.error = record::CallError{"bad_input", "1/0"};
  EXPECT_EQ(reason_of(call), "bad_input: 1/0");
  call.error.reset();
  call.keep = true;
  EXPECT_EQ(reason_of(call), "");
}

TEST(CallView, ShowsOnlyWhatIsKnown) {
  record::Call call;
  call.at = 7;
  EXPECT_EQ(numbers_of(call), "byte 7");
  call.delta = -0.5;
  call.p_api = 0.00001;
  EXPECT_EQ(numbers_of(call), "delta -0.500  p(call) 1e-05  byte 7");
}

TEST(CallView, CutsLongFields) {
  record::Call call;
  call.tool = "T";
  call.input = std::string(399, 'x') + "é" + std::string(1000, 'y');  // é would be cut in half
  EXPECT_EQ(call_text(call), "T(" + std::string(399, 'x') + "… (1401 bytes))");
}

TEST(CallView, SelectsByToolAndFate) {
  const record::Document document = fake::lamps();
  Options options;
  EXPECT_EQ(selected_calls(document, options).size(), 3u);
  options.kept = true;
  EXPECT_EQ(selected_calls(document, options), (std::vector<std::size_t>{0}));
  options.kept = false;
  options.dropped = true;
  EXPECT_EQ(selected_calls(document, options), (std::vector<std::size_t>{1, 2}));
  options.tool = "Calendar";
  EXPECT_FALSE(is_selected(document, options));
}

TEST(CallView, BestDelta) {
  EXPECT_EQ(best_delta(fake::lamps(), {}), 1.34);
  Options dropped;
  dropped.dropped = true;
  EXPECT_EQ(best_delta(fake::lamps(), dropped), 0.1);
  EXPECT_EQ(best_delta({}, {}), -INFINITY);
}

}  // namespace
}  // namespace toolformer::inspect
