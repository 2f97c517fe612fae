// SPDX-License-Identifier: Apache-2.0
#include "app.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "arguments.h"
#include "config_file.h"
#include "reference.h"
#include "toolformer/base/error.h"
#include "toolformer/base/log.h"
#include "toolformer/base/stop_signal.h"
#include "toolformer/base/suggest.h"
#include "toolformer/version.h"

namespace toolformer::apps {
namespace {

constexpr int kUsageExit = static_cast<int>(base::ExitCode::kUsage);
constexpr int kInternalExit = static_cast<int>(base::ExitCode::kInternal);

int fail(const Program& program, const std::string& message, int code) {
  std::cout.flush();
  fmt::print(stderr, "{}: error: {}\n", program.name, base::escape_for_log(message));
  return code;
}

/// What was given but is no option.
std::string unknown_argument(const CLI::App& app, const std::string& argument) {
  if (!argument.starts_with("-")) {
    const bool reads = app.get_option_no_throw("--input") != nullptr;
    return fmt::format(
        "unknown argument '{}'{}; --help lists all flags", argument,
        reads ? fmt::format("; what to read is named so: --input {}", argument) : "");
  }
  std::string name = argument.substr(std::min(argument.find_first_not_of('-'), argument.size()));
  name = name.substr(0, name.find('='));
  const std::optional<std::string> nearest = base::nearest_name(name, flag_names(app));
  const auto options = app.get_options();
  const bool is_word = !argument.starts_with("--") &&
                       std::any_of(options.begin(), options.end(),
                                   [](const CLI::Option* one) { return one->get_positional(); });
  return fmt::format("unknown flag '{}'{}{}; --help lists all", argument,
                     nearest ? fmt::format("; the nearest known one is --{}", *nearest) : "",
                     is_word ? "; what begins with a dash and is no flag stands behind --" : "");
}

/// What CLI11 could not place, "--" itself apart.
std::optional<std::string> left_over(const CLI::App& app) {
  for (const std::string& argument : app.remaining()) {
    if (argument != "--") return argument;
  }
  return std::nullopt;
}

/// The value of an option that takes numbers is a number; of others, a text that looks like one.
nlohmann::ordered_json scalar(const CLI::Option& option, const std::string& text) {
  const std::string type = option.get_type_name();
  if (text.empty() || (type != "N" && type != "F" && type != "FLOAT")) return text;
  auto number = nlohmann::ordered_json::parse(text, nullptr, false);
  if (!number.is_number()) number = std::strtod(text.c_str(), nullptr);  // ".5", "+1"
  return number;
}

/// "[a,b]", as CLI11 prints the default of a list, or "a b", as libtorch's headers have it do.
std::vector<std::string> default_list(std::string text) {
  if (text.size() >= 2 && text.front() == '[' && text.back() == ']') {
    text = text.substr(1, text.size() - 2);
  }
  std::replace(text.begin(), text.end(), ' ', ',');
  return text.empty() ? std::vector<std::string>{} : CLI::detail::split(text, ',');
}

nlohmann::ordered_json resolved_value(const CLI::Option& option) {
  if (option.get_expected_max() == 0)
    return option.count() > 0 && option.results().back() != "false";
  if (option.get_expected_max() > 1) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const auto& item :
         option.count() > 0 ? option.reduced_results() : default_list(option.get_default_str())) {
      list.push_back(scalar(option, item));
    }
    return list;
  }
  return scalar(option, option.count() > 0 ? option.results().back() : option.get_default_str());
}

nlohmann::ordered_json resolve(const CLI::App& app) {
  nlohmann::ordered_json config = nlohmann::ordered_json::object();
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_lnames().empty()) continue;
    const std::string& name = option->get_lnames().front();
    if (name == "help" || name == "version" || name == "config") continue;
    config[name] = resolved_value(*option);
  }
  return config;
}

/// What all programs have.
void bind_common(CLI::App& app, const Program& program, std::string& log_level) {
  app.footer(fmt::format("Example:\n  {}\n\nSee also: {}", program.example, program.see_also));
  app.option_defaults()->always_capture_default();
  app.set_version_flag("--version", fmt::format("{} {} ({})", program.name, kVersion, kRevision));
  app.set_config("--config", "", "TOML file with values for the flags below; a flag wins over it");
  app.allow_extras();
  app.config_formatter(std::make_shared<ConfigFile>(app));
  app.add_option("--log-level", log_level, "trace, debug, info, warn, error or off")
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "off"}));
}

}  // namespace

int run_program(int argc, char** argv, const Program& program,
                const std::function<void(CLI::App&)>& bind,
                const std::function<int(const Start&)>& run) {
  CLI::App app(program.summary, program.name);
  std::string log_level = "info";
  bind_common(app, program, log_level);
  bind(app);
  expand_home(app);
  try {
    if (argc == 3 && std::string_view(argv[1]) == "--reference") {
      std::cout << reference(argv[2], app, program);
      return 0;
    }
    std::vector<std::string> arguments = prepared_arguments(app, argc, argv);
    std::reverse(arguments.begin(), arguments.end());  // as CLI11 takes them
    app.parse(std::move(arguments));
    if (const auto argument = left_over(app)) {
      return fail(program, unknown_argument(app, *argument), kUsageExit);
    }
  } catch (const CLI::CallForHelp&) {
    std::cout << app.help();
    return 0;
  } catch (const CLI::CallForVersion& version) {
    std::cout << version.what() << '\n';
    return 0;
  } catch (const CLI::RequiredError& error) {
    // What is missing may be there under a name that is not known.
    const auto argument = left_over(app);
    return fail(program,
                argument ? unknown_argument(app, *argument)
                         : fmt::format("{}; --help lists all flags", error.what()),
                kUsageExit);
  } catch (const CLI::ParseError& error) {
    return fail(program, fmt::format("{}; --help lists all flags", error.what()), kUsageExit);
  } catch (const base::Error& error) {  // of a flag that is read as it is parsed, as --shard is
    return fail(program, error.what(), static_cast<int>(error.code()));
  } catch (const std::exception& error) {
    return fail(program, error.what(), kInternalExit);
  }
  try {
    const Start start{resolve(app)};
    if (program.before_run != nullptr) program.before_run(argv, start.config.value("threads", 0));
    base::set_up_log(program.name, log_level);
    const int code = run(start);
    std::cout.flush();
    if (!std::cout) return fail(program, "could not write all of the output", kInternalExit);
    return code;
  } catch (const base::Interrupted& error) {
    std::string message = error.what();
    if (const std::size_t at = message.find(base::kHowToGoOn); at != std::string::npos) {
      message.replace(at, base::kHowToGoOn.size(), command_that_goes_on(argv[0], argc, argv));
    }
    return fail(program, message, static_cast<int>(error.code()));
  } catch (const base::Error& error) {
    return fail(program, error.what(), static_cast<int>(error.code()));
  } catch (const std::exception& error) {
    return fail(program, error.what(), kInternalExit);
  }
}

}  // namespace toolformer::apps
