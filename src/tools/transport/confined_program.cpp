// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/transport/confined_program.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "toolformer/base/error.h"
#include "toolformer/tools/contract/settings_hash.h"

namespace toolformer::tools {

ConfinedProgram::ConfinedProgram(Start start, formats::TomlTable& settings,
                                 const ToolResources& resources) {
  std::vector<std::string> parts = start.arguments;
  program_.arguments = std::move(start.arguments);
  program_.access.network = settings.boolean("network", false);
  parts.push_back(program_.access.network ? "network" : "");
  for (const std::string& path : settings.strings("read")) {
    program_.access.read.push_back(
        std::filesystem::absolute(resources.folder / path).lexically_normal());
    parts.push_back(program_.access.read.back().string());
  }
  program_.environment = settings.string_map("env");
  program_.environment.merge(start.environment);  // what is there already stays
  for (const auto& [name, value] : program_.environment) {
    parts.push_back(std::string(name).append("=").append(value));
  }
  for (const std::string& variable : settings.strings("pass_env")) {
    try {
      secrets_.push_back(http::Secret::from_environment(variable));
    } catch (const base::UsageError& error) {
      settings.refuse("pass_env", error.what());
    }
    program_.environment[variable] = secrets_.back().reveal();
    parts.push_back(variable);
  }
  sandbox::Limits& limits = program_.limits;
  limits.wall = std::chrono::hours(24);  // the time-out of the call is earlier
  limits.cpu_seconds =
      static_cast<int>(settings.integer("cpu_seconds", start.cpu_seconds, {0, 86400}));
  limits.memory_bytes = settings.size("memory_mb", 512, {16, std::size_t{1} << 20U}) << 20U;
  limits.processes = static_cast<int>(settings.integer("processes", 32, {1, 4096}));
  limits.output_bytes = settings.size("max_bytes", std::size_t{1} << 20U, {1, 1U << 30U});
  version_ = settings_hash(parts);

  confinement_ = sandbox::Confinement::detect({.unsafe_no_sandbox = resources.unsafe_no_sandbox});
  std::string& program = program_.arguments.front();
  if (program.find('/') != std::string::npos) program = (resources.folder / program).string();
  program = sandbox::find_program(program);
}

Outcome ConfinedProgram::failed(const sandbox::Failure& failure) const {
  Outcome outcome = Outcome::error(error_kind::kToolFailed, failure.what());
  switch (failure.kind) {
    case sandbox::FailureKind::kTimeout:
      outcome = Outcome::transient_error(error_kind::kTimeout, failure.what());
      break;
    case sandbox::FailureKind::kTooLarge:
      outcome = Outcome::error(error_kind::kTooLarge, failure.what());
      break;
    case sandbox::FailureKind::kUnavailable:
      outcome = Outcome::transient_error(error_kind::kUnavailable, failure.what());
      break;
    case sandbox::FailureKind::kFailed:
      break;
  }
  return without_secrets(std::move(outcome));
}

Outcome ConfinedProgram::without_secrets(Outcome outcome) const {
  for (const http::Secret& secret : secrets_) {
    if (!secret.leaks_into(outcome.ok() ? outcome.result : outcome.error_message)) continue;
    const std::string message = "its answer holds the value of " + secret.variable();
    if (outcome.ok()) return Outcome::error(error_kind::kBadResult, message);
    outcome.error_message = message;
  }
  return outcome;
}

std::vector<std::string> read_command(formats::TomlTable& settings) {
  std::vector<std::string> command = settings.strings("command");
  if (command.empty() || command.front().empty()) {
    settings.refuse("command", "a list is needed: the program and its arguments");
  }
  return command;
}

}  // namespace toolformer::tools
