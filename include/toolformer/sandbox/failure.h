// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>

namespace toolformer::sandbox {

enum class FailureKind {
  kTimeout,      ///< wall or CPU time is over
  kTooLarge,     ///< more output, memory or processes than allowed
  kFailed,       ///< exit code, signal, or an answer that breaks the protocol
  kUnavailable,  ///< it could not be started, or the system has no room for it
};

/// What went wrong with a program: data for whoever asked it.
struct Failure : std::runtime_error {
  Failure(FailureKind failure_kind, const std::string& message)
      : std::runtime_error(message), kind(failure_kind) {}
  FailureKind kind;
};

}  // namespace toolformer::sandbox
