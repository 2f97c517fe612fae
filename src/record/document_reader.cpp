// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/document_reader.h"

#include <fmt/format.h>

#include <limits>
#include <utility>

#include "toolformer/base/error.h"
#include "toolformer/base/stop_signal.h"

namespace toolformer::record {

DocumentReader::DocumentReader(const RunOptions& options)
    : shard_(options.shard),
      text_(options.text),
      limit_(options.limit.value_or(std::numeric_limits<std::size_t>::max())),
      files_(expand_input(options.input)),
      parser_(text_.field) {}

std::optional<Line> DocumentReader::next_line() {
  while (ordinal_ < limit_ && (lines_ || file_ < files_.size())) {
    if (base::stop_requested()) {
      base::throw_error<base::Interrupted>("stopped by {} while reading; {}",
                                           base::stop_signal_name(), base::kHowToGoOn);
    }
    if (!lines_) lines_ = open_record_lines(files_[file_].path, text_);
    if (const std::optional<Line> line = lines_->next()) return line;
    bytes_before_ += lines_->consumed();
    lines_.reset();
    refuse_changed(files_[file_++]);
  }
  return std::nullopt;
}

std::optional<Item> DocumentReader::next() {
  while (const std::optional<Line> line = next_line()) {
    if (std::optional<Item> item = take(*line)) return item;
  }
  return std::nullopt;
}

void DocumentReader::skip_to(std::size_t ordinal) {
  first_ = ordinal;
  while (ordinal_ < first_) {
    const std::optional<Line> line = next_line();
    if (!line) return;
    take(*line);
  }
}

std::uint64_t DocumentReader::bytes_read() const {
  return bytes_before_ + (lines_ ? lines_->consumed() : 0);
}

std::uint64_t DocumentReader::bytes_total() const {
  std::uint64_t total = 0;
  for (const InputFile& file : files_) {
    if (file.is_stream()) return 0;
    total += file.size;
  }
  return total;
}

void DocumentReader::count_records_if_small() {
  constexpr std::uint64_t kSmall = 64U << 20U;
  const std::uint64_t bytes = bytes_total();
  if (bytes == 0 || bytes > kSmall) return;
  for (const InputFile& file : files_) {
    const auto lines = open_record_lines(file.path, text_);
    while (records_total_ < limit_ && lines->next()) ++records_total_;
  }
}

double DocumentReader::fraction() const {
  if (records_total_ > 0)
    return static_cast<double>(ordinal_) / static_cast<double>(records_total_);
  const std::uint64_t total = bytes_total();
  return total > 0 ? static_cast<double>(bytes_read()) / static_cast<double>(total) : 0;
}

std::optional<Item> DocumentReader::take(const Line& line) {
  const std::size_t ordinal = ordinal_++;
  std::optional<Place> first;
  if (!line.too_long && !line.damage && !line.problem) {
    // Every shard looks at every id, so that all agree on what a duplicate is.
    const ScannedId scanned = scan_id(line.text);
    if (scanned.readable) {
      const Place here{static_cast<std::uint32_t>(file_), line.number};
      first = ids_.claim(
          scanned.id ? *scanned.id : fmt::format("{}:{}", files_[file_].name, line.number), here);
    }
  }
  if (ordinal < first_ || ordinal % shard_.count != shard_.index) return std::nullopt;
  Item item = parse(line, first);
  item.ordinal = ordinal;
  return item;
}

Item DocumentReader::parse(const Line& line, std::optional<Place> first) {
  Item item;
  item.file = files_[file_].path;
  item.line = line.number;
  const auto reject = [&item](std::string kind, std::string message) {
    item.reject_kind = std::move(kind);
    item.reject = std::move(message);
  };
  if (line.damage) {
    reject("damaged_file", fmt::format("{}; what stands before this line was used", *line.damage));
    return item;
  }
  if (line.too_long) {
    reject("line_too_long", fmt::format("longer than {} bytes", kMaxLineBytes));
    return item;
  }
  if (line.problem) {
    reject("bad_row", *line.problem);
    return item;
  }
  ParsedLine parsed = parser_.parse(line.text);
  item.document = std::move(parsed.document);
  if (parsed.problem) {
    reject(std::move(parsed.problem->kind), std::move(parsed.problem->message));
    return item;
  }
  if (item.document.id.empty())
    item.document.id = fmt::format("{}:{}", files_[file_].name, line.number);
  if (first) {
    reject("duplicate_id", fmt::format("the id \"{}\" was seen first at {}:{}", item.document.id,
                                       files_[first->file].path, first->line));
  }
  return item;
}

}  // namespace toolformer::record
