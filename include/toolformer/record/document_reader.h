// SPDX-License-Identifier: Apache-2.0
// The documents of an input, one after the other, under the rules every stage shares: limits, ids,
// duplicates, shards. A bad line is an item with `reject` set; it never stops the others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "toolformer/record/document_json.h"
#include "toolformer/record/id_places.h"
#include "toolformer/record/input_files.h"
#include "toolformer/record/item.h"
#include "toolformer/record/record_lines.h"
#include "toolformer/record/run_options.h"

namespace toolformer::record {

class DocumentReader {
 public:
  /// Uses `input`, `shard` and `limit`. Throws UsageError when an input is missing.
  explicit DocumentReader(const RunOptions& options);

  /// The next record of this shard; nullopt: there are no more. Throws IoError when a file cannot
  /// be read or changes meanwhile, Interrupted when a StopSignal was asked to stop.
  std::optional<Item> next();
  /// Reads past every record before this ordinal; their ids still count for duplicates.
  void skip_to(std::size_t ordinal);

  const std::vector<InputFile>& files() const { return files_; }
  /// Counts the records of a small input, so that fraction() goes by records; larger ones go by
  /// bytes.
  void count_records_if_small();
  /// How much of the input has been read, 0 to 1; 0 when standard input is among it.
  double fraction() const;
  std::uint64_t bytes_read() const;   ///< of the files as they are stored
  std::uint64_t bytes_total() const;  ///< 0: unknown, standard input is among them

 private:
  std::optional<Line> next_line();
  std::optional<Item> take(const Line& line);
  Item parse(const Line& line, std::optional<Place> first_with_this_id);

  Shard shard_;
  TextOptions text_;
  std::size_t limit_;
  std::vector<InputFile> files_;
  std::size_t file_ = 0;  // index of the open file, or of the next one
  std::unique_ptr<RecordLines> lines_;
  std::uint64_t bytes_before_ = 0;  // of the files read to their end
  DocumentParser parser_;
  IdPlaces ids_;
  std::size_t ordinal_ = 0;  // of the next record
  std::size_t first_ = 0;
  std::size_t records_total_ = 0;  // 0: not counted
};

}  // namespace toolformer::record
