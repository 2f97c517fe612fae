// SPDX-License-Identifier: Apache-2.0
// Flags whose value is one of a few names (enum_names.h). A name that is not among them ends the
// parsing with UsageError. For options.cpp files only: it brings the parser with it.
#pragma once

#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "toolformer/base/enum_names.h"

namespace toolformer::base {

/// As --help shows the values: {uniform,linear}.
template <class E>
std::string choices() {
  return fmt::format("{{{}}}", fmt::join(names_of(E{}), ","));
}

/// Nothing is chosen where the flag is not given.
template <class E>
CLI::Option* add_choice(CLI::App& app, const std::string& flag, std::optional<E>& choice,
                        const std::string& description) {
  const auto read = [&choice, flag](const CLI::results_t& given) {
    choice = value_of<E>(flag, given.back());
    return true;
  };
  return app.add_option("--" + flag, read, description)->type_name(choices<E>());
}

template <class E>
CLI::Option* add_choice(CLI::App& app, const std::string& flag, E& choice,
                        const std::string& description) {
  const auto read = [&choice, flag](const CLI::results_t& given) {
    choice = value_of<E>(flag, given.back());
    return true;
  };
  return app.add_option("--" + flag, read, description)
      ->default_str(std::string(name_of(choice)))
      ->type_name(choices<E>());
}

/// A list, separated by commas.
template <class E>
CLI::Option* add_choices(CLI::App& app, const std::string& flag, std::vector<E>& chosen,
                         const std::string& description) {
  const auto read = [&chosen, flag](const std::vector<std::string>& given) {
    chosen.clear();
    for (const std::string& name : given) chosen.push_back(value_of<E>(flag, name));
  };
  std::vector<std::string_view> names;
  for (const E value : chosen) names.push_back(name_of(value));
  return app.add_option_function<std::vector<std::string>>("--" + flag, read, description)
      ->delimiter(',')
      ->default_str(fmt::format("[{}]", fmt::join(names, ",")))
      ->type_name(choices<E>());
}

}  // namespace toolformer::base
