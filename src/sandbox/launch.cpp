// SPDX-License-Identifier: Apache-2.0
#include "toolformer/sandbox/launch.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "toolformer/sandbox/failure.h"

namespace toolformer::sandbox {
namespace {

std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> all;
  for (const std::string& word : words) all.push_back(const_cast<char*>(word.c_str()));
  all.push_back(nullptr);
  return all;
}

struct Prepared {
  const Launch& launch;
  char* const* arguments;
  char* const* environment;
  pid_t parent;
};

void limit(__rlimit_resource_t resource, std::uint64_t most) {
  rlimit now{};
  getrlimit(resource, &now);
  const rlim_t value = most < now.rlim_max ? most : now.rlim_max;
  const rlimit both{value, value};
  setrlimit(resource, &both);
}

void set_limits(const Launch& launch) {
  const Limits& limits = launch.limits;
  limit(RLIMIT_CORE, 0);
  if (limits.cpu_seconds > 0) limit(RLIMIT_CPU, static_cast<std::uint64_t>(limits.cpu_seconds));
  limit(RLIMIT_DATA, limits.memory_bytes);
  limit(RLIMIT_AS, limits.memory_bytes * 16);
  limit(RLIMIT_FSIZE, limits.file_bytes);
  limit(RLIMIT_NOFILE, static_cast<std::uint64_t>(limits.open_files));
  if (launch.limit_processes) limit(RLIMIT_NPROC, static_cast<std::uint64_t>(limits.processes));
}

/// In the new process, which shares this one's memory until it runs the program: system calls only.
int become(const Prepared& prepared) {
  const Launch& launch = prepared.launch;
  setpgid(0, 0);
  if (launch.ends_with_thread) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != prepared.parent) return ESRCH;
  }
  struct sigaction plain {};
  plain.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal) sigaction(signal, &plain, nullptr);
  for (int i = 0; i < 4; ++i) {
    if (dup2(launch.descriptors[i], i) < 0) return errno;
  }
  syscall(SYS_close_range, kStatusDescriptor + 1, ~0U, 0);
  const int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (score >= 0) {
    if (write(score, "1000", 4) < 0) errno = 0;  // a wish, no condition
    close(score);
  }
  set_limits(launch);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  execve(prepared.arguments[0], prepared.arguments, prepared.environment);
  return errno;
}

}  // namespace

pid_t launch(const Launch& launch) {
  const std::vector<char*> arguments = pointers(launch.arguments);
  const std::vector<char*> environment = pointers(launch.environment);
  const Prepared prepared{launch, arguments.data(), environment.data(), getpid()};
  // No handler of ours may run in the new process while it shares our memory.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  volatile int error = 0;
  const pid_t pid = vfork();
  if (pid == 0) {
    error = become(prepared);
    syscall(SYS_exit_group, 127);
  }
  const int fork_error = errno;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (pid < 0) {
    throw Failure(FailureKind::kUnavailable,
                  std::string("no new process: ") + std::strerror(fork_error));
  }
  if (error != 0) {
    siginfo_t info;
    while (waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED) < 0 && errno == EINTR) {
    }
    throw Failure(FailureKind::kUnavailable,
                  launch.arguments[0] + " cannot be run: " + std::strerror(error));
  }
  return pid;
}

}  // namespace toolformer::sandbox
