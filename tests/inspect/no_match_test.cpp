// SPDX-License-Identifier: Apache-2.0
#include "toolformer/inspect/no_match.h"

#include <gtest/gtest.h>

namespace toolformer::inspect {
namespace {

record::Document with(const std::vector<record::Call>& calls) {
  record::Document document;
  document.calls = calls;
  return document;
}

TEST(NoMatch, NamesTheToolsThatThereAre) {
  NoMatch seen;
  seen.add(with({{.tool = "Calculator"}, {.tool = "Calendar"}, {.tool = "Calculator"}}));
  EXPECT_EQ(seen.reason({.tool = "WikiSearch"}),
            "no call of WikiSearch; there are: Calculator (2), Calendar (1)");
}

TEST(NoMatch, TellsUndecidedCallsFromDroppedOnes) {
  NoMatch seen;
  seen.add(with({{.tool = "Calculator"}, {.tool = "Calendar", .keep = false}}));
  EXPECT_EQ(seen.reason({.tool = "Calculator", .kept = true}),
            "no call of Calculator is decided yet (1 candidates): run tf-filter");
  EXPECT_EQ(seen.reason({.kept = true}), "none of the 2 calls is kept; --dropped shows why");
  NoMatch kept;
  kept.add(with({{.tool = "Calculator", .keep = true}}));
  EXPECT_EQ(kept.reason({.dropped = true}), "all 1 calls are kept");
}

TEST(NoMatch, TellsDocumentsWithoutCalls) {
  NoMatch seen;
  EXPECT_EQ(seen.reason({.kept = true}), "");
  seen.add(with({}));
  EXPECT_EQ(seen.reason({.kept = true}),
            "none of the 1 documents holds a call; run tf-annotate first");
  EXPECT_EQ(seen.reason({}), "");
}

}  // namespace
}  // namespace toolformer::inspect
