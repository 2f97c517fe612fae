// SPDX-License-Identifier: Apache-2.0
#include "toolformer/eval/task.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <limits>

#include "toolformer/base/error.h"
#include "toolformer/base/suggest.h"
#include "toolformer/calls/prompt.h"
#include "toolformer/eval/template.h"

namespace toolformer::eval {
namespace {

using formats::TomlTable;

/// Reads one table with {variant} filled in, and notes what it read.
class Reader {
 public:
  Reader(TomlTable table, std::string variant)
      : table_(std::move(table)), variant_(std::move(variant)) {}

  std::string text(const char* key, const std::string& otherwise = "") {
    return note(key, filled(table_.string(key, otherwise)));
  }
  std::vector<std::string> list(const std::string& key) {
    std::vector<std::string> texts = table_.strings(key);
    for (std::string& text : texts) text = filled(text);
    return note(key, std::move(texts));
  }
  std::size_t count(const char* key, std::size_t otherwise) {
    return note(key, table_.size(key, otherwise));
  }
  double number(const char* key) { return note(key, table_.number(key, 0, {.low = 0})); }
  std::optional<Reader> below(const char* key) {
    const auto table = table_.table(key);
    return table ? std::optional(Reader(*table, variant_)) : std::nullopt;
  }
  std::vector<Reader> tables(const char* key) {
    std::vector<Reader> readers;
    for (const TomlTable& table : table_.tables(key)) readers.emplace_back(table, variant_);
    return readers;
  }
  void keep(const char* key, Json value) { noted_[key] = std::move(value); }
  TomlTable& table() { return table_; }
  const Json& noted() const { return noted_; }

 private:
  std::string filled(std::string text) const {
    constexpr std::string_view kHole = "{variant}";
    if (variant_.empty()) return text;
    for (std::size_t at = text.find(kHole); at != std::string::npos;
         at = text.find(kHole, at + variant_.size())) {
      text.replace(at, kHole.size(), variant_);
    }
    return text;
  }
  template <class T>
  T note(const std::string& key, T value) {
    noted_[key] = value;
    return value;
  }

  TomlTable table_;
  std::string variant_;
  Json noted_ = Json::object();
};

AnswerRule parse_rule(Reader& reader) {
  AnswerRule rule;
  const auto named = [&](const char* key, const char* otherwise, auto parse) {
    const std::string name = reader.text(key, otherwise);
    try {
      return parse(name);
    } catch (const base::UsageError& error) {
      reader.table().refuse(key, error.what());
    }
  };
  rule.name = reader.text("name", "right");
  rule.take = named("take", "whole", parse_take);
  rule.compare = named("compare", "contains", parse_compare);
  rule.words = reader.count("words", 0);
  rule.after = reader.text("after");
  rule.tolerance = reader.number("tolerance");
  if (rule.take == Take::kFirstWords && rule.words == 0)
    reader.table().refuse("words", "take = \"first-words\" needs it, 1 or more");
  return rule;
}

void parse_rules(Reader& reader, Task& task) {
  Json noted = Json::array();
  for (Reader& table : reader.tables("rule")) {
    AnswerRule rule = parse_rule(table);
    for (const AnswerRule& other : task.rules) {
      if (other.name == rule.name) table.table().refuse("name", "another rule has this name");
    }
    task.rules.push_back(std::move(rule));
    noted.push_back(table.noted());
  }
  reader.keep("rule", noted);
}

void parse_fields(Reader& reader, Task& task) {
  if (auto fields = reader.below("fields")) {
    for (const std::string& name : fields->table().keys()) task.fields[name] = fields->list(name);
    reader.keep("fields", fields->noted());
  }
  if (auto ends = reader.below("ends")) {
    for (const std::string& name : ends->table().keys()) task.ends[name] = ends->text(name.c_str());
    reader.keep("ends", ends->noted());
  }
}

void check(const Task& task, const TomlTable& table) {
  if (task.prompt.empty()) table.refuse("prompt", "missing: the template of what a model is given");
  // A template that cannot be read is to be found before the rows are.
  const Json nothing = Json::object();
  fill(task.prompt, nothing);
  for (const auto& [name, patterns] : task.fields) fill_first(patterns, nothing);
  for (const std::string& pattern : {task.cluster, task.family, task.ideal_input})
    fill(pattern, nothing);
  fill_first(task.answers, nothing);
  if (!task.generator.empty() && task.generator != "dateset")
    table.refuse("generator", "must be \"dateset\", or be left out where there is a file");
  if (task.kind == Task::Kind::kPerplexity) return;
  if (task.answers.empty()) table.refuse("answers", "missing: templates of the gold answers");
  if (task.rules.empty()) table.refuse("rule", "missing: how an output is read and compared");
}

/// A name alone is that of a field.
std::string field_or_template(const std::string& text) {
  return text.empty() || text.find('{') != std::string::npos ? text : "{" + text + "}";
}

Task read_task(const std::string& name, Reader reader, const std::filesystem::path& folder) {
  Task task;
  task.name = name;
  task.version = static_cast<int>(reader.count("version", 1));
  task.description = reader.text("description");
  const std::string kind = reader.text("kind", "generate");
  if (kind != "generate" && kind != "perplexity")
    reader.table().refuse("kind", "must be generate or perplexity");
  task.kind = kind == "generate" ? Task::Kind::kGenerate : Task::Kind::kPerplexity;
  task.data = reader.text("data");
  if (!task.data.empty()) task.data = (folder / task.data).string();
  task.generator = reader.text("generator");
  task.each = reader.list("each");
  parse_fields(reader, task);
  task.cut_at = reader.text("cut-at");
  task.prompt = reader.text("prompt");
  task.answers = reader.list("answers");
  task.answers_after = reader.text("answers-after");
  task.id = reader.text("id");
  task.date = reader.text("date");
  task.cluster = field_or_template(reader.text("cluster"));
  task.family = field_or_template(reader.text("family"));
  task.ideal_tool = reader.text("ideal-tool");
  task.ideal_input = reader.text("ideal-input");
  task.tools = reader.list("tools");
  task.without_tools = reader.list("without-tools");
  task.max_new_tokens = reader.count("max-new-tokens", task.max_new_tokens);
  task.stop = reader.text("stop");
  parse_rules(reader, task);
  reader.table().strings("variants");
  reader.table().refuse_unknown();
  check(task, reader.table());
  task.source = reader.noted();
  return task;
}

std::vector<std::string> names_in(const std::filesystem::path& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    if (entry.path().extension() == ".toml") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

[[noreturn]] void refuse_name(const std::string& name, const std::filesystem::path& directory) {
  const std::vector<std::string> known = names_in(directory);
  const auto nearest = base::nearest_name(name, known);
  base::throw_error<base::UsageError>(
      "--tasks {}: there is no such task in {}{}; known are {}", name, directory.string(),
      nearest ? ", perhaps `" + *nearest + "`" : "", fmt::join(known, ", "));
}

std::vector<Task> tasks_of(const std::string& name, const std::filesystem::path& file,
                           const std::string& wanted) {
  const std::filesystem::path folder = file.parent_path();
  TomlTable table = TomlTable::read_file(file);
  const std::vector<std::string> variants = table.strings("variants");
  if (variants.empty()) {
    if (!wanted.empty()) table.refuse("variants", "missing, so there is no `" + wanted + "`");
    return {read_task(name, Reader(table, ""), folder)};
  }
  std::vector<Task> tasks;
  for (const std::string& variant : variants) {
    if (wanted.empty() || variant == wanted)
      tasks.push_back(read_task(name + "." + variant, Reader(table, variant), folder));
  }
  if (tasks.empty()) table.refuse("variants", "there is no `" + wanted + "` among them");
  return tasks;
}

}  // namespace

Task parse_task(const std::string& name, TomlTable table, const std::string& variant) {
  return read_task(name, Reader(std::move(table), variant), "");
}

std::vector<Task> load_tasks(const std::string& name, const std::filesystem::path& directory) {
  if (name.find('/') != std::string::npos || name.ends_with(".toml")) {
    if (!std::filesystem::exists(name))
      base::throw_error<base::UsageError>("--tasks {}: no such file or directory", name);
    return tasks_of(std::filesystem::path(name).stem().string(), name, "");
  }
  if (const auto file = directory / (name + ".toml"); std::filesystem::exists(file))
    return tasks_of(name, file, "");
  if (const std::size_t dot = name.find('.'); dot != std::string::npos) {
    const std::string stem = name.substr(0, dot);
    if (const auto file = directory / (stem + ".toml"); std::filesystem::exists(file))
      return tasks_of(stem, file, name.substr(dot + 1));
  }
  refuse_name(name, directory);
}

std::filesystem::path default_task_directory() {
  return calls::default_prompt_directory().parent_path() / "tasks";
}

}  // namespace toolformer::eval
