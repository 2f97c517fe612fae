// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/translate/apertium.h"

#include <gmock/gmock.h>

#include "fake/refusal.h"
#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"

namespace toolformer::tools {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

ApertiumMode read(const std::string& text) {
  const fake::TemporaryDirectory folder;
  return read_apertium_mode(folder.write("test.mode", text));
}

TEST(Apertium, EveryProgramOfAModeIsToFlushAndEveryWordIsQuoted) {
  const ApertiumMode mode =
      read("lt-proc '/a b/x.bin' | apertium-tagger -g $2 '/c.prob'|lt-proc $1 '/d;e|f'\n");
  EXPECT_EQ(mode.pipeline,
            "'lt-proc' -z '/a b/x.bin' | 'apertium-tagger' -z '-g' '/c.prob' | "
            "'lt-proc' -z '-n' '/d;e|f'");
  EXPECT_THAT(mode.data, ElementsAre("/a b/x.bin", "/c.prob", "/d;e|f"));
}

TEST(Apertium, RefusesWhatIsNoPipeline) {
  for (const char* text : {"", "a | ", "| a", "a || b", "a; b", "a `b`", "a > b", "a & b", "a 'b",
                           "a \"b\"", "a $(b)"}) {
    EXPECT_THAT(fake::refusal<base::UsageError>([&] { read(text); }), HasSubstr("no pipeline"))
        << text;
  }
  EXPECT_THAT(fake::refusal<base::UsageError>([] { read_apertium_mode("/none/spa-eng.mode"); }),
              HasSubstr("apertium-eng-spa"));
}

TEST(Apertium, TextIsDataInBothDirections) {
  EXPECT_EQ(to_apertium("a\n[b] \\ ^c$"), std::string("a \\[b\\] \\\\ \\^c\\$\n") + '\0');
  EXPECT_EQ(from_apertium("To \\[b\\] \\\\ \\^c\\$\n"), "To [b] \\ ^c$");
  EXPECT_EQ(from_apertium("\\"), "\\");
  EXPECT_EQ(from_apertium(""), "");
}

}  // namespace
}  // namespace toolformer::tools
