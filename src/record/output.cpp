// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/output.h"

#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "toolformer/base/atomic_file.h"
#include "toolformer/base/error.h"
#include "toolformer/base/sha256.h"
#include "toolformer/record/run_identity.h"
#include "toolformer/record/shard.h"
#include "toolformer/version.h"

namespace toolformer::record {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

class StandardOutput : public Output {
 public:
  std::string name() const override { return "standard output"; }
  std::string rejects_name() const override {
    return "no file: standard output takes the records only";
  }
  bool can_resume() const override { return false; }
  std::optional<Summary> finished() const override { return std::nullopt; }
  std::size_t next_ordinal() const override { return 0; }
  const Summary& counts() const override { return counts_; }
  double wall_seconds() const override { return 0; }
  double cpu_seconds() const override { return 0; }

  void commit(const BlockOutput& block, double, double) override {
    std::string_view rest = block.lines;
    while (!rest.empty()) {
      const ssize_t written = ::write(STDOUT_FILENO, rest.data(), rest.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0)
        base::throw_error<base::IoError>("standard output: cannot write: {}", std::strerror(errno));
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
    counts_.merge(block.counts);
  }

  void finish(double wall_seconds, double) override {
    spdlog::info("{} records in {:.1f} s: {}", counts_.get("records.written"), wall_seconds,
                 counts_.to_json().dump());
  }

 private:
  Summary counts_;
};

class ShardOutput : public Output {
 public:
  ShardOutput(OutputPaths paths, Json identity, const StageIdentity& stage)
      : paths_(std::move(paths)), identity_(std::move(identity)) {
    if (auto summary = finished_summary(paths_)) {
      refuse_other_run(paths_.summary.string(), (*summary)["identity"], identity_);
      base::remove_if_exists(paths_.state);  // killed between the last rename and this
      finished_ = Summary::from_nested(summary->value("counts", Json::object()));
    } else {
      writer_.emplace(paths_, identity_);
      write_run_file(run_configuration(stage).dump(2) + "\n");
    }
  }

  std::string name() const override { return paths_.final_path.string(); }
  std::string rejects_name() const override { return paths_.rejects.string(); }
  bool can_resume() const override { return true; }
  std::optional<Summary> finished() const override { return finished_; }
  std::size_t next_ordinal() const override { return writer_->state().next_ordinal; }
  const Summary& counts() const override { return writer_->state().counts; }
  double wall_seconds() const override { return writer_->state().wall_seconds; }
  double cpu_seconds() const override { return writer_->state().cpu_seconds; }

  void commit(const BlockOutput& block, double wall_seconds, double cpu_seconds) override {
    writer_->commit(block, wall_seconds, cpu_seconds);
  }

  void finish(double wall_seconds, double cpu_seconds) override {
    const ShardWriter::Finished file = writer_->seal();
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const ShardState& state = writer_->state();
    const Json summary = {{"schema", kSchema},
                          {"stage", identity_["stage"]},
                          {"version", kVersion},
                          {"revision", kRevision},
                          {"shard", identity_["shard"]},
                          {"output",
                           {{"file", paths_.final_path.filename().string()},
                            {"records", counts().get("records.written")},
                            {"bytes", file.bytes},
                            {"sha256", file.sha256}}},
                          {"counts", counts().to_json()},
                          {"seconds", {{"wall", wall_seconds}, {"cpu", cpu_seconds}}},
                          {"peak_rss_bytes", static_cast<std::uint64_t>(usage.ru_maxrss) * 1024},
                          {"blocks", state.blocks},
                          {"runs", state.runs},
                          {"config_sha256", base::sha256(identity_["config"].dump())},
                          {"identity", identity_}};
    writer_->publish(summary.dump(2) + "\n");
  }

 private:
  void write_run_file(const std::string& text) const {
    if (fs::exists(paths_.run) && base::read_file(paths_.run) == text) return;
    // Other shards may write the same file at the same time: the temporary name is this shard's
    // own.
    base::write_file_atomically(
        paths_.run, text,
        paths_.run.string() + "." + paths_.final_path.filename().string() + ".tmp");
  }

  OutputPaths paths_;
  Json identity_;
  std::optional<Summary> finished_;
  std::optional<ShardWriter> writer_;
};

void refuse_input_as_output(const OutputPaths& paths, const std::vector<InputFile>& files) {
  for (const fs::path& path : {paths.final_path, paths.part, paths.rejects, paths.rejects_part})
    refuse_overwriting(files, "--output", path);
}

/// What an earlier run wrote down of itself, to save hashing inputs that have not changed; null:
/// nothing usable.
Json earlier_identity(const OutputPaths& paths) {
  for (const fs::path& path : {paths.summary, paths.state}) {
    if (!fs::exists(path)) continue;
    const Json json = Json::parse(base::read_file(path), nullptr, false);
    if (json.is_object() && json.contains("identity")) return json["identity"];
  }
  return nullptr;
}

/// All shards of a directory share one run.json; settings that differ would mix two runs.
void refuse_mixed_runs(const OutputPaths& paths, const StageIdentity& stage) {
  const bool is_shared = paths.run.filename() == "run.json";  // a single file has its own summary
  if (!is_shared || !fs::exists(paths.run)) return;
  const Json earlier = Json::parse(base::read_file(paths.run), nullptr, false);
  if (!earlier.is_object() || !earlier.contains("config")) return;
  StageIdentity then;
  then.stage = earlier.value("stage", "");
  then.config = earlier["config"];
  then.fingerprints = earlier.value("fingerprints", std::map<std::string, std::string>());
  const auto deciding = [](const StageIdentity& one) {
    return Json{
        {"stage", one.stage}, {"config", deciding_config(one)}, {"fingerprints", one.fingerprints}};
  };
  refuse_other_run(paths.run.string(), deciding(then), deciding(stage));
}

/// A folder of shards of another count could not be read as one: "holds the shards of several
/// runs".
void refuse_other_count(const OutputPaths& paths, const Shard& shard) {
  if (paths.run.filename() != "run.json") return;  // a single file
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(paths.final_path.parent_path(), error)) {
    std::string name = entry.path().filename().string();
    if (name.ends_with(".part")) name.resize(name.size() - std::string_view(".part").size());
    const auto file = parse_record_file_name(name);
    const auto other = file ? parse_shard_name(file->stem) : std::nullopt;
    const auto own = parse_record_file_name(paths.final_path.filename().string());
    if (!other || !own || other->shard.count == shard.count) continue;
    if (parse_shard_name(own->stem)->name != other->name) continue;
    base::throw_error<base::UsageError>(
        "{}: is one of {} shards, and this run writes shard {} of {}: a folder holds the shards of "
        "one count; write to another --output, or remove those files",
        entry.path().string(), other->shard.count, shard.index, shard.count);
  }
}

}  // namespace

std::unique_ptr<Output> open_output(const RunOptions& options, const StageIdentity& stage,
                                    std::size_t block_size, const std::vector<InputFile>& files) {
  if (options.output == "-") return std::make_unique<StandardOutput>();
  const OutputPaths paths =
      output_paths(options.output, options.shard, parse_compression(options.compress));
  refuse_input_as_output(paths, files);
  const fs::path directory = paths.final_path.parent_path();
  std::error_code error;
  if (!directory.empty() && !fs::create_directories(directory, error) && error) {
    base::throw_error<base::IoError>("--output {}: cannot create the directory: {}", options.output,
                                     error.message());
  }
  refuse_other_count(paths, options.shard);
  const bool reads_stream = std::any_of(files.begin(), files.end(),
                                        [](const InputFile& file) { return file.is_stream(); });
  if (options.restart || (reads_stream && !fs::exists(paths.final_path))) {
    // A stream cannot be compared with what an earlier run read, so its unfinished work is not gone
    // on with.
    remove_earlier_run(paths);
  } else if (reads_stream) {
    base::throw_error<base::UsageError>(
        "{}: is there already, and standard input cannot be compared with what it was "
        "made from; begin again with --restart",
        paths.final_path.string());
  }
  const Json earlier = earlier_identity(paths);
  Json identity = run_identity(options, stage, block_size, files, earlier);
  if (!options.restart) refuse_mixed_runs(paths, stage);
  return std::make_unique<ShardOutput>(paths, std::move(identity), stage);
}

std::filesystem::path tool_cache_beside(const RunOptions& options) {
  if (options.output.empty() || options.output == "-") return {};
  return output_paths(options.output, options.shard, parse_compression(options.compress))
      .tool_cache;
}

}  // namespace toolformer::record
