// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/remote/command_tool.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "toolformer/sandbox/run.h"
#include "toolformer/tools/transport/confined_program.h"

namespace toolformer::tools {
namespace {

const std::string kHole = "{input}";

class CommandTool : public Tool {
 public:
  CommandTool(std::string name, const std::string& kind, ConfinedProgram program,
              std::optional<std::string> sample)
      : name_(std::move(name)),
        program_(std::move(program)),
        version_(kind + " 2 " + program_.version()),
        sample_(std::move(sample)) {
    const auto& arguments = program_.program().arguments;
    hole_ = static_cast<std::size_t>(std::find(arguments.begin() + 1, arguments.end(), kHole) -
                                     arguments.begin());
  }

  std::string name() const override { return name_; }
  std::string version() const override { return version_; }
  ToolTraits traits() const override { return {.is_remote = true}; }
  std::optional<std::string> sample_input() const override { return sample_; }

  Outcome call(std::string_view input, const CallContext& context) const override {
    sandbox::Program program = program_.program();
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
      return program_.without_secrets(Outcome::value(
          sandbox::run(program_.confinement(), {program, standard_input, context.deadline})));
    } catch (const sandbox::Failure& failure) {
      Outcome outcome = program_.failed(failure);
      // It would take as long again, unless it waited for others.
      if (outcome.error_kind == error_kind::kTimeout && !program.access.network)
        outcome.transient = false;
      return outcome;
    }
  }

 private:
  std::string name_;
  ConfinedProgram program_;
  std::size_t hole_ = 0;  // which argument is the input; their number: none
  std::string version_;
  std::optional<std::string> sample_;
};

}  // namespace

std::vector<std::unique_ptr<Tool>> make_command_tool(const std::string& name,
                                                     formats::TomlTable& settings,
                                                     const ToolResources& resources) {
  const std::vector<std::string> command = read_command(settings);
  const auto holes = std::count(command.begin(), command.end(), kHole);
  if (command.front() == kHole || holes > 1) {
    settings.refuse("command", "{input} may be one argument, not the program itself");
  }
  ConfinedProgram program({.arguments = command}, settings, resources);
  return one_tool(std::make_unique<CommandTool>(name, "command", std::move(program), std::nullopt));
}

std::vector<std::unique_ptr<Tool>> make_python_tool(const std::string& name,
                                                    formats::TomlTable& settings,
                                                    const ToolResources& resources) {
  // Isolated: neither the user's packages nor variables of the environment count.
  const std::vector<std::string> command = {settings.string("interpreter", "python3"), "-I", "-B",
                                            "-"};
  ConfinedProgram program({.arguments = command}, settings, resources);
  return one_tool(
      std::make_unique<CommandTool>(name, "python", std::move(program), "print(6 * 7)"));
}

}  // namespace toolformer::tools
