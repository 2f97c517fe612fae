// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/contract/document_context.h"

#include <gtest/gtest.h>

namespace toolformer::tools {
namespace {

TEST(DocumentContext, TellsToolsTheDateAndTheDocument) {
  record::Document document;
  document.text = "text";
  document.meta = {{"date", "2019-04-25"}, {"title", "Basalt"}};
  const CallContext context = context_of(document);
  EXPECT_EQ(context.date, "2019-04-25");
  ASSERT_TRUE(context.own);
  EXPECT_TRUE(context.own->is("basalt", ""));
  EXPECT_FALSE(context_of({}).date);
}

}  // namespace
}  // namespace toolformer::tools
