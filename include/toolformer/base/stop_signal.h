// SPDX-License-Identifier: Apache-2.0
// SIGTERM, SIGINT and SIGUSR1 (Slurm's warning) ask a run to stop at the next good moment; a second
// one asks again.
#pragma once

#include <csignal>
#include <string>
#include <string_view>
#include <vector>

namespace toolformer::base {

/// In the message of an Interrupted whose run can be gone on with: a program puts its command line
/// in its place.
inline constexpr std::string_view kHowToGoOn = "run the same command again to go on";

/// While one lives, the three signals set a flag instead of ending the program. SIGPIPE and SIGXFSZ
/// are ignored for the same time, so that a closed pipe or a file size limit becomes an error of
/// the write. When one has arrived, all of them are ignored afterwards: the program is on its way
/// out, and a scheduler that repeats itself must not change the exit code. Not for several threads
/// at once.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  /// As if none had arrived, for a program that stays: only what it was doing was stopped.
  void forget();

 private:
  struct Saved {
    int signal;
    struct sigaction action;
  };
  std::vector<Saved> saved_;
};

/// Whether a signal has arrived while a StopSignal lives; long work may ask and throw
/// Interrupted.
bool stop_requested();
/// "SIGTERM", or empty.
std::string stop_signal_name();

}  // namespace toolformer::base
