// SPDX-License-Identifier: Apache-2.0
#include "write_index.h"

#include <spdlog/spdlog.h>

#include <filesystem>

#include "toolformer/base/atomic_file.h"
#include "toolformer/base/error.h"
#include "toolformer/base/log.h"
#include "toolformer/record/document_reader.h"
#include "toolformer/record/input_files.h"
#include "toolformer/record/progress.h"

namespace toolformer::apps {
namespace {

using Start = tools::SearchIndexWriter::Start;

/// meta.title, else the first line of the text.
std::string title_of(const record::Document& document) {
  if (document.meta.is_object()) {
    const auto title = document.meta.find("title");
    if (title != document.meta.end() && title->is_string()) return title->get<std::string>();
  }
  return document.text.substr(0, document.text.find_first_of("\r\n"));
}

}  // namespace

int write_index(const record::RunOptions& options, Start start) {
  if (options.output.empty())
    throw base::UsageError("--output: nowhere to write; name the file of the index");
  record::check(options);
  if (std::filesystem::is_directory(options.output) || options.output.ends_with('/')) {
    base::throw_error<base::UsageError>("--output {}: names a directory; an index is one file",
                                        options.output);
  }
  record::refuse_overwriting(record::expand_input(options.input), "--output", options.output);
  if (start == Start::kEmpty && !options.restart)
    base::refuse_existing("--output", options.output, "--extend adds to an index");
  for (const std::string& note : record::notes_on_input(options.input))
    spdlog::warn("{}", base::escape_for_log(note));
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

}  // namespace toolformer::apps
