// SPDX-License-Identifier: Apache-2.0
// What every program does the same way: parse flags and --config, log, run, turn errors into exit
// codes.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace CLI {
class App;
}

namespace toolformer::apps {

/// The fixed texts of --help.
struct Program {
  std::string name;      ///< "tf-filter"
  std::string summary;   ///< one sentence
  std::string example;   ///< one command line that works
  std::string see_also;  ///< names of the neighbours
  /// Called with --threads once the options are known; programs that run models put
  /// model::wait_passively here.
  void (*before_run)(char** argv, int threads) = nullptr;
};

/// What a program knows about its own start.
struct Start {
  nlohmann::ordered_json
      config;  ///< every option but the paths of --config, resolved: flag, file or default
};

/// `bind` declares the options (the stages' own bind functions), `run` does the work after they
/// were parsed; `run` may return a value for the exit code. Every exception ends here: its message
/// on stderr, its exit code returned.
int run_program(int argc, char** argv, const Program& program,
                const std::function<void(CLI::App&)>& bind,
                const std::function<int(const Start&)>& run);

}  // namespace toolformer::apps
