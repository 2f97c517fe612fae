// SPDX-License-Identifier: Apache-2.0
// A server in Python, as a process of its own, for as long as the object lives. It says its ports
// in its first line, and ends when its standard input does: whatever becomes of the test, none is
// left.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace toolformer::fake {

class PythonServer {
 public:
  /// Throws IoError when the script does not say its ports within a minute.
  explicit PythonServer(const std::string& script, const std::vector<std::string>& arguments = {},
                        const std::string& python = "python3");
  ~PythonServer();
  PythonServer(const PythonServer&) = delete;
  PythonServer& operator=(const PythonServer&) = delete;

  int port(std::size_t which = 0) const { return ports_.at(which); }
  /// "http://127.0.0.1:PORT" and the rest.
  std::string url(const std::string& path = "") const;

 private:
  pid_t process_ = -1;
  int input_ = -1;
  std::vector<int> ports_;
};

}  // namespace toolformer::fake
