// SPDX-License-Identifier: Apache-2.0
#include "toolformer/inspect/document_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "inspect/sample_records.h"

namespace toolformer::inspect {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(DocumentView, ShowsTheTextTheCallsAndTheReasons) {
  EXPECT_EQ(document_view(fake::lamps(), {}, {.width = 80}),
            "s-017  3 calls, 1 kept  2019-04-25\n"
            "  ⟨2⟩Of the 320 lamps, 48 ( [Calculator(48 / 320) -> 0.15]⟨3⟩15%) failed in the\n"
            "  first year.\n"
            "\n"
            "    1 kept      Calculator(48 / 320) -> 0.15\n"
            "                delta +1.340  loss: plain 2.310, no result 2.280, result 0.940\n"
            "                p(call) 0.083  byte 22, sample 0\n"
            "    2 dropped   Calculator(320 - 48) -> 272\n"
            "                the delta did not reach the threshold  delta +0.100  loss: plain\n"
            "                2.000, no result 2.500, result 1.900  p(call) 0.083  byte 0,\n"
            "                sample 0\n"
            "    3 failed    Calculator(48 / lamps)\n"
            "                bad_input: not a number: lamps  p(call) 0.083  byte 22, sample 1\n"
            "\n");
}

TEST(DocumentView, AnswersOfAnotherTypeAreShownAsTheyAre) {
  record::Document document;
  document.id = "a";
  document.extra = {{"answers", {{{"rule", 5}, {"right", true}}, {{"answer", 7}, {"right", 1}}}}};
  EXPECT_THAT(document_view(document, {}, {.width = 80}), HasSubstr("a  5:  (right)\n"));
}

TEST(DocumentView, ColoursOnlyWhenAsked) {
  const std::string plain = document_view(fake::lamps(), {}, {.width = 80, .color = false});
  EXPECT_THAT(plain, Not(HasSubstr("\x1b")));
  const std::string colored = document_view(fake::lamps(), {}, {.width = 80, .color = true});
  EXPECT_THAT(colored, HasSubstr("\x1b[1;32m[Calculator(48\x1b[0m"));
}

TEST(DocumentView, OnlyTheCallsThatWereAskedFor) {
  Options kept;
  kept.kept = true;
  EXPECT_THAT(document_view(fake::lamps(), kept, {}), Not(HasSubstr("lamps)")));
  Options dropped;
  dropped.dropped = true;
  EXPECT_THAT(document_view(fake::lamps(), dropped, {}), Not(HasSubstr("0.15]")));
}

TEST(DocumentView, HostileRecordsSteerNothing) {
  const std::string view = document_view(fake::hostile(), {}, {.width = 60});
  for (const char c : view) {
    EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20) << int{c};
  }
  EXPECT_THAT(view, HasSubstr("\\x1b[31m"));
  EXPECT_THAT(view, HasSubstr("\\u202e\\u009b"));
  EXPECT_THAT(view, Not(HasSubstr("\xE2\x80\xAE")));
  EXPECT_THAT(view, HasSubstr("\\x00"));
}

TEST(DocumentView, ALongTextIsCutToTheNeighbourhoodOfItsCalls) {
  record::Document document = fake::lamps();
  document.text += std::string(1 << 20, 'x');
  const std::string view = document_view(document, {}, {.width = 80});
  EXPECT_LT(view.size(), 3000u);
  EXPECT_THAT(view, HasSubstr("bytes"));
  Options full;
  full.full = true;
  EXPECT_GT(document_view(document, full, {.width = 80}).size(), document.text.size());
}

TEST(DocumentView, ManyLosersAreCutButCounted) {
  record::Document document = fake::lamps();
  for (int i = 0; i < 40; ++i) document.calls.push_back(document.calls[2]);
  const CallList list = list_calls(document, {});
  EXPECT_EQ(list.calls.size(), 1u + 12u);
  EXPECT_EQ(list.left_out, 30u);  // 42 losers, 12 listed
  Options full;
  full.full = true;
  EXPECT_EQ(list_calls(document, full).calls.size(), 43u);
}

TEST(DocumentView, ADocumentWithoutCallsIsItsText) {
  record::Document document;
  document.id = "plain";
  document.text = "Nothing here.";
  EXPECT_EQ(document_view(document, {}, {}), "plain\n  Nothing here.\n\n");
}

}  // namespace
}  // namespace toolformer::inspect
