// SPDX-License-Identifier: Apache-2.0
#include "toolformer/sandbox/program.h"

#include <unistd.h>

#include <cstdlib>

#include "toolformer/base/error.h"

namespace toolformer::sandbox {
namespace {

constexpr const char* kFolders[] = {"/usr/local/bin", "/usr/bin", "/bin"};

bool is_program(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error) && ::access(path.c_str(), X_OK) == 0;
}

}  // namespace

std::filesystem::path find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) {
    if (is_program(name)) return std::filesystem::absolute(name);
    base::throw_error<base::UsageError>("{} is not a program that can be run", name);
  }
  for (const char* folder : kFolders) {
    const std::filesystem::path path = std::filesystem::path(folder) / name;
    if (!name.empty() && is_program(path)) return path;
  }
  base::throw_error<base::UsageError>(
      "program `{}` is not in /usr/local/bin, /usr/bin or /bin; install it or give its whole path",
      name);
}

std::vector<std::string> clean_environment(const Program& program) {
  std::map<std::string, std::string> all = {{"PATH", "/usr/local/bin:/usr/bin:/bin"},
                                            {"HOME", "/tmp"},
                                            {"TMPDIR", "/tmp"},
                                            {"LANG", "C.UTF-8"}};
  for (const char* name : {"LANG", "LC_ALL", "TZ"}) {
    if (const char* value = std::getenv(name)) all[name] = value;
  }
  for (const auto& [name, value] : program.environment) all[name] = value;
  std::vector<std::string> lines;
  for (const auto& [name, value] : all) lines.push_back(name + "=" + value);
  return lines;
}

}  // namespace toolformer::sandbox
