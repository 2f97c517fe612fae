// SPDX-License-Identifier: Apache-2.0
#include "toolformer/sandbox/usage.h"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <vector>

namespace toolformer::sandbox {

Usage usage_of(pid_t root, int most) {
  Usage usage;
  const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  std::vector<pid_t> open = {root};
  while (!open.empty() && usage.processes <= most) {
    const pid_t process = open.back();
    open.pop_back();
    ++usage.processes;
    std::uint64_t size = 0;
    std::uint64_t resident = 0;
    std::ifstream(fmt::format("/proc/{}/statm", process)) >> size >> resident;
    usage.resident_bytes += resident * page;
    std::ifstream children(fmt::format("/proc/{0}/task/{0}/children", process));
    for (pid_t child = 0; children >> child;) open.push_back(child);
  }
  return usage;
}

pid_t parent_of(pid_t process) {
  std::ifstream file(fmt::format("/proc/{}/stat", process));
  std::string text;
  std::getline(file, text);
  const std::size_t name_end = text.rfind(") ");  // the name itself may hold anything
  if (name_end == std::string::npos || text.size() < name_end + 5) return -1;
  return static_cast<pid_t>(std::strtol(text.c_str() + name_end + 4, nullptr, 10));
}

}  // namespace toolformer::sandbox
