// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/command_tool.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "toolformer/base/sha256.h"
#include "toolformer/sandbox/run.h"

namespace toolformer::tools {
namespace {

const std::string kHole = "{input}";

Outcome as_outcome(const sandbox::Failure& failure) {
  switch (failure.kind) {
    case sandbox::FailureKind::kTimeout:
      return Outcome::transient_error(error_kind::kTimeout, failure.what());
    case sandbox::FailureKind::kTooLarge:
      return Outcome::error(error_kind::kTooLarge, failure.what());
    case sandbox::FailureKind::kUnavailable:
      return Outcome::transient_error(error_kind::kUnavailable, failure.what());
    case sandbox::FailureKind::kFailed:
      break;
  }
  return Outcome::error(error_kind::kToolFailed, failure.what());
}

class CommandTool : public Tool {
 public:
  CommandTool(std::string name, std::string kind, sandbox::Program program,
              sandbox::Confinement confinement)
      : name_(std::move(name)), program_(std::move(program)), confinement_(std::move(confinement)) {
    const auto hole = std::find(program_.arguments.begin() + 1, program_.arguments.end(), kHole);
    hole_ = static_cast<std::size_t>(hole - program_.arguments.begin());
    std::string all = fmt::format("network {}\n", program_.access.network);
    for (const std::string& argument : program_.arguments) all += argument + '\n';
    for (const auto& [key, value] : program_.environment) all += key + '=' + value + '\n';
    version_ = kind + " 1 " + base::sha256(all).substr(0, 16);
  }

  std::string name() const override { return name_; }
  std::string version() const override { return version_; }
  ToolTraits traits() const override { return {.is_remote = true}; }

  Outcome call(std::string_view input, const CallContext& context) const override {
    sandbox::Program program = program_;
    std::string_view standard_input = input;
    if (hole_ < program.arguments.size()) {
      if (input.find('\0') != std::string_view::npos) {
        return Outcome::error(error_kind::kBadInput, "an argument cannot hold a zero byte");
      }
      if (!input.empty() && input.front() == '-' && program.arguments[hole_ - 1] != "--") {
        return Outcome::error(error_kind::kBadInput, "the program would read it as an option");
      }
      program.arguments[hole_] = input;
      standard_input = {};
    }
    try {
      return Outcome::value(
          sandbox::run(confinement_, {program, standard_input, context.deadline}));
    } catch (const sandbox::Failure& failure) {
      return as_outcome(failure);
    }
  }

 private:
  std::string name_;
  sandbox::Program program_;
  sandbox::Confinement confinement_;
  std::size_t hole_ = 0;  // which argument is the input; their number: none
  std::string version_;
};

/// What both kinds may set.
sandbox::Program read_program(formats::TomlTable& settings, const ToolResources& resources) {
  sandbox::Program program;
  program.access.network = settings.boolean("network", false);
  for (const std::string& path : settings.strings("read")) {
    program.access.read.push_back(
        std::filesystem::absolute(resources.folder / path).lexically_normal());
  }
  program.environment = settings.string_map("env");
  sandbox::Limits& limits = program.limits;
  limits.wall = std::chrono::hours(24);  // the time-out of the call is earlier
  limits.cpu_seconds = static_cast<int>(settings.integer("cpu_seconds", 30, {1, 86400}));
  limits.memory_bytes = settings.size("memory_mb", 512, {16, std::size_t{1} << 20U}) << 20U;
  limits.processes = static_cast<int>(settings.integer("processes", 32, {1, 4096}));
  limits.output_bytes = settings.size("max_bytes", std::size_t{1} << 20U, {1, 1U << 30U});
  return program;
}

std::vector<std::unique_ptr<Tool>> make(const std::string& name, const std::string& kind,
                                        sandbox::Program program, const ToolResources& resources) {
  auto confinement =
      sandbox::Confinement::detect({.unsafe_no_sandbox = resources.unsafe_no_sandbox});
  program.arguments.front() = sandbox::find_program(program.arguments.front());
  return one_tool(
      std::make_unique<CommandTool>(name, kind, std::move(program), std::move(confinement)));
}

}  // namespace

std::vector<std::unique_ptr<Tool>> make_command_tool(const std::string& name,
                                                     formats::TomlTable& settings,
                                                     const ToolResources& resources) {
  sandbox::Program program = read_program(settings, resources);
  program.arguments = settings.strings("command");
  if (program.arguments.empty() || program.arguments.front().empty()) {
    settings.refuse("command", "a list is needed: the program and its arguments");
  }
  const auto holes = std::count(program.arguments.begin(), program.arguments.end(), kHole);
  if (program.arguments.front() == kHole || holes > 1) {
    settings.refuse("command", "{input} may be one argument, not the program itself");
  }
  return make(name, "command", std::move(program), resources);
}

std::vector<std::unique_ptr<Tool>> make_python_tool(const std::string& name,
                                                    formats::TomlTable& settings,
                                                    const ToolResources& resources) {
  sandbox::Program program = read_program(settings, resources);
  // Isolated: neither the user's packages nor variables of the environment count.
  program.arguments = {settings.string("interpreter", "python3"), "-I", "-B", "-"};
  return make(name, "python", std::move(program), resources);
}

}  // namespace toolformer::tools
