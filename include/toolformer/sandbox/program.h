// SPDX-License-Identifier: Apache-2.0
// A foreign program and what it may do and use. Programs are found and run by their arguments,
// never through a shell.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace toolformer::sandbox {

struct Limits {
  std::chrono::milliseconds wall{10'000};  ///< of one run, or of one exchange
  int cpu_seconds = 0;                     ///< of each process (RLIMIT_CPU); 0: wall alone
  /// Private memory of each process (RLIMIT_DATA) and resident memory of all of them together. Its
  /// address space (RLIMIT_AS) may be 16 times that: runtimes reserve much and use little.
  std::uint64_t memory_bytes = std::uint64_t{1} << 30U;
  std::uint64_t file_bytes = std::uint64_t{16} << 20U;     ///< of one file (RLIMIT_FSIZE)
  std::uint64_t scratch_bytes = std::uint64_t{64} << 20U;  ///< of each private /tmp, in memory
  int processes = 64;                                      ///< processes and threads together
  int open_files = 256;
  std::size_t output_bytes = std::size_t{1} << 20U;  ///< of one run, or of one reply
};

/// What a program may reach beside the read-only system. Home directories, /run and /tmp are
/// hidden.
struct Access {
  bool network = false;
  std::vector<std::filesystem::path> read;   ///< absolute; also below hidden folders
  std::vector<std::filesystem::path> write;  ///< absolute
};

struct Program {
  std::vector<std::string> arguments;              ///< [0]: the program
  std::map<std::string, std::string> environment;  ///< beside PATH, HOME, LANG and TMPDIR
  std::filesystem::path directory = "/tmp";        ///< where it starts
  Access access;
  Limits limits;
};

/// The absolute path of a program: as it is when it has a slash, else the first executable of that
/// name in /usr/local/bin, /usr/bin, /bin (not in the caller's PATH, which the program will not
/// have). Throws UsageError with the remedy.
std::filesystem::path find_program(const std::string& name);

/// The whole environment of the program as NAME=value: nothing of the caller's but its language
/// (LANG, LC_ALL, TZ).
std::vector<std::string> clean_environment(const Program& program);

}  // namespace toolformer::sandbox
