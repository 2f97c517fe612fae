// SPDX-License-Identifier: Apache-2.0
// How programs are shut in on this machine. With bubblewrap: no network unless granted, the system
// read-only, /tmp, /run and home directories private and empty, own processes, IPC and host name,
// no capabilities, and an end together with us.
//   root:  bubblewrap with root's rights builds the place, then the program gets a user id of its
//          own (setpriv): the kernel does not limit the number of processes of user id 0.
//   user:  bubblewrap in a user namespace, prlimit inside it: there only these processes count.
#pragma once

#include <string>
#include <vector>

#include "toolformer/sandbox/program.h"

namespace toolformer::sandbox {

class Confinement {
 public:
  enum class Mode {
    kRoot,
    kUser,
    kNone,  ///< process group and limits only; a program that leaves its group escapes
  };

  /// Tries what works here by running `true` in it. Throws UsageError with the remedy when nothing
  /// does and `unsafe_no_sandbox` is not set.
  struct Options {
    bool unsafe_no_sandbox = false;
    std::string bubblewrap = "bwrap";  ///< name or path
  };
  static Confinement detect(const Options& options);
  explicit Confinement(Mode mode, std::string bubblewrap = "/usr/bin/bwrap");

  Mode mode() const { return mode_; }
  bool is_sandbox() const { return mode_ != Mode::kNone; }
  /// The arguments that run the program shut in; bubblewrap reports on descriptor `status`. Throws
  /// UsageError when the program lies in a hidden folder that was not granted.
  std::vector<std::string> wrap(const Program& program, int status) const;

 private:
  Mode mode_;
  std::string bubblewrap_;
};

}  // namespace toolformer::sandbox
