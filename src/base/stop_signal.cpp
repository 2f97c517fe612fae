// SPDX-License-Identifier: Apache-2.0
#include "toolformer/base/stop_signal.h"

namespace toolformer::base {
namespace {

// The one mutable static of the project: a signal handler can reach nothing else. 0: none has
// arrived.
volatile std::sig_atomic_t received_signal = 0;

extern "C" void remember_signal(int signal) {
  received_signal = signal;
}

}  // namespace

StopSignal::StopSignal() {
  received_signal = 0;
  const auto set = [this](int signal, void (*handler)(int)) {
    struct sigaction action {};
    action.sa_handler = handler;
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART;
    Saved saved{signal, {}};
    if (sigaction(signal, &action, &saved.action) == 0) saved_.push_back(saved);
  };
  for (const int signal : {SIGTERM, SIGINT, SIGUSR1}) set(signal, remember_signal);
  for (const int signal : {SIGPIPE, SIGXFSZ}) set(signal, SIG_IGN);
}

StopSignal::~StopSignal() {
  // Who was told to stop is on the way out: another signal must not change the exit code.
  const bool leaving = received_signal != 0;
  for (Saved& saved : saved_) {
    if (leaving) saved.action.sa_handler = SIG_IGN;
    sigaction(saved.signal, &saved.action, nullptr);
  }
  received_signal = 0;
}

void StopSignal::forget() {
  received_signal = 0;
}

bool stop_requested() {
  return received_signal != 0;
}

std::string stop_signal_name() {
  switch (received_signal) {
    case 0:
      return "";
    case SIGTERM:
      return "SIGTERM";
    case SIGINT:
      return "SIGINT";
    case SIGUSR1:
      return "SIGUSR1";
    default:
      return "a signal";
  }
}

}  // namespace toolformer::base
