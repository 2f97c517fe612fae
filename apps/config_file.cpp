// SPDX-License-Identifier: Apache-2.0
#include "config_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <optional>

#include "toolformer/base/suggest.h"
#include "toolformer/formats/toml_table.h"

namespace toolformer::apps {
namespace {

/// CLI11 hands over the stream alone: with several files the name is not known.
std::string name_of_file(const CLI::App& app) {
  const auto& given = app.get_config_ptr()->results();
  return given.size() == 1 ? given.front() : "--config";
}

/// A table under a name that is no flag's, or is one's.
[[noreturn]] void refuse_section(const formats::TomlTable& file, const std::string& section,
                                 const std::vector<std::string>& flags) {
  if (section == "tool") {
    file.refuse(section, "is a tool: the file is a toolbox, which belongs behind --toolbox");
  }
  std::vector<std::string> known;
  formats::TomlTable handle = file;
  for (const std::string& key : handle.table(section)->keys()) {
    if (std::find(flags.begin(), flags.end(), key) != flags.end()) known.push_back(key);
  }
  const auto nearest = base::nearest_name(section, flags);
  file.refuse(section, fmt::format("is a section, and settings have none; {}",
                                   !known.empty() ? fmt::format("write {} at the top of the file, "
                                                                "without a section",
                                                                fmt::join(known, ", "))
                                   : nearest ? fmt::format("perhaps {} = ... is meant?", *nearest)
                                             : "--help lists the settings"));
}

}  // namespace

std::vector<std::string> flag_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back(name);
  }
  return names;
}

std::vector<CLI::ConfigItem> ConfigFile::from_config(std::istream& input) const {
  const std::string text{std::istreambuf_iterator<char>(input), {}};
  const std::string name = name_of_file(app_);
  formats::TomlTable table = formats::TomlTable::parse(text, name);
  const std::vector<std::string> flags = flag_names(app_);
  std::vector<CLI::ConfigItem> settings;
  for (const std::string& key : table.keys()) {
    if (table.is_table(key)) refuse_section(table, key, flags);
    if (std::find(flags.begin(), flags.end(), key) == flags.end()) {
      const std::optional<std::string> nearest = base::nearest_name(key, flags);
      table.refuse(
          key, fmt::format("is an unknown setting{}; --help lists all",
                           nearest ? fmt::format(", the nearest known one is {}", *nearest) : ""));
    }
    CLI::ConfigItem item;
    item.name = key;
    item.inputs = table.words(key);
    if (!item.inputs.empty()) settings.push_back(std::move(item));  // []: as if it were not there
  }
  return settings;
}

}  // namespace toolformer::apps
