// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/training/metrics.h"

#include <cmath>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

#include "toolformer/base/atomic_file.h"

namespace toolformer::finetune {
namespace {

// Bytes of the leading lines that stay.
std::size_t kept_bytes(const std::string& content, std::size_t last_step) {
  std::size_t kept = 0;
  while (true) {
    const std::size_t end = content.find('\n', kept);
    if (end == std::string::npos) return kept;
    const auto line = nlohmann::json::parse(content.substr(kept, end - kept), nullptr, false);
    const auto step = line.is_object() ? line.find("step") : line.end();
    if (step == line.end() || !step->is_number_unsigned() || step->get<std::size_t>() > last_step) {
      return kept;
    }
    kept = end + 1;
  }
}

void require_finite(const nlohmann::ordered_json& value) {
  if (value.is_number_float() && !std::isfinite(value.get<double>())) {
    throw std::logic_error("metrics: a number is not finite");
  }
  if (value.is_structured()) {
    for (const auto& item : value) require_finite(item);
  }
}

}  // namespace

MetricsFile::MetricsFile(const std::filesystem::path& path, std::optional<std::size_t> last_step)
    : file_(base::File::open_or_create(path)) {
  const std::size_t kept = last_step ? kept_bytes(base::read_file(path), *last_step) : 0;
  file_.truncate(kept);
  file_.seek(kept);
}

void MetricsFile::append(const nlohmann::ordered_json& line) {
  require_finite(line);
  file_.append(line.dump() + "\n");
}

void MetricsFile::sync() {
  file_.sync();
}

ProcessMemory process_memory() {
  ProcessMemory memory;
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    std::istringstream fields(line);
    std::string name;
    std::size_t kibibytes = 0;
    if (!(fields >> name >> kibibytes)) continue;
    if (name == "VmRSS:") memory.resident = kibibytes * 1024;
    if (name == "VmHWM:") memory.peak = kibibytes * 1024;
  }
  return memory;
}

}  // namespace toolformer::finetune
