// SPDX-License-Identifier: Apache-2.0
#include "waiting.h"

#include <dlfcn.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace toolformer::apps {

void wait_passively(char** argv) {
  if (::dlsym(RTLD_DEFAULT, "GOMP_parallel") == nullptr) return;
  for (const char* decided : {"OMP_WAIT_POLICY", "GOMP_SPINCOUNT"})
    if (std::getenv(decided) != nullptr) return;
  const char* threads = std::getenv("OMP_NUM_THREADS");
  if (threads != nullptr && std::string_view(threads) == "1") return;
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error || ::setenv("OMP_WAIT_POLICY", "PASSIVE", 1) != 0) return;
  ::execv(program.c_str(), argv);
}

}  // namespace toolformer::apps
