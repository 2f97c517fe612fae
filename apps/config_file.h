// SPDX-License-Identifier: Apache-2.0
// The file of --config: TOML, one key for each flag, nothing else.
#pragma once

#include <CLI/CLI.hpp>
#include <istream>
#include <string>
#include <vector>

namespace toolformer::apps {

/// For CLI::App::config_formatter. Reading throws UsageError with file and line for what is no
/// TOML, and for a section or key that no flag is named after; the nearest one is named.
class ConfigFile : public CLI::Config {
 public:
  explicit ConfigFile(const CLI::App& app) : app_(app) {}
  std::string to_config(const CLI::App* /*app*/, bool /*defaults*/, bool /*descriptions*/,
                        std::string /*prefix*/) const override {
    return "";  // run.json holds the settings of a run
  }
  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override;

 private:
  const CLI::App& app_;
};

/// The long names of all flags, without dashes.
std::vector<std::string> flag_names(const CLI::App& app);

}  // namespace toolformer::apps
