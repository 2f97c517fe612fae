// SPDX-License-Identifier: Apache-2.0
// A program that stays and answers in frames: bytes up to an end mark. Whoever uses it decides what
// belongs together; after anything unexpected it is thrown away (the destructor), so that half an
// answer, or one to another request, can never be taken for the next one.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "toolformer/sandbox/confinement.h"
#include "toolformer/sandbox/failure.h"
#include "toolformer/sandbox/program.h"

namespace toolformer::sandbox {

class FramedProcess {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  /// Starts it, on a thread that lives as long as it does, reads its standard error and watches its
  /// memory and processes. Throws Failure (kUnavailable), UsageError as Confinement::wrap.
  FramedProcess(const Confinement& confinement, const Program& program, std::string end_mark);
  ~FramedProcess();

  /// The bytes as they are, end mark included. Throws Failure.
  void send(std::string_view bytes, Deadline deadline);
  /// The next frame without its end mark. Throws Failure: kTimeout, kTooLarge (output_bytes),
  /// kFailed when it ended.
  std::string receive(Deadline deadline);
  /// Whether bytes that nobody asked for are there, read or unread, or it has ended.
  bool is_out_of_step();

 private:
  class Keeper;
  std::size_t limit_;
  std::string end_mark_;
  std::string unread_;
  std::size_t searched_ = 0;
  std::unique_ptr<Keeper> keeper_;
};

}  // namespace toolformer::sandbox
