// SPDX-License-Identifier: Apache-2.0
// A stage's options from a command line, as a program reads them.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace toolformer::fake {

/// Bound, parsed and checked by the `bind` and `check` of the options' own namespace.
template <class Options>
Options parse_options(const std::string& arguments) {
  CLI::App app;
  Options options;
  bind(app, options);
  app.parse(arguments);
  check(options);
  return options;
}

}  // namespace toolformer::fake
