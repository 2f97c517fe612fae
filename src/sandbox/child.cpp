// SPDX-License-Identifier: Apache-2.0
#include "toolformer/sandbox/child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <nlohmann/json.hpp>

#include "toolformer/sandbox/failure.h"
#include "toolformer/sandbox/launch.h"
#include "toolformer/sandbox/usage.h"

namespace toolformer::sandbox {
namespace {

constexpr std::size_t kExcerpt = 2000;
constexpr int kGraceMilliseconds = 1000;
constexpr std::chrono::milliseconds kCpuTimeRounding{200};

std::chrono::microseconds cpu_time(const rusage& used) {
  const auto of = [](const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
  };
  return of(used.ru_utime) + of(used.ru_stime);
}

struct Pipe {
  Descriptor read;
  Descriptor write;
};

/// Both ends above 9, so that they can be put in the places of 0 to 3.
Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw Failure(FailureKind::kUnavailable, std::string("no pipe: ") + std::strerror(errno));
  }
  const Descriptor low_read(ends[0]);
  const Descriptor low_write(ends[1]);
  Pipe pipe{Descriptor(fcntl(ends[0], F_DUPFD_CLOEXEC, 10)),
            Descriptor(fcntl(ends[1], F_DUPFD_CLOEXEC, 10))};
  if (!pipe.read.is_open() || !pipe.write.is_open()) {
    throw Failure(FailureKind::kUnavailable, std::string("no pipe: ") + std::strerror(errno));
  }
  return pipe;
}

void never_wait(const Descriptor& descriptor) {
  fcntl(descriptor.get(), F_SETFL, fcntl(descriptor.get(), F_GETFL) | O_NONBLOCK);
}

/// Whether `descriptor` is readable within the time.
bool await(int descriptor, int milliseconds) {
  pollfd one{descriptor, POLLIN, 0};
  return poll(&one, 1, milliseconds) > 0;
}

/// While it lives, this thread's writes to a closed pipe fail with EPIPE and nothing else.
class NoSigpipe {
 public:
  NoSigpipe() {
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~NoSigpipe() {
    const timespec now{0, 0};
    if (!was_pending_) {
      while (sigtimedwait(&pipe_, nullptr, &now) > 0) {
      }
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  NoSigpipe(const NoSigpipe&) = delete;
  NoSigpipe& operator=(const NoSigpipe&) = delete;

 private:
  sigset_t pipe_;
  sigset_t before_;
  bool was_pending_ = false;
};

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

void Descriptor::reset() {
  if (number_ >= 0) close(number_);
  number_ = -1;
}

Child::Child(const Confinement& confinement, const Program& program)
    : limits_(program.limits), is_sandbox_(confinement.is_sandbox()) {
  Launch start{.arguments = confinement.wrap(program, kStatusDescriptor),
               .environment = clean_environment(program),
               .descriptors = {},
               .limits = limits_,
               .limit_processes = confinement.mode() == Confinement::Mode::kRoot,
               .ends_with_thread = !is_sandbox_};
  Pipe in = make_pipe();
  Pipe out = make_pipe();
  Pipe err = make_pipe();
  Pipe report = make_pipe();
  const std::array<int, 4> ends = {in.read.get(), out.write.get(), err.write.get(),
                                   report.write.get()};
  std::copy(ends.begin(), ends.end(), start.descriptors);
  if (is_sandbox_) prctl(PR_SET_CHILD_SUBREAPER, 1);  // see has_ended()
  pid_ = launch(start);
  pidfd_ = Descriptor(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
  in_ = std::move(in.write);
  out_ = std::move(out.read);
  err_ = std::move(err.read);
  report_ = std::move(report.read);
  for (const Descriptor* descriptor : {&in_, &out_, &err_, &report_}) never_wait(*descriptor);
  if (!pidfd_.is_open()) {
    stop();
    throw Failure(FailureKind::kUnavailable,
                  std::string("no descriptor of the process: ") + std::strerror(errno));
  }
}

Child::~Child() {
  stop();
}

Transfer Child::write(std::string_view& bytes) {
  const NoSigpipe guard;
  const ssize_t count = ::write(in_.get(), bytes.data(), bytes.size());
  if (count >= 0) {
    bytes.remove_prefix(static_cast<std::size_t>(count));
    return Transfer::kSome;
  }
  return errno == EAGAIN || errno == EINTR ? Transfer::kNothingYet : Transfer::kEnd;
}

Transfer Child::read_output(std::string& bytes) {
  std::array<char, 65536> buffer;
  const ssize_t count = ::read(out_.get(), buffer.data(), buffer.size());
  if (count > 0) {
    bytes.append(buffer.data(), static_cast<std::size_t>(count));
    return Transfer::kSome;
  }
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return Transfer::kNothingYet;
  out_.reset();
  return Transfer::kEnd;
}

void Child::drain_errors() {
  std::array<char, 4096> buffer;
  for (int round = 0; round < 16 && err_.is_open(); ++round) {
    const ssize_t count = ::read(err_.get(), buffer.data(), buffer.size());
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) {
      err_.reset();
      return;
    }
    const std::size_t room = kExcerpt - std::min(kExcerpt, error_.size());
    error_.append(buffer.data(), std::min(room, static_cast<std::size_t>(count)));
  }
}

std::string Child::error_excerpt() const {
  const std::size_t end = error_.find_last_not_of(" \n\r\t");
  return end == std::string::npos ? "" : error_.substr(0, end + 1);
}

void Child::check_usage() const {
  if (reaped_) return;
  const Usage usage = usage_of(pid_, limits_.processes + kOwnProcesses);
  if (usage.resident_bytes > limits_.memory_bytes) {
    throw Failure(FailureKind::kTooLarge,
                  fmt::format("it uses more than {} MB of memory", limits_.memory_bytes >> 20U));
  }
  if (usage.processes > limits_.processes + kOwnProcesses) {
    throw Failure(FailureKind::kTooLarge,
                  fmt::format("it runs more than {} processes", limits_.processes));
  }
}

bool Child::has_ended() {
  if (reaped_) return true;
  rusage used{};
  const pid_t got = wait4(pid_, &status_, WNOHANG, &used);
  if (got == pid_) cpu_time_ += cpu_time(used);
  reaped_ = got == pid_ || (got < 0 && errno == ECHILD);
  // bubblewrap may go before it has collected the first process of the sandbox, which is ours then.
  if (const pid_t first = reaped_ ? first_process() : -1; first > 0) {
    pid_t collected = -1;
    do collected = wait4(first, nullptr, 0, &used);
    while (collected < 0 && errno == EINTR);
    if (collected == first) cpu_time_ += cpu_time(used);
  }
  return reaped_;
}

/// bubblewrap writes {"child-pid": 123, ...} when it has made the first process of the sandbox, and
/// may take a moment to get there.
pid_t Child::first_process() {
  if (inner_ > 0 || !is_sandbox_) return inner_;
  if (!await(report_.get(), kGraceMilliseconds)) return -1;
  std::array<char, 1024> line{};
  const ssize_t count = ::read(report_.get(), line.data(), line.size());
  if (count <= 0) return -1;
  const std::string_view text(line.data(), static_cast<std::size_t>(count));
  const auto report = nlohmann::json::parse(text.substr(0, text.find('\n')), nullptr, false);
  if (report.is_object() && report.contains("child-pid")) inner_ = report["child-pid"].get<pid_t>();
  return inner_;
}

void Child::kill_all() {
  if (!has_ended() && pid_ > 0) {
    // The end of the first process in the sandbox ends all in it before bubblewrap sees it end.
    const pid_t first = first_process();
    if (first > 0 && parent_of(first) == pid_) kill(first, SIGKILL);
    if (first <= 0 || !await(pidfd_.get(), kGraceMilliseconds)) kill(-pid_, SIGKILL);
    while (!has_ended()) await(pidfd_.get(), kGraceMilliseconds);
  }
  if (!is_sandbox_ && pid_ > 0) kill(-pid_, SIGKILL);
  if (!is_sandbox_) pid_ = -1;  // the number may be another's from here on
}

void Child::stop() {
  kill_all();
  in_.reset();
  out_.reset();
  err_.reset();
}

/// SIGKILL also comes of the machine's memory limits, so that the time tells.
bool Child::ended_by_cpu_limit() const {
  const bool is_spent = cpu_time_ >= std::chrono::seconds(limits_.cpu_seconds) - kCpuTimeRounding;
  return (WIFSIGNALED(status_) && WTERMSIG(status_) == SIGXCPU) ||
         (is_sandbox_ && WIFEXITED(status_) && WEXITSTATUS(status_) == 128 + SIGXCPU) ||
         (limits_.cpu_seconds > 0 && is_spent && is_sandbox_ && WIFEXITED(status_) &&
          WEXITSTATUS(status_) == 128 + SIGKILL);
}

std::optional<std::string> Child::failure() const {
  int code = WIFEXITED(status_) ? WEXITSTATUS(status_) : 0;
  int signal = WIFSIGNALED(status_) ? WTERMSIG(status_) : 0;
  if (is_sandbox_ && code > 128) signal = code - 128;  // as bubblewrap tells it
  if (code == 0 && signal == 0) return std::nullopt;
  std::string message = signal > 0 && sigabbrev_np(signal) != nullptr
                            ? fmt::format("it was ended by SIG{}", sigabbrev_np(signal))
                            : fmt::format("it ended with exit code {}", code);
  if (signal == SIGKILL && !ended_by_cpu_limit()) message += ", perhaps for want of memory";
  if (!error_excerpt().empty()) message += ": " + error_excerpt();
  return message;
}

}  // namespace toolformer::sandbox
