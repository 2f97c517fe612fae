// SPDX-License-Identifier: Apache-2.0
// The errors that end a program, one type per exit code of the contract. Messages name the place
// (file, line, byte), both values and the remedy. What goes wrong with a single record or call is
// data, not an exception.
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace toolformer::base {

enum class ExitCode {
  kDone = 0,
  kInternal = 1,         ///< bug or I/O error
  kUsage = 2,            ///< command line or configuration
  kBadData = 3,          ///< input that cannot be used
  kTooManyFailures = 4,  ///< finished, but more records failed than allowed
  kInterrupted = 75,     ///< stopped early on request; the same command goes on
};

class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

struct IoError : Error {
  explicit IoError(const std::string& message) : Error(ExitCode::kInternal, message) {}
};
struct UsageError : Error {
  explicit UsageError(const std::string& message) : Error(ExitCode::kUsage, message) {}
};
struct DataError : Error {
  explicit DataError(const std::string& message) : Error(ExitCode::kBadData, message) {}
};
struct TooManyFailures : Error {
  explicit TooManyFailures(const std::string& message)
      : Error(ExitCode::kTooManyFailures, message) {}
};
struct Interrupted : Error {
  explicit Interrupted(const std::string& message) : Error(ExitCode::kInterrupted, message) {}
};

/// throw_error<DataError>("{}:{}: expected {} bytes, got {}", file, line, want, got)
template <class E, class... Args>
[[noreturn]] void throw_error(fmt::format_string<Args...> format, Args&&... args) {
  throw E(fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace toolformer::base
