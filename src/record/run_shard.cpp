// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/run_shard.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include "toolformer/base/error.h"
#include "toolformer/base/log.h"
#include "toolformer/base/stop_signal.h"
#include "toolformer/record/document_json.h"
#include "toolformer/record/document_reader.h"
#include "toolformer/record/output.h"
#include "toolformer/record/progress.h"

namespace toolformer::record {
namespace {

constexpr std::int64_t kShownRejects = 10;

/// One block on its way: what was read, what is to be written.
struct Block {
  std::vector<Item> items;
  std::vector<Item> rejected;
  std::size_t records = 0;
  std::size_t next_ordinal = 0;
  double fraction = 0;  ///< of the input that was read with it
};

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// The next records of the shard: the first `size` of them, bad lines included, whatever comes of
/// them.
Block read_block(DocumentReader& reader, std::size_t size) {
  Block block;
  while (block.records < size) {
    std::optional<Item> item = reader.next();
    if (!item) break;
    ++block.records;
    block.next_ordinal = item->ordinal + 1;
    (item->reject ? block.rejected : block.items).push_back(std::move(*item));
  }
  block.fraction = reader.fraction();
  return block;
}

std::string reject_line(const Item& item) {
  nlohmann::ordered_json line = {{"file", item.file},
                                 {"line", item.line},
                                 {"kind", item.reject_kind},
                                 {"reason", *item.reject}};
  if (!item.document.id.empty()) line["id"] = item.document.id;
  // Names of files need not be UTF-8.
  return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

/// Records and rejects of the block in the order of the input, and what is to be counted of them.
BlockOutput render(Block block, Summary counts) {
  BlockOutput output;
  output.next_ordinal = block.next_ordinal;
  output.counts = std::move(counts);
  output.counts.count("records.read", static_cast<std::int64_t>(block.records));
  for (Item& item : block.items) {
    if (item.reject) {
      block.rejected.push_back(std::move(item));
      continue;
    }
    output.lines += to_json_line(item.document) + "\n";
    output.counts.count("records.written");
  }
  std::stable_sort(block.rejected.begin(), block.rejected.end(),
                   [](const Item& a, const Item& b) { return a.ordinal < b.ordinal; });
  for (const Item& item : block.rejected) {
    output.rejects += reject_line(item);
    output.counts.count("records.rejected");
    output.counts.count("rejected." + item.reject_kind);
  }
  return output;
}

/// A record that a stage works on while others are under way.
struct UnderWay : Item {
  explicit UnderWay(Item item) : Item(std::move(item)) {}
  bool done = false;
  Summary counts;
};

class Run : public ShardRecords {
 public:
  Run(const RunOptions& options, const StageIdentity& identity, StageLoop loop)
      : options_(options),
        loop_(std::move(loop)),
        reader_(options),
        output_(open_output(options, identity, loop_.block_size, reader_.files())),
        complete_(output_->finished()),
        unit_(identity.stage.starts_with("eval") ? "items" : "records") {
    if (complete_) {
      spdlog::info("{}: already complete, {} records", output_->name(),
                   complete_->get("records.written"));
      return;
    }
    reader_.skip_to(output_->next_ordinal());
    if (output_->next_ordinal() > 0) {
      spdlog::info("{}: going on behind {} records that are done", output_->name(),
                   output_->counts().get("records.read"));
    }
    wall_before_ = output_->wall_seconds();
    cpu_before_ = output_->cpu_seconds() - cpu_seconds();
    if (options_.progress != "none") reader_.count_records_if_small();
    progress_.emplace(options_.progress, reader_.fraction());
  }

  Summary finish() override {
    if (!complete_) {
      commit_done(1);
      progress_.reset();
      if (output_->counts().get("records.read") == 0) {
        spdlog::warn("{}: {}", output_->name(),
                     options_.shard.count == 1 ? "the input holds no record"
                                               : "no records for this shard in the input");
      }
      output_->finish(wall_before_ + seconds_here(), cpu_before_ + cpu_seconds());
      complete_ = output_->counts();
    }
    refuse_too_many_failures(*complete_);
    return *complete_;
  }

  void by_blocks(const Transform& transform) {
    Block following;
    if (loop_.announce && !complete_) following = read_and_announce();
    while (!complete_) {
      stop_if_asked();
      Block block = loop_.announce ? std::exchange(following, {}) : read_and_announce();
      if (block.records == 0) return;
      if (loop_.announce) following = read_and_announce();
      tell_rejects(block.rejected);
      Summary counts;
      const std::size_t before = block.items.size();
      if (!block.items.empty()) run_transform(transform, block.items, counts);
      if (block.items.size() < before) {
        counts.count("records.left_out", static_cast<std::int64_t>(before - block.items.size()));
      }
      tell_rejects(block.items);
      commit(std::move(block), std::move(counts));
    }
  }

  Item* next() override {
    while (!complete_) {
      stop_if_asked();
      std::optional<Item> item = read_item();
      if (!item) break;
      UnderWay& record = under_way_.emplace_back(std::move(*item));
      if (!record.reject) return &record;
      record.done = true;
    }
    return nullptr;
  }

  void done(Item* item, Summary counts) override {
    auto& record = static_cast<UnderWay&>(*item);
    record.done = true;
    record.counts = std::move(counts);
    commit_done(loop_.block_size);
  }

  void stop_if_asked() override {
    if (!base::stop_requested()) return;
    commit_done(1);
    base::throw_error<base::Interrupted>(
        "stopped by {} behind {} records; {}", base::stop_signal_name(),
        output_->counts().get("records.read"),
        output_->can_resume() ? base::kHowToGoOn : "standard output cannot be gone on with");
  }

 private:
  /// A block that was stopped is done again by the next run.
  void run_transform(const Transform& transform, std::vector<Item>& items, Summary& counts) {
    try {
      transform(items, counts);
    } catch (const base::Interrupted&) {
      stop_if_asked();  // says how far the run came
      throw;
    }
  }

  Block read_and_announce() {
    Block block = read_block(reader_, loop_.block_size);
    if (loop_.announce && !block.items.empty()) loop_.announce(block.items);
    return block;
  }

  std::optional<Item> read_item() {
    try {
      return reader_.next();
    } catch (const base::Interrupted&) {
      stop_if_asked();  // with what is done committed
      throw;
    }
  }

  double seconds_here() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

  /// Commits the first records that are done, if there are as many.
  void commit_done(std::size_t least) {
    std::size_t done = 0;
    while (done < under_way_.size() && under_way_[done].done) ++done;
    if (done < least) return;
    Block block;
    Summary counts;
    for (; done > 0; --done) {
      UnderWay& record = under_way_.front();
      ++block.records;
      block.next_ordinal = record.ordinal + 1;
      counts.merge(record.counts);
      (record.reject ? block.rejected : block.items).push_back(std::move(record));
      under_way_.pop_front();
    }
    block.fraction = reader_.fraction();
    tell_rejects(block.rejected);
    commit(std::move(block), std::move(counts));
  }

  void commit(Block block, Summary counts) {
    done_here_ += block.records;
    const double fraction = block.fraction;
    output_->commit(render(std::move(block), std::move(counts)), wall_before_ + seconds_here(),
                    cpu_before_ + cpu_seconds());
    const std::int64_t rejected = output_->counts().get("records.rejected");
    progress_->show({done_here_, static_cast<std::size_t>(rejected), fraction, unit_});
  }

  void tell_rejects(const std::vector<Item>& items) {
    for (const Item& item : items) {
      if (!item.reject) continue;
      if (options_.strict) {
        base::throw_error<base::DataError>("{}:{}: {} (the first bad line ends a --strict run)",
                                           item.file, item.line, *item.reject);
      }
      ++told_;
      if (told_ <= kShownRejects) {
        spdlog::warn("{}:{}: {}", base::escape_for_log(item.file), item.line,
                     base::escape_for_log(*item.reject));
      }
      if (told_ == kShownRejects)
        spdlog::warn("further bad lines are only written to {}", output_->rejects_name());
    }
  }

  void refuse_too_many_failures(const Summary& counts) const {
    const std::int64_t rejected = counts.get("records.rejected"), read = counts.get("records.read");
    if (static_cast<double>(rejected) <= options_.max_failed_fraction * static_cast<double>(read))
      return;
    base::throw_error<base::TooManyFailures>(
        "{} of {} records could not be used, more than --max-failed-fraction {}; the rest is "
        "complete, the reasons are "
        "in {}",
        rejected, read, options_.max_failed_fraction, output_->rejects_name());
  }

  const RunOptions& options_;
  const StageLoop loop_;
  const base::StopSignal stop_;
  DocumentReader reader_;
  std::unique_ptr<Output> output_;
  std::optional<Summary> complete_;  // what a shard that is complete holds
  std::optional<Progress> progress_;
  const char* unit_;                // what a record is to who waits
  std::deque<UnderWay> under_way_;  // in the order of the input
  double wall_before_ = 0, cpu_before_ = 0;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::size_t done_here_ = 0;
  std::int64_t told_ = 0;
};

void prepare(const RunOptions& options, std::size_t block_size) {
  check(options);
  if (block_size == 0) base::throw_error<base::UsageError>("a block must hold at least one record");
  if (options.shard.count > 1) {
    base::name_shard_in_log(fmt::format("{}/{}", options.shard.index, options.shard.count));
  }
  for (const std::string& note : notes_on_input(options.input))
    spdlog::warn("{}", base::escape_for_log(note));
}

}  // namespace

Summary run_shard(const RunOptions& options, const StageIdentity& identity, const StageLoop& loop,
                  const Transform& transform) {
  prepare(options, loop.block_size);
  Run run(options, identity, loop);
  run.by_blocks(transform);
  return run.finish();
}

std::unique_ptr<ShardRecords> open_records(const RunOptions& options, const StageIdentity& identity,
                                           std::size_t block_size) {
  prepare(options, block_size);
  return std::make_unique<Run>(options, identity, StageLoop{.block_size = block_size});
}

}  // namespace toolformer::record
