// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/dispatch/toolbox_report.h"

#include <gmock/gmock.h>

#include "fake/temporary_directory.h"

namespace toolformer::tools {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class ToolboxReport : public testing::Test {
 protected:
  ToolboxReport() {
    options_.file = directory_.write("tools.toml",
                                     "[tool.Sum]\nkind = \"calculator\"\nsample = \"1 + 1\"\n"
                                     "[tool.Broken]\nkind = \"calculator\"\nsample = \"one\"\n"
                                     "[tool.Wrong]\nkind = \"calculator\"\ndecimals = 99\n"
                                     "[tool.Off]\nkind = \"calendar\"\nenabled = false\n");
  }

  fake::TemporaryDirectory directory_;
  ToolboxOptions options_;
};

TEST_F(ToolboxReport, ListsEveryEntryWithItsOrigin) {
  const std::string list = list_toolbox(options_);
  EXPECT_THAT(list, AllOf(HasSubstr("Sum"), HasSubstr("calculator"), HasSubstr("tools.toml:1"),
                          HasSubstr("Wrong"), HasSubstr("off  input 4096 B")));
  EXPECT_THAT(list, HasSubstr("WikiSearch"));
}

TEST_F(ToolboxReport, ChecksEveryToolOnItsOwn) {
  const std::vector<CheckedTool> checked = check_toolbox(options_, "2019-04-25");
  const std::string shown = show(checked);
  EXPECT_THAT(shown, HasSubstr("ok    Sum (calculator): 1 + 1 -> 2\n"));
  EXPECT_THAT(shown, HasSubstr("ok    Calculator (calculator): 3 * 4 -> 12\n"));
  EXPECT_THAT(shown,
              HasSubstr("ok    Calendar (calendar):  -> Today is Thursday, April 25, 2019."));
  EXPECT_THAT(shown, HasSubstr("FAIL  Broken (calculator): bad_input"));
  EXPECT_THAT(shown, HasSubstr("set `sample`"));
  EXPECT_THAT(shown, AllOf(HasSubstr("FAIL  Wrong"), HasSubstr("0 to 15, got 99")));
  EXPECT_THAT(shown, Not(HasSubstr("WikiSearch")));
  EXPECT_THAT(shown, Not(HasSubstr("Off (")));
  options_.tools = {"Off"};
  EXPECT_EQ(check_toolbox(options_, "2019-04-25").size(), 1U);
  EXPECT_THAT(show(check_toolbox(options_, "2019-04-25")), HasSubstr("ok    Off"));
  options_.tools = {"WikiSearch"};
  EXPECT_THAT(show(check_toolbox(options_, "")),
              AllOf(HasSubstr("FAIL  WikiSearch"), HasSubstr("--index")));
}

TEST_F(ToolboxReport, DoesNotGuessWhatAProgramReads) {
  options_.unsafe_no_sandbox = true;
  options_.file = directory_.write("programs.toml",
                                   "[tool.Silent]\nkind = \"command\"\ncommand = [\"false\"]\n"
                                   "[tool.Told]\nkind = \"command\"\ncommand = [\"cat\"]\n"
                                   "sample = \"hello\"\n"
                                   "[tool.Python]\nkind = \"python\"\n");
  options_.tools = {"Silent", "Told", "Python"};
  EXPECT_THAT(show(check_toolbox(options_, "")),
              AllOf(HasSubstr("--    Silent (command): there, but not called\n      remedy: name"),
                    HasSubstr("ok    Told (command): hello -> hello\n"),
                    HasSubstr("ok    Python (python): print(6 * 7) -> 42\n")));
}

}  // namespace
}  // namespace toolformer::tools
