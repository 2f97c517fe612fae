// SPDX-License-Identifier: Apache-2.0
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <filesystem>

#include "app.h"
#include "toolformer/base/error.h"
#include "toolformer/base/log.h"
#include "toolformer/base/number_flag.h"
#include "toolformer/record/document_reader.h"
#include "toolformer/record/input_files.h"
#include "toolformer/record/progress.h"
#include "toolformer/tools/builtin/search_index.h"

namespace {

using namespace toolformer;

/// meta.title, else the first line of the text.
std::string title_of(const record::Document& document) {
  if (document.meta.is_object()) {
    const auto title = document.meta.find("title");
    if (title != document.meta.end() && title->is_string()) return title->get<std::string>();
  }
  return document.text.substr(0, document.text.find_first_of("\r\n"));
}

using Start = tools::SearchIndexWriter::Start;

int write_index(const record::RunOptions& options, Start start) {
  if (options.output.empty())
    throw base::UsageError("--output: nowhere to write; name the file of the index");
  record::check(options);
  if (std::filesystem::is_directory(options.output)) {
    base::throw_error<base::UsageError>("--output {}: is a directory; an index is one file",
                                        options.output);
  }
  record::refuse_overwriting(record::expand_input(options.input), "--output", options.output);
  record::DocumentReader reader(options);
  tools::SearchIndexWriter index(options.output, start);
  const std::size_t before = index.size();
  record::Progress progress(options.progress, 0);
  record::Progress::Position position;
  std::size_t known = 0;
  while (const auto item = reader.next()) {
    if (item->reject) {
      const std::string problem = fmt::format("{}:{}: {}", item->file, item->line, *item->reject);
      if (options.strict) throw base::DataError(problem);
      spdlog::warn("{}", base::escape_for_log(problem));
      ++position.rejected;
    } else if (!index.add(title_of(item->document), item->document.text)) {
      ++known;
    }
    ++position.records;
    const std::uint64_t total = reader.bytes_total();
    position.fraction =
        total == 0 ? 0 : static_cast<double>(reader.bytes_read()) / static_cast<double>(total);
    progress.show(position);
  }
  if (index.size() == 0)
    throw base::DataError("the input holds no document, so there is no index to write");
  index.finish();
  spdlog::info("{}: {} pages, {} of them new, {} left out that were there, {} lines rejected",
               options.output, index.size(), index.size() - before, known, position.rejected);
  const double allowed = options.max_failed_fraction * static_cast<double>(position.records);
  if (static_cast<double>(position.rejected) > allowed) {
    base::throw_error<base::TooManyFailures>(
        "{} of {} records were rejected, more than --max-failed-fraction {} allows; the index "
        "holds the others",
        position.rejected, position.records, options.max_failed_fraction);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
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
        base::take_count(app.add_option("--limit", options.limit, "Only the first N records"));
        app.add_option("--progress", options.progress, "auto, bar, plain or none")
            ->check(CLI::IsMember({"auto", "bar", "plain", "none"}));
      },
      [&](const apps::Start&) {
        return write_index(options, extend ? Start::kExtend : Start::kEmpty);
      });
}
