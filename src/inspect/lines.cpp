// SPDX-License-Identifier: Apache-2.0
#include "toolformer/inspect/lines.h"

#include <fmt/format.h>

#include "toolformer/base/error.h"
#include "toolformer/inspect/metrics_view.h"
#include "toolformer/record/document_json.h"
#include "toolformer/record/input_files.h"
#include "toolformer/record/record_lines.h"

namespace toolformer::inspect {
namespace {

constexpr std::size_t kLongestMetrics = 1 << 16;  // bytes

bool handle(const record::Line& line, const std::string& file, record::DocumentParser& parser,
            const LineHandlers& handlers) {
  const std::string place = fmt::format("{}:{}", file, line.number);
  if (line.damage) return handlers.problem(place + ": " + *line.damage);
  if (line.problem) return handlers.problem(place + ": " + *line.problem);
  if (line.too_long) {
    return handlers.problem(fmt::format("{}: longer than {} bytes", place, record::kMaxLineBytes));
  }
  record::ParsedLine parsed = parser.parse(line.text);
  if (!parsed.problem) {
    if (parsed.document.id.empty()) parsed.document.id = place;
    return handlers.document(std::move(parsed.document));
  }
  if (line.text.size() <= kLongestMetrics) {
    const auto json = nlohmann::ordered_json::parse(line.text, nullptr, false);
    if (is_metrics(json)) return handlers.metrics(json);
  }
  return handlers.problem(place + ": " + parsed.problem->message);
}

/// What stages write about their records is no record.
void refuse_summary(const std::string& path) {
  if (!path.ends_with("run.json") && !path.ends_with("summary.json")) return;
  base::throw_error<base::UsageError>(
      "{}: tells of a run and holds no records; name the folder or the x.jsonl beside it, with "
      "--summary for its counts",
      path);
}

}  // namespace

void read_lines(const std::vector<std::string>& input, const LineHandlers& handlers) {
  record::DocumentParser parser;
  for (const record::InputFile& file : record::expand_input(input)) {
    refuse_summary(file.path);
    const auto reader = record::open_record_lines(file.path, {});
    while (const auto line = reader->next()) {
      if (!handle(*line, file.name, parser, handlers)) return;
    }
  }
}

}  // namespace toolformer::inspect
