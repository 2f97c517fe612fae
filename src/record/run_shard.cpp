// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/run_shard.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
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

class Run {
 public:
  Run(const RunOptions& options, const StageIdentity& stage, const StageLoop& loop,
      const Transform& transform)
      : options_(options), stage_(stage), loop_(loop), transform_(transform), reader_(options) {}

  Summary run() {
    const std::unique_ptr<Output> output =
        open_output(options_, stage_, loop_.block_size, reader_.files());
    if (const std::optional<Summary> done = output->finished()) {
      spdlog::info("{}: already complete, {} records", output->name(),
                   done->get("records.written"));
      refuse_too_many_failures(*done, *output);
      return *done;
    }
    reader_.skip_to(output->next_ordinal());
    if (output->next_ordinal() > 0) {
      spdlog::info("{}: going on behind {} records that are done", output->name(),
                   output->counts().get("records.read"));
    }
    const double wall_before = output->wall_seconds(),
                 cpu_before = output->cpu_seconds() - cpu_seconds();
    if (options_.progress != "none") reader_.count_records_if_small();
    Progress progress(options_.progress, reader_.fraction());
    Block following;
    if (loop_.announce) following = read_and_announce();
    for (;;) {
      stop_if_asked(*output);
      Block block = loop_.announce ? std::exchange(following, {}) : read_and_announce();
      if (block.records == 0) break;
      if (loop_.announce) following = read_and_announce();
      const double fraction = block.fraction;
      done_here_ += block.records;
      tell_rejects(block.rejected, *output);
      Summary counts;
      const std::size_t before = block.items.size();
      if (!block.items.empty()) transform_(block.items, counts);
      if (block.items.size() < before) {
        counts.count("records.left_out", static_cast<std::int64_t>(before - block.items.size()));
      }
      tell_rejects(block.items, *output);
      output->commit(render(std::move(block), std::move(counts)), wall_before + seconds_here(),
                     cpu_before + cpu_seconds());
      progress.show({done_here_, static_cast<std::size_t>(output->counts().get("records.rejected")),
                     fraction});
    }
    if (output->counts().get("records.read") == 0) {
      spdlog::warn("{}: no records for this shard in the input", output->name());
    }
    output->finish(wall_before + seconds_here(), cpu_before + cpu_seconds());
    refuse_too_many_failures(output->counts(), *output);
    return output->counts();
  }

 private:
  Block read_and_announce() {
    Block block = read_block(reader_, loop_.block_size);
    if (loop_.announce && !block.items.empty()) loop_.announce(block.items);
    return block;
  }

  double seconds_here() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

  void stop_if_asked(const Output& output) const {
    if (!base::stop_requested()) return;
    base::throw_error<base::Interrupted>(
        "stopped by {} behind {} records; {}", base::stop_signal_name(),
        output.counts().get("records.read"),
        output.can_resume() ? "run the same command again to go on"
                            : "standard output cannot be gone on with");
  }

  void tell_rejects(const std::vector<Item>& items, const Output& output) {
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
        spdlog::warn("further bad lines are only written to {}", output.rejects_name());
    }
  }

  void refuse_too_many_failures(const Summary& counts, const Output& output) const {
    const std::int64_t rejected = counts.get("records.rejected"), read = counts.get("records.read");
    if (static_cast<double>(rejected) <= options_.max_failed_fraction * static_cast<double>(read))
      return;
    base::throw_error<base::TooManyFailures>(
        "{} of {} records could not be used, more than --max-failed-fraction {}; the rest is "
        "complete, the reasons are "
        "in {}",
        rejected, read, options_.max_failed_fraction, output.rejects_name());
  }

  const RunOptions& options_;
  const StageIdentity& stage_;
  const StageLoop& loop_;
  const Transform& transform_;
  DocumentReader reader_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::size_t done_here_ = 0;
  std::int64_t told_ = 0;
};

}  // namespace

Summary run_shard(const RunOptions& options, const StageIdentity& identity, const StageLoop& loop,
                  const Transform& transform) {
  check(options);
  if (loop.block_size == 0)
    base::throw_error<base::UsageError>("a block must hold at least one record");
  if (options.shard.count > 1) {
    base::name_shard_in_log(fmt::format("{}/{}", options.shard.index, options.shard.count));
  }
  const base::StopSignal stop;
  return Run(options, identity, loop, transform).run();
}

}  // namespace toolformer::record
