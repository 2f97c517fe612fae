// SPDX-License-Identifier: Apache-2.0
#include "toolformer/sandbox/confinement.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>

#include "toolformer/base/error.h"
#include "toolformer/sandbox/run.h"

namespace toolformer::sandbox {
namespace {

using Path = std::filesystem::path;

/// Above every range that users, services and containers get their ids from.
constexpr unsigned kFirstUser = 0x70000000U;

std::vector<Path> hidden_folders() {
  std::vector<Path> folders;
  const char* home = std::getenv("HOME");
  for (const Path& folder : {Path("/home"), Path("/root"), Path("/run"), Path(home ? home : "")}) {
    std::error_code error;
    if (folder.is_absolute() && folder != "/" && std::filesystem::is_directory(folder, error) &&
        !std::filesystem::is_symlink(folder, error)) {
      folders.push_back(folder);
    }
  }
  return folders;
}

std::vector<Path> emptied_folders() {
  std::vector<Path> folders = hidden_folders();
  folders.insert(folders.end(), {"/tmp", "/var/tmp"});
  return folders;
}

bool is_below(const Path& path, const Path& folder) {
  const Path relative = path.lexically_normal().lexically_relative(folder.lexically_normal());
  return !relative.empty() && *relative.begin() != "..";
}

void check_visible(const Path& program, const Access& access) {
  const auto below = [&](const std::vector<Path>& folders) {
    return std::any_of(folders.begin(), folders.end(),
                       [&](const Path& folder) { return is_below(program, folder); });
  };
  const std::vector<Path> hidden = emptied_folders();
  if (below(hidden) && !below(access.read) && !below(access.write)) {
    base::throw_error<base::UsageError>(
        "{} lies in a folder that the sandbox hides; grant it with read = [\"{}\"], or move the "
        "program",
        program.string(), program.parent_path().string());
  }
}

/// Programs that share a user share its limit of processes, so each gets another one.
unsigned next_user() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
  const auto mixed = (static_cast<std::uint64_t>(now) + static_cast<std::uint64_t>(::gettid())) *
                     0x9E3779B97F4A7C15U;
  return kFirstUser + static_cast<unsigned>(mixed >> 36U);
}

class Words {
 public:
  template <class... Word>
  void add(Word&&... word) {
    (words_.push_back(std::string(std::forward<Word>(word))), ...);
  }
  std::vector<std::string> take() { return std::move(words_); }

 private:
  std::vector<std::string> words_;
};

/// bubblewrap makes what leads to a granted path, but so that only its own user may pass.
void add_granted(Words& words, const char* how, const Path& path) {
  const std::vector<Path> hidden = emptied_folders();
  std::vector<Path> above;
  for (Path folder = path.parent_path(); folder != folder.parent_path();
       folder = folder.parent_path()) {
    above.push_back(folder);
  }
  for (auto folder = above.rbegin(); folder != above.rend(); ++folder) {
    const bool is_made = std::any_of(hidden.begin(), hidden.end(), [&](const Path& one) {
      return *folder != one && is_below(*folder, one);
    });
    if (is_made) words.add("--perms", "0755", "--dir", folder->string());
  }
  words.add(how, path.string(), path.string());
}

void add_places(Words& words, const Program& program) {
  const std::string scratch = std::to_string(program.limits.scratch_bytes);
  words.add("--ro-bind", "/", "/", "--dev", "/dev");
  words.add("--perms", "1777", "--size", scratch, "--tmpfs", "/dev/shm", "--remount-ro", "/dev");
  words.add("--proc", "/proc");
  for (const char* folder : {"/tmp", "/var/tmp"}) {
    words.add("--perms", "1777", "--size", scratch, "--tmpfs", folder);
  }
  for (const Path& folder : hidden_folders()) {
    words.add("--perms", "0755", "--size", "1048576", "--tmpfs", folder.string());
  }
  for (const Path& path : program.access.read) add_granted(words, "--ro-bind", path);
  for (const Path& path : program.access.write) add_granted(words, "--bind", path);
  if (program.access.network) {
    words.add("--ro-bind-try", "/run/systemd/resolve", "/run/systemd/resolve");
  }
}

bool works(const Confinement& confinement) {
  Program probe;
  probe.arguments = {"true"};
  try {
    run(confinement, {probe, "", std::chrono::steady_clock::time_point::max()});
    return true;
  } catch (const Failure&) {
    return false;
  } catch (const base::Error&) {
    return false;
  }
}

}  // namespace

Confinement::Confinement(Mode mode, std::string bubblewrap)
    : mode_(mode), bubblewrap_(std::move(bubblewrap)) {}

Confinement Confinement::detect(const Options& options) {
  if (options.unsafe_no_sandbox) return Confinement(Mode::kNone);
  std::string why = "it does not work here (user namespaces may be switched off)";
  try {
    const std::string bubblewrap = find_program(options.bubblewrap).string();
    for (const Mode mode : {Mode::kRoot, Mode::kUser}) {
      if (mode == Mode::kRoot && ::geteuid() != 0) continue;
      if (Confinement confinement(mode, bubblewrap); works(confinement)) return confinement;
    }
  } catch (const base::UsageError&) {
    why = "it is not installed";
  }
  base::throw_error<base::UsageError>(
      "programs are run in bubblewrap (bwrap 0.7 or newer), but {}; install bubblewrap and allow "
      "user namespaces, or pass --unsafe-no-sandbox to run them with your own rights",
      why);
}

std::vector<std::string> Confinement::wrap(const Program& program, int status) const {
  const Path path = find_program(program.arguments.at(0));
  Words words;
  if (mode_ != Mode::kNone) {
    check_visible(path, program.access);
    words.add(bubblewrap_);
    add_places(words, program);
    words.add("--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try");
    words.add("--die-with-parent", "--new-session", "--json-status-fd", std::to_string(status));
    if (!program.access.network) words.add("--unshare-net");
    words.add("--chdir", program.directory.string());
    if (mode_ == Mode::kRoot) {
      const std::string user = std::to_string(next_user());
      words.add("--", find_program("setpriv").string(), "--reuid", user, "--regid", user);
      words.add("--clear-groups", "--bounding-set=-all", "--inh-caps=-all", "--");
    } else {
      words.add("--unshare-user", "--cap-drop", "ALL", "--");
      words.add(find_program("prlimit").string(),
                "--nproc=" + std::to_string(program.limits.processes), "--");
    }
  }
  words.add(path.string());
  for (std::size_t i = 1; i < program.arguments.size(); ++i) words.add(program.arguments[i]);
  return words.take();
}

}  // namespace toolformer::sandbox
