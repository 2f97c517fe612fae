// SPDX-License-Identifier: Apache-2.0
// JSON lines that a resumed run continues as if nothing had happened: lines of steps that will be
// done again go away.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>

#include <nlohmann/json.hpp>

#include "toolformer/base/file.h"

namespace toolformer::finetune {

class MetricsFile {
 public:
  /// Keeps the lines of the file up to the first that is torn or whose `step` is above `last_step`;
  /// none without a last step.
  MetricsFile(const std::filesystem::path& path, std::optional<std::size_t> last_step);

  /// One line, written at once. NaN and infinity are a std::logic_error.
  void append(const nlohmann::ordered_json& line);
  void sync();  ///< the lines so far survive a power loss

 private:
  base::File file_;
};

/// Memory of this process in bytes, from /proc/self/status; 0 where there is none.
struct ProcessMemory {
  std::size_t resident = 0;
  std::size_t peak = 0;
};
ProcessMemory process_memory();

}  // namespace toolformer::finetune
