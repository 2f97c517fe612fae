// SPDX-License-Identifier: Apache-2.0
// A stage that adds one call to every document, for tests that kill it. Flags are those of every
// stage, and:
// --block-size N, --sleep-ms N (per block), --fault OP:N:ACTION, where OP is write, fsync, rename
// or truncate, N counts from 1, and ACTION is kill (before the operation), kill-after, or an errno
// (28: no space).
#include <fmt/format.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "toolformer/base/error.h"
#include "toolformer/base/log.h"
#include "toolformer/record/run_shard.h"

namespace {

/// Which file operation goes wrong, and how. The functions below stand before those of the C
/// library.
struct Fault {
  std::string operation;
  int countdown = 0;
  std::string action;
};

Fault& fault() {
  static Fault instance;
  return instance;
}

/// 0: go on; otherwise the errno to report.
int before(const char* operation) {
  Fault& planned = fault();
  if (planned.operation != operation || --planned.countdown != 0) return 0;
  if (planned.action == "kill") ::kill(::getpid(), SIGKILL);
  return std::atoi(planned.action.c_str());
}

void after(const char* operation) {
  const Fault& planned = fault();
  if (planned.operation == operation && planned.countdown == 0 && planned.action == "kill-after") {
    ::kill(::getpid(), SIGKILL);
  }
}

template <class... Args>
long call_kernel(const char* operation, long number, Args... args) {
  if (const int reason = before(operation)) {
    errno = reason;
    return -1;
  }
  const long result = ::syscall(number, args...);
  after(operation);
  return result;
}

}  // namespace

extern "C" {
ssize_t write(int descriptor, const void* bytes, size_t count) {
  // A cut-off write before the kill: half of the bytes reach the file.
  const Fault& planned = fault();
  if (planned.operation == "write" && planned.countdown == 1 && planned.action == "kill") {
    ::syscall(SYS_write, descriptor, bytes, count / 2);
  }
  return call_kernel("write", SYS_write, descriptor, bytes, count);
}
int fsync(int descriptor) {
  return static_cast<int>(call_kernel("fsync", SYS_fsync, descriptor));
}
int rename(const char* from, const char* to) noexcept {
  return static_cast<int>(call_kernel("rename", SYS_rename, from, to));
}
int ftruncate(int descriptor, off_t size) noexcept {
  return static_cast<int>(call_kernel("truncate", SYS_ftruncate, descriptor, size));
}
}

int main(int argc, char** argv) {
  using namespace toolformer;
  CLI::App app("echo stage");
  record::RunOptions options;
  record::bind(app, options);
  std::size_t block_size = 4;
  int sleep_ms = 0;
  std::string fault_text;
  app.add_option("--block-size", block_size, "records per block");
  app.add_option("--sleep-ms", sleep_ms, "per block");
  app.add_option("--fault", fault_text, "OP:N:ACTION");
  double gamma = 1.0;
  app.add_option("--gamma", gamma, "a setting that decides");
  CLI11_PARSE(app, argc, argv);
  try {
    base::set_up_log("echo", "info");
    if (!fault_text.empty()) {
      const std::vector<std::string> parts = CLI::detail::split(fault_text, ':');
      fault() = {parts.at(0), std::stoi(parts.at(1)), parts.at(2)};
    }
    record::StageIdentity identity{
        "echo", {{"gamma", gamma}, {"progress", options.progress}}, {{"model", "m1"}}};
    record::run_shard(options, identity, {block_size},
                      [&](std::vector<record::Item>& block, record::Summary& summary) {
                        std::this_thread::sleep_for(std::chrono::milliseconds(sleep_ms));
                        for (record::Item& item : block) {
                          if (item.document.text.find("REJECT") != std::string::npos)
                            item.reject = "asked for it";
                          record::Call call;
                          call.tool = "Echo";
                          call.input = item.document.id;
                          item.document.calls.push_back(call);
                          summary.count("calls.Echo");
                        }
                      });
    return 0;
  } catch (const base::Error& error) {
    fmt::print(stderr, "echo: error: {}\n", base::escape_for_log(error.what()));
    return static_cast<int>(error.code());
  }
}
