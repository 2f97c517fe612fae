// SPDX-License-Identifier: Apache-2.0
#include "fake/python_server.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <sstream>

#include "toolformer/base/error.h"

extern char** environ;

namespace toolformer::fake {
namespace {

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) base::throw_error<base::IoError>("pipe2 failed");
    out = ends[0];
    in = ends[1];
  }
  int out = -1;
  int in = -1;
};

std::string read_line(int descriptor) {
  constexpr int kMilliseconds = 60'000;
  std::string line;
  pollfd waiting{descriptor, POLLIN, 0};
  char c = 0;
  while (::poll(&waiting, 1, kMilliseconds) == 1 && ::read(descriptor, &c, 1) == 1 && c != '\n') {
    line += c;
  }
  return line;
}

}  // namespace

PythonServer::PythonServer(const std::string& script, const std::vector<std::string>& arguments,
                           const std::string& python) {
  const Pipe input;
  const Pipe output;
  std::vector<std::string> words = {python, "-B", script};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions{};
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input.out, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output.in, STDOUT_FILENO);
  const int failed =
      posix_spawnp(&process_, python.c_str(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(input.out);
  ::close(output.in);
  input_ = input.in;
  std::istringstream line(failed == 0 ? read_line(output.out) : "");
  ::close(output.out);
  for (int port = 0; line >> port;) ports_.push_back(port);
  if (ports_.empty()) base::throw_error<base::IoError>("{} did not start", script);
}

PythonServer::~PythonServer() {
  ::close(input_);
  if (process_ > 0) {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
}

std::string PythonServer::url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(port()) + path;
}

}  // namespace toolformer::fake
