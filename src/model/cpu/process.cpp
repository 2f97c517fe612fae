// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/cpu/process.h"

#include <dlfcn.h>
#include <malloc.h>
#include <sched.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace toolformer::model {

int usable_processors() {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

void keep_freed_memory() {
#ifdef __GLIBC__
  constexpr int kLargest = 32 << 20;  // the most that glibc lets its heap serve
  mallopt(M_MMAP_THRESHOLD, kLargest);
  mallopt(M_TRIM_THRESHOLD, 16 * kLargest);
#endif
}

void wait_passively(char** argv, int threads) {
  if (threads == 1 || ::dlsym(RTLD_DEFAULT, "GOMP_parallel") == nullptr) return;
  for (const char* decided : {"OMP_WAIT_POLICY", "GOMP_SPINCOUNT"})
    if (std::getenv(decided) != nullptr) return;
  const char* given = std::getenv("OMP_NUM_THREADS");
  if (given != nullptr && std::string_view(given) == "1") return;
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error || ::setenv("OMP_WAIT_POLICY", "PASSIVE", 1) != 0) return;
  ::execv(program.c_str(), argv);
}

}  // namespace toolformer::model
