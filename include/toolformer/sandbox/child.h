// SPDX-License-Identifier: Apache-2.0
// A running program with its three streams. When it is gone, so is everything it started (within a
// sandbox), every descriptor, and its entry in the process table.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "toolformer/sandbox/confinement.h"
#include "toolformer/sandbox/program.h"

namespace toolformer::sandbox {

/// Closes what it holds.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  ~Descriptor() { reset(); }
  Descriptor(Descriptor&& other) noexcept : number_(other.number_) { other.number_ = -1; }
  Descriptor& operator=(Descriptor&& other) noexcept;
  int get() const { return number_; }
  bool is_open() const { return number_ >= 0; }
  void reset();

 private:
  int number_;
};

/// What became of a write or a read that does not wait.
enum class Transfer { kSome, kNothingYet, kEnd };

class Child {
 public:
  /// Starts it. The thread that does so must outlive it: the kernel ends a program together with
  /// the thread that started it. Throws Failure (kUnavailable), UsageError as Confinement::wrap.
  Child(const Confinement& confinement, const Program& program);
  ~Child();  ///< stop()
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  int input() const { return in_.get(); }     ///< -1: closed
  int output() const { return out_.get(); }   ///< -1: closed
  int errors() const { return err_.get(); }   ///< -1: closed
  int death() const { return pidfd_.get(); }  ///< readable when it has ended
  void close_input() { in_.reset(); }

  /// Without waiting and without SIGPIPE; takes what was written off `bytes`.
  Transfer write(std::string_view& bytes);
  /// Appends at most 64 KiB without waiting; at the end of the stream it closes it.
  Transfer read_output(std::string& bytes);
  /// Reads what is there; the first 2,000 bytes stay.
  void drain_errors();
  std::string error_excerpt() const;

  /// Throws Failure (kTooLarge) when all its processes together use more memory or are more than
  /// the limits say: what the kernel's limits of one process cannot see.
  void check_usage() const;
  /// Whether it has ended by itself; collects it then.
  bool has_ended();
  /// Ends it and all that it started; streams stay open.
  void kill_all();
  /// kill_all() and closes the streams.
  void stop();
  /// Why it failed; nullopt: exit code 0. Only when it has ended.
  std::optional<std::string> failure() const;
  bool ended_by_cpu_limit() const;

 private:
  pid_t first_process();
  Limits limits_;
  bool is_sandbox_;
  pid_t pid_ = -1;
  pid_t inner_ = -1;  ///< the first process in the sandbox, whose end ends all others
  bool reaped_ = false;
  int status_ = 0;
  std::chrono::microseconds cpu_time_{0};  ///< of all its processes; known when it has ended
  std::string error_;
  Descriptor in_, out_, err_, report_, pidfd_;
};

}  // namespace toolformer::sandbox
