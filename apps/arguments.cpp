// SPDX-License-Identifier: Apache-2.0
#include "arguments.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

#include "toolformer/base/error.h"

namespace toolformer::apps {
namespace {

namespace fs = std::filesystem;

const CLI::Option* find(const CLI::App& app, const std::string& argument) {
  const std::string name = argument.substr(0, argument.find('='));
  return name.size() > 2 && name.starts_with("--") ? app.get_option_no_throw(name) : nullptr;
}

std::string expanded(const std::string& text) {
  // The value itself, or what stands behind NAME=.
  std::size_t at = 0;
  if (!text.starts_with('~')) {
    at = text.find("=~");
    if (at == std::string::npos) return text;
    ++at;
  }
  const bool is_home = text.size() == at + 1 || text[at + 1] == '/';
  const char* home = std::getenv("HOME");
  std::error_code error;
  if (!is_home || home == nullptr || fs::exists(text.substr(at), error)) return text;
  return text.substr(0, at) + home + text.substr(at + 1);
}

std::string quoted(const std::string& word) {
  constexpr const char* kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:=,@%+-";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

bool was_launched() {
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_JOB_ID"}) {
    if (std::getenv(name) != nullptr) return true;
  }
  return false;
}

}  // namespace

std::vector<std::string> prepared_arguments(const CLI::App& app, int argc,
                                            const char* const* argv) {
  std::vector<std::string> arguments;
  const CLI::Option* wants = nullptr;  // a value, of the option before
  const CLI::Option* list = nullptr;   // that the words belong to
  bool options_ended = false;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const CLI::Option* option = options_ended ? nullptr : find(app, word);
    if (wants != nullptr && option != nullptr) {
      base::throw_error<base::UsageError>(
          "{} has no value: {} is a flag of its own; write {}={} if it is the value",
          wants->get_name(), word, wants->get_name(), word);
    }
    if (word == "--" && !options_ended && wants == nullptr) {
      options_ended = true;
      // CLI11 takes the first "--" behind a list for the list's end only.
      if (list != nullptr) arguments.push_back(word);
    } else if (option != nullptr) {
      const bool takes_value = option->get_items_expected_max() > 0;
      const bool has_value = word.find('=') != std::string::npos;
      wants = takes_value && !has_value ? option : nullptr;
      list = takes_value && option->get_items_expected_max() > 1 && option->get_allow_extra_args()
                 ? option
                 : nullptr;
    } else {
      wants = nullptr;
    }
    arguments.push_back(word);
  }
  return arguments;
}

void expand_home(CLI::App& app) {
  for (CLI::Option* option : app.get_options()) {
    const bool is_text = option->check_lname("prompt") || option->get_lnames().empty();
    if (option->get_items_expected_max() == 0 || is_text) continue;
    option->transform(CLI::Validator(
        [](std::string& text) {
          text = expanded(text);
          return std::string();
        },
        ""));
  }
}

std::string command_that_goes_on(const std::string& program, int argc, const char* const* argv) {
  std::string command = program;
  bool restarts = false;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--restart") {
      restarts = true;
    } else {
      command += " " + quoted(word);
    }
  }
  constexpr std::size_t kLongest = 1000;
  if (was_launched() || command.size() > kLongest) {
    return fmt::format("run the same command again{} to go on",
                       restarts ? ", without --restart," : "");
  }
  return "to go on: " + command;
}

}  // namespace toolformer::apps
