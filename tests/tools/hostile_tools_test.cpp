// SPDX-License-Identifier: Apache-2.0
// Tools that are programs and mean harm: each ends in a typed error or a harmless answer, escapes
// nowhere, disturbs no other call, and leaves neither process nor descriptor.
#include <gmock/gmock.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "fake/temporary_directory.h"
#include "toolformer/tools/dispatch/dispatcher.h"
#include "toolformer/tools/dispatch/toolbox.h"
#include "tools/confined_test.h"

namespace toolformer::tools {
namespace {

using std::chrono::milliseconds;
using testing::AnyOf;
using testing::Eq;
using testing::HasSubstr;

std::size_t descriptors() {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}));
}

/// Of this process and whatever fell to it, dead or alive.
std::size_t children() {
  std::size_t count = 0;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream file(thread.path() / "children");
    count += static_cast<std::size_t>(
        std::distance(std::istream_iterator<int>(file), std::istream_iterator<int>()));
  }
  return count;
}

class HostileTools : public ConfinedTest {
 protected:
  void SetUp() override {
    ConfinedTest::SetUp();
    descriptors_ = descriptors();
    children_ = children();  // of other tests in this process
  }
  void TearDown() override {
    toolbox_ = Toolbox();
    if (IsSkipped()) return;
    EXPECT_EQ(children(), children_);
    EXPECT_EQ(descriptors(), descriptors_);
  }
  /// The tool `Python`, and others.
  Toolbox& make(const std::string& settings = "", const std::string& others = "") {
    ToolboxOptions options;
    options.tools = {"Python"};
    if (!others.empty()) options.tools.push_back("Other");
    options.file = directory_.write(
        "tools.toml", "[tool.Python]\nkind = \"python\"\n" + settings + "\n" + others);
    return toolbox_ = make_toolbox(options);
  }
  static std::string text(const Outcome& outcome) {
    return outcome.ok() ? outcome.result : outcome.error_kind;
  }
  std::string run(const std::string& code, int ms = 20'000) {
    return text(toolbox_.call("Python", code,
                              {.deadline = std::chrono::steady_clock::now() + milliseconds(ms)}));
  }
  fake::TemporaryDirectory directory_;
  Toolbox toolbox_;
  std::size_t descriptors_ = 0;
  std::size_t children_ = 0;
};

struct Harm {
  const char* what;
  const char* code;
  const char* ends;  ///< how: the kind of error, or what it prints
  int milliseconds = 20'000;
};

constexpr Harm kHarms[] = {
    {"hangs and ignores signals",
     "import signal,time\nfor s in range(1, 32):\n  try: signal.signal(s, signal.SIG_IGN)\n"
     "  except Exception: pass\ntime.sleep(99)",
     "timeout", 700},
    {"hangs with its output closed", "import os,time\nos.close(1); os.close(2); time.sleep(99)",
     "timeout", 700},
    {"stops itself", "import os; os.kill(os.getpid(), 19)", "timeout", 700},
    {"floods its output", "while True: print('x' * 65536)", "too_large"},
    {"floods its errors", "import sys\nwhile True: sys.stderr.write('x' * 65536)", "timeout", 700},
    {"takes memory", "x = bytearray(1 << 30)", "tool_failed"},
    {"takes memory in many processes",
     "import os,time\nfor i in range(8):\n  if os.fork() == 0:\n"
     "    x = bytearray(b'x') * (48 << 20); time.sleep(99)\ntime.sleep(99)",
     "too_large"},
    {"fills its disk in memory", "f = open('/tmp/x', 'wb')\nwhile True: f.write(b'x' * 65536)",
     "tool_failed"},
    {"fills it with many files",
     "import os\nfor i in range(10**9): open(f'/tmp/{i}', 'wb').write(b'x' * 65536)",
     "tool_failed"},
    {"recurses", "f = lambda: f()\nf()", "tool_failed"},
    {"crashes", "import ctypes; ctypes.string_at(0)", "tool_failed"},
    {"exits in silence", "raise SystemExit(3)", "tool_failed"},
    {"kills whom it can", "import os; os.kill(-1, 9)", "tool_failed"},
    {"sees no other process",
     "import os; print(sorted(int(p) > 9 for p in os.listdir('/proc') if p.isdigit())[-1])",
     "False"},
    {"changes nothing of the system",
     "import os\nfor p in ['/etc/x', '/usr/x', '/x', '/proc/sys/kernel/x', '/sys/x', '/dev/x']:\n"
     "  try: open(p, 'w'); print(p)\n  except OSError: pass\nprint('nothing')",
     "nothing"},
    {"reads no secrets of the system",
     "try: print(open('/etc/shadow').read())\nexcept OSError: print('nothing')", "nothing"},
    {"reads nothing at home",
     "import os; print(os.listdir('/root') if os.path.isdir('/root') else [])", "[]"},
    {"gains no rights",
     "import subprocess\nopen('/tmp/s', 'w').write('#!/bin/sh\\nid -u\\n')\nimport os\n"
     "try: os.chown('/tmp/s', 0, 0); print('chown')\nexcept OSError: print('nothing')",
     "nothing"},
    {"mounts nothing",
     "import ctypes\nprint(ctypes.CDLL(None, use_errno=True).mount(b'none', b'/tmp', b'tmpfs', 0, "
     "0))",
     "-1"},
    {"prints what is no text", "import os; os.write(1, bytes(range(128, 256)))", "bad_result"},
    {"prints a call", "print('] [Python(1)')", "bad_result"},
};

TEST_F(HostileTools, EachEndsTypedAndLeavesNothing) {
  make("memory_mb = 256\nprocesses = 24\nmax_bytes = 100000");
  for (const Harm& harm : kHarms) {
    SCOPED_TRACE(harm.what);
    EXPECT_EQ(run(harm.code, harm.milliseconds), harm.ends);
    EXPECT_EQ(children(), children_);
  }
  EXPECT_EQ(run("print(6 * 7)"), "42");
}

TEST_F(HostileTools, AForkBombGetsNoMoreProcessesThanAllowedAndNoneIsLeft) {
  make("processes = 16");
  const std::string made =
      run("import os,time\nn = 0\ntry:\n  while True:\n    if os.fork() == 0: os.setsid(); "
          "time.sleep(99)\n"
          "    n += 1\nexcept OSError: print(n)");
  EXPECT_THAT(made, AnyOf(Eq("too_large"), Eq("15"),
                          Eq("14")));  // it is one of the 16, and so may bwrap be
  EXPECT_THAT(run("import os\nwhile True:\n  try: os.fork()\n  except OSError: pass", 1500),
              AnyOf(Eq("timeout"), Eq("too_large")));
  EXPECT_EQ(children(), children_);
  EXPECT_EQ(run("print(6 * 7)"), "42");
}

TEST_F(HostileTools, ZombiesAndOrphansGoWithTheirMaker) {
  make("processes = 24");
  EXPECT_EQ(run("import os\nfor i in range(20):\n  if os.fork() == 0: os._exit(0)\nprint('made')"),
            "made");
  EXPECT_EQ(children(), children_);
  EXPECT_EQ(run("import os,time\nfor i in range(8):\n  if os.fork() == 0:\n    os.setsid()\n"
                "    if os.fork() == 0: time.sleep(99)\n    os._exit(0)\nprint('gone')"),
            "gone");
  EXPECT_EQ(children(), children_);
}

/// Listens on loopback (TCP and UDP) and under an abstract name, and counts who comes.
class Listener {
 public:
  Listener() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    bind(tcp_, reinterpret_cast<sockaddr*>(&address), size);
    getsockname(tcp_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    bind(udp_, reinterpret_cast<sockaddr*>(&address), size);
    name_ = "toolformer-test-" + std::to_string(::getpid());
    sockaddr_un abstract{};
    abstract.sun_family = AF_UNIX;
    name_.copy(abstract.sun_path + 1, sizeof(abstract.sun_path) - 1);
    bind(unix_, reinterpret_cast<sockaddr*>(&abstract),
         static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name_.size()));
    listen(tcp_, 8);
    listen(unix_, 8);
  }
  ~Listener() {
    for (const int one : {tcp_, udp_, unix_}) close(one);
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  int guests() const {
    int count = 0;
    for (const int one : {tcp_, unix_}) {
      for (int guest = 0; (guest = accept(one, nullptr, nullptr)) >= 0; ++count) close(guest);
    }
    for (char byte = 0; recv(udp_, &byte, 1, 0) >= 0;) ++count;
    return count;
  }
  /// Tries every way to it; prints how many worked.
  std::string visit() const {
    const std::string port = std::to_string(port_);
    return "import socket\nmet = 0\n"
           "for host in ['127.0.0.1', '0.0.0.0', 'localhost']:\n"
           "  try: socket.create_connection((host, " +
           port +
           "), 2); met += 1\n"
           "  except OSError: pass\n"
           "try: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', " +
           port +
           ")); met += 1\nexcept OSError: pass\n"
           "try: socket.socket(socket.AF_UNIX).connect('\\0" +
           name_ +
           "'); met += 1\n"
           "except OSError: pass\nprint(met)";
  }

 private:
  int tcp_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  int udp_ = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  int unix_ = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  int port_ = 0;
  std::string name_;
};

TEST_F(HostileTools, NothingIsReachedOverTheNetworkUnlessItIsGranted) {
  const Listener listener;
  descriptors_ = descriptors();
  make();
  run(listener.visit());
  EXPECT_EQ(listener.guests(), 0);
  EXPECT_EQ(run("import socket; print([name for _, name in socket.if_nameindex()])"), "['lo']");
  make("network = true");
  run(listener.visit());
  EXPECT_GT(listener.guests(), 0);  // so that the test above can fail
  descriptors_ -= 3;
  toolbox_ = Toolbox();
}

TEST_F(HostileTools, NothingIsWrittenWhereOthersSeeIt) {
  make();
  const std::string name = "toolformer-escaped-" + std::to_string(::getpid());
  std::vector<std::filesystem::path> places = {"/tmp", "/var/tmp", "/dev/shm", directory_.path()};
  if (const char* home = std::getenv("HOME")) places.push_back(home);
  std::string code;
  for (const auto& place : places) {
    code += "try: open('" + (place / name).string() + "', 'w').write('x')\nexcept OSError: pass\n";
  }
  EXPECT_EQ(run(code + "print('tried')"), "tried");
  for (const auto& place : places) EXPECT_FALSE(std::filesystem::exists(place / name)) << place;
}

TEST_F(HostileTools, OtherCallsAreUntouchedByOnesThatMeanHarm) {
  make(
      "memory_mb = 128\nprocesses = 16\nmax_bytes = 100000\ntimeout = \"1500 ms\"\nretries = 0\n"
      "concurrency = 6",
      "[tool.Other]\nkind = \"command\"\ncommand = [\"rev\"]\ntimeout = \"60 s\"\n"
      "concurrency = 2\n");
  const std::string harms[] = {
      "import os\nwhile True:\n  try: os.fork()\n  except OSError: pass",
      "x = bytearray(1 << 30)",
      "while True: print('x' * 65536)",
      "import time; time.sleep(99)",
      "import os; os.kill(-1, 9)",
      "import os\nfor i in range(10):\n  if os.fork() == 0: os._exit(0)\nos.abort()",
  };
  std::vector<Request> requests;
  for (const std::string& harm : harms) {
    requests.push_back({"Python", harm, {}});
    requests.push_back({"Other", "abc " + std::to_string(requests.size()), {}});
  }
  Dispatcher dispatcher(toolbox_);
  const std::vector<Answer> answers = dispatcher.call_all(requests);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const std::string& input = requests[i].input;
    if (requests[i].tool == "Other") {
      EXPECT_EQ(text(answers[i].outcome), std::string(input.rbegin(), input.rend()));
    } else {
      EXPECT_THAT(text(answers[i].outcome),
                  AnyOf(Eq("timeout"), Eq("too_large"), Eq("tool_failed")))
          << input;
    }
  }
}

}  // namespace
}  // namespace toolformer::tools
