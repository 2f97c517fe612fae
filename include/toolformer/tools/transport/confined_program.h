// SPDX-License-Identifier: Apache-2.0
// What the tools that are programs have in common: settings of the sandbox, secrets in their
// environment, and how a failure becomes an outcome.
//
//   network      true: the machine's network (default: false)
//   read         further files and folders that it sees, where the sandbox hides them
//   env          its environment, a table, beside PATH, HOME, LANG and TMPDIR
//   pass_env     names of variables of our environment that it gets, such as a key
//   cpu_seconds  of each of its processes; 0: no limit
//   memory_mb    of all its processes together (default: 512)
//   processes    processes and threads (default: 32)
//   max_bytes    of one answer (default: 1 MiB)
#pragma once

#include <map>
#include <string>
#include <vector>

#include "toolformer/formats/toml_table.h"
#include "toolformer/http/secret.h"
#include "toolformer/sandbox/confinement.h"
#include "toolformer/sandbox/failure.h"
#include "toolformer/sandbox/program.h"
#include "toolformer/tools/contract/tool.h"
#include "toolformer/tools/contract/tool_resources.h"

namespace toolformer::tools {

class ConfinedProgram {
 public:
  struct Start {
    std::vector<std::string> arguments;  ///< [0]: a name, or a path relative to the toolbox file
    int cpu_seconds = 30;                ///< where the settings say nothing
    std::map<std::string, std::string> environment = {};  ///< likewise
  };
  /// Reads the keys above. Throws UsageError where the program, a variable or the sandbox (unless
  /// resources.unsafe_no_sandbox) is missing.
  ConfinedProgram(Start start, formats::TomlTable& settings, const ToolResources& resources);

  const sandbox::Program& program() const { return program_; }
  const sandbox::Confinement& confinement() const { return confinement_; }
  /// Of everything that may change a result: not the limits, not what a secret is.
  const std::string& version() const { return version_; }

  Outcome failed(const sandbox::Failure& failure) const;
  /// The outcome, or an error that says nothing of it where it holds one of the secrets.
  Outcome without_secrets(Outcome outcome) const;

 private:
  sandbox::Program program_;
  std::vector<http::Secret> secrets_;
  sandbox::Confinement confinement_{sandbox::Confinement::Mode::kNone};
  std::string version_;
};

/// The key `command`: a list, the program and its arguments.
std::vector<std::string> read_command(formats::TomlTable& settings);

}  // namespace toolformer::tools
