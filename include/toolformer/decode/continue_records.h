// SPDX-License-Identifier: Apache-2.0
// Continues the texts of records: the work of a stage that generates (record::ShardRecords).
#pragma once

#include <functional>
#include <string>

#include "toolformer/decode/tool_decoding.h"
#include "toolformer/record/run_shard.h"

namespace toolformer::decode {

/// What the stage makes of a record; `counts` are those of this record alone.
struct RecordWriter {
  /// The text cannot be continued, for this reason (refusal()).
  std::function<void(record::Item& item, const std::string& reason, record::Summary& counts)>
      refuse;
  std::function<void(record::Item& item, const Generation& generation, record::Summary& counts)>
      write;
};

/// Continues all records, as many together as the setting says, and gives each back as it ends.
/// Tools are told the record's date. Counts the model's work ("work.<what>"). Throws Interrupted
/// when base::stop_requested().
void continue_records(const Setting& setting, record::ShardRecords& records,
                      const RecordWriter& writer);

}  // namespace toolformer::decode
