// SPDX-License-Identifier: Apache-2.0
// A task: which file, how a row of it becomes a prompt, how the output is read, what is right. It
// is a TOML file (configs/tasks/README.md describes every key), so that users add one without code.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "toolformer/eval/answer.h"
#include "toolformer/formats/toml_table.h"

namespace toolformer::eval {

struct Task {
  enum class Kind { kGenerate, kPerplexity };
  std::string name;
  int version = 1;  ///< changes when results may
  std::string description;
  Kind kind = Kind::kGenerate;
  std::string data;               ///< file; --data NAME=FILE wins
  std::string generator;          ///< "dateset": the items are made, not read
  std::vector<std::string> each;  ///< lists inside each other that hold the rows (SQuAD's data,
                                  ///< paragraphs, qas); a row sees the fields around it

  std::map<std::string, std::vector<std::string>> fields;  ///< templates; the first that fits
  std::map<std::string, std::string> ends;  ///< what a field must end with; added where missing
  std::string cut_at;  ///< fields end before this mask; rows where words follow it are left out
  std::string prompt;  ///< template; of a perplexity task the text itself
  std::vector<std::string> answers;  ///< templates; the first that fits gives all gold answers
  std::string answers_after;         ///< gold is what stands behind the last of these, if any does
  std::string id, date;              ///< templates; empty: the row's number, no date

  std::string cluster;  ///< template: items with equal values are not independent; empty: all are
  std::string family;  ///< template: items with equal values are a part of the task with figures of
                       ///< its own
  std::string ideal_tool, ideal_input;  ///< the call that helps most; the input is a template

  std::vector<std::string> tools;          ///< only these; empty: all that the run has
  std::vector<std::string> without_tools;  ///< not these
  std::size_t max_new_tokens = 64;
  std::string stop;
  std::vector<AnswerRule> rules;  ///< the first is the task's own figure
  nlohmann::ordered_json source;  ///< every value of the file: part of a run's identity
};

/// {variant} in strings becomes `variant`. Throws UsageError that names file, line and key.
Task parse_task(const std::string& name, formats::TomlTable table, const std::string& variant = "");

/// A file x.toml, or the name of one in `directory`. A file with `variants` gives one task for each
/// ("xquad" all, "xquad.es" one of them); {variant} in it stands for the variant's name.
std::vector<Task> load_tasks(const std::string& name, const std::filesystem::path& directory);

/// Where the shipped tasks are: $TOOLFORMER_CONFIGS/tasks, beside the installed prompts, or in the
/// source tree.
std::filesystem::path default_task_directory();

}  // namespace toolformer::eval
