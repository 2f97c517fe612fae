// SPDX-License-Identifier: Apache-2.0
// Messages for people, to stderr only: stdout is data. Every line carries the program and the
// shard, so that the logs of many workers can be mixed. Text of documents, models and tools goes
// through escape_for_log first.
#pragma once

#include <string>
#include <string_view>

namespace toolformer::base {

/// Makes spdlog's default logger write "12:30:01 tf-filter 3/16 warning: ..." to stderr. `level` is
/// trace, debug, info, warn, error or off; throws UsageError for another. `shard` may be empty.
void set_up_log(const std::string& program, const std::string& level,
                const std::string& shard = "");

/// Puts the shard ("3/16") behind the program's name in every further line of the default logger.
void name_shard_in_log(const std::string& shard);

/// The text with control characters, DEL, C1 controls, bidirectional overrides and bytes that are
/// not UTF-8 written as \n, \t, \x1b or \u202e; a backslash doubles. Cut behind `max_bytes` with
/// "...". Harmless on a terminal.
std::string escape_for_log(std::string_view text, std::size_t max_bytes = 2000);

}  // namespace toolformer::base
