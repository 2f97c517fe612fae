// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>

#include "app.h"
#include "toolformer/base/number_flag.h"
#include "write_index.h"

int main(int argc, char** argv) {
  using namespace toolformer;
  using Start = tools::SearchIndexWriter::Start;
  record::RunOptions options;
  bool extend = false;
  return apps::run_program(
      argc, argv,
      {.name = "tf-index",
       .summary = "Makes a search index (BM25, one file) of documents, for the tool WikiSearch. A "
                  "page's title is its meta.title, else its first line.",
       .example = "tf-index --input wiki_en.jsonl.gz --output wiki_en.idx",
       .see_also = "tf-filter, tf-generate"},
      [&](CLI::App& app) {
        record::bind_input(app, options);
        app.add_option("--output", options.output, "The file to write the index to");
        app.add_flag("--extend", extend,
                     "Add the pages that the index at --output lacks; it is replaced at the end");
        app.add_flag("--restart", options.restart, "Write over the file that is at --output")
            ->excludes("--extend");
        base::take_count(app.add_option("--limit", options.limit, "Only the first N records"));
        app.add_option("--progress", options.progress, "auto, bar, plain or none")
            ->check(CLI::IsMember({"auto", "bar", "plain", "none"}));
      },
      [&](const apps::Start&) {
        return apps::write_index(options, extend ? Start::kExtend : Start::kEmpty);
      });
}
