// SPDX-License-Identifier: Apache-2.0
// Runs the echo stage (echo_stage.cpp) as its own process.
#pragma once

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include "fake/temporary_directory.h"

namespace toolformer::record {

class EchoRun {
 public:
  /// Starts it; stdout and stderr go to files of `directory`.
  EchoRun(const fake::TemporaryDirectory& directory, const std::vector<std::string>& arguments)
      : errors_(directory / "stderr.txt"), output_(directory / "stdout.txt") {
    std::vector<std::string> words = {TOOLFORMER_ECHO_STAGE, "--progress", "none"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    child_ = ::fork();
    if (child_ == 0) {
      redirect(errors_, STDERR_FILENO);
      redirect(output_, STDOUT_FILENO);
      ::execv(pointers[0], pointers.data());
      ::_exit(127);
    }
  }

  void signal_after(std::chrono::microseconds delay, int signal) const {
    std::this_thread::sleep_for(delay);
    ::kill(child_, signal);
  }
  void signal(int signal) const { ::kill(child_, signal); }

  /// The exit code, or minus the signal that ended it.
  int wait() {
    int status = 0;
    ::waitpid(child_, &status, 0);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
  }
  std::string errors() const { return fake::read_bytes(errors_); }
  std::string output() const { return fake::read_bytes(output_); }

 private:
  static void redirect(const std::string& path, int descriptor) {
    ::dup2(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644), descriptor);
  }

  pid_t child_ = -1;
  std::string errors_, output_;
};

/// `count` documents; every seventh is bad input, every eleventh is rejected by the stage.
inline std::string echo_input(int count) {
  std::string lines;
  for (int i = 0; i < count; ++i) {
    const std::string number = std::to_string(i);
    if (i % 7 == 6) {
      lines += "{\"id\":\"d" + number + "\",\"text\":}\n";
    } else {
      lines += "{\"id\":\"d" + number + "\",\"text\":\"text number " + number +
               (i % 11 == 10 ? " REJECT" : "") + "\"}\n";
    }
  }
  return lines;
}

}  // namespace toolformer::record
