// SPDX-License-Identifier: Apache-2.0
#include "toolformer/inspect/lines.h"

#include <gtest/gtest.h>

#include <fstream>

#include "fake/temporary_directory.h"

namespace toolformer::inspect {
namespace {

TEST(Lines, ToldApart) {
  const fake::TemporaryDirectory directory;
  const std::string path = directory / "lines_told_apart.jsonl";
  std::ofstream(path)
      << "{\"text\":\"a\"}\n\n{\"step\":3,\"loss\":1}\nnothing\n{\"id\":\"d\",\"text\":\"b\"}\n";
  std::vector<std::string> seen;
  read_lines({path}, {.document =
                          [&](record::Document&& document) {
                            seen.push_back(document.id + "=" + document.text);
                            return true;
                          },
                      .metrics =
                          [&](const nlohmann::ordered_json& line) {
                            seen.push_back("step " + line["step"].dump());
                            return true;
                          },
                      .problem =
                          [&](const std::string& problem) {
                            seen.push_back(problem.substr(0, problem.find(": ")));
                            return true;
                          }});
  EXPECT_EQ(seen, (std::vector<std::string>{"lines_told_apart.jsonl:1=a", "step 3",
                                            "lines_told_apart.jsonl:4", "d=b"}));
}

}  // namespace
}  // namespace toolformer::inspect
