// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/shard_writer.h"

#include <zlib.h>

#include <algorithm>
#include <vector>

#include "toolformer/base/atomic_file.h"
#include "toolformer/base/error.h"
#include "toolformer/record/compress.h"
#include "toolformer/record/run_identity.h"
#include "toolformer/record/written_file.h"

namespace toolformer::record {
namespace {

namespace fs = std::filesystem;

std::uint32_t extend_crc(std::uint32_t crc, std::string_view bytes) {
  return static_cast<std::uint32_t>(
      ::crc32_z(crc, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

/// X.part, locked: what another process is writing is not to be looked at.
base::File lock_part(const OutputPaths& paths) {
  base::File part = base::File::open_or_create(paths.part);
  if (!part.try_lock() || !part.is_at_path()) {
    base::throw_error<base::UsageError>("{}: another process is writing this shard",
                                        paths.part.string());
  }
  return part;
}

/// X.tmp: this shard's lock holder is the only one who writes there.
void write_locked(const fs::path& path, const std::string& bytes) {
  base::write_file_atomically(path, bytes, path.string() + ".tmp");
}

}  // namespace

ShardWriter::ShardWriter(OutputPaths paths, const nlohmann::ordered_json& identity)
    : paths_(std::move(paths)) {
  base::File locked = lock_part(paths_);
  if (fs::exists(paths_.state)) {
    state_ = ShardState::from_json(base::read_file(paths_.state), paths_.state.string());
    refuse_other_run(paths_.state.string(), state_.identity, identity);
    ++state_.runs;
  }
  state_.identity = identity;
  // Killed between the last renames, the rejects may have their final name already.
  if (state_.rejects.bytes > 0 && !fs::exists(paths_.rejects_part) && fs::exists(paths_.rejects)) {
    base::rename_durably(paths_.rejects, paths_.rejects_part);
  }
  records_ = open_part(paths_.part, state_.records);
  records_.file = std::move(locked);
  records_.file->truncate(state_.records.bytes);
  records_.file->seek(state_.records.bytes);
  if (state_.rejects.bytes > 0) {
    rejects_ = open_part(paths_.rejects_part, state_.rejects);
  } else {
    base::remove_if_exists(paths_.rejects_part);
    base::remove_if_exists(paths_.rejects);
  }
}

ShardWriter::Part ShardWriter::open_part(const fs::path& path,
                                         const CommittedBytes& committed) const {
  Part part;
  part.file = base::File::open_or_create(path);
  const auto damaged = [&](const std::string& what) {
    base::throw_error<base::IoError>(
        "{}: {}; the bytes that were committed cannot be trusted, begin the shard again "
        "with --restart",
        path.string(), what);
  };
  if (part.file->size() < committed.bytes) {
    damaged(fmt::format("has {} bytes, {} says {}", part.file->size(),
                        paths_.state.filename().string(), committed.bytes));
  }
  std::vector<char> buffer(1U << 20U);
  while (part.committed.bytes < committed.bytes) {
    const std::size_t wanted =
        std::min<std::uint64_t>(buffer.size(), committed.bytes - part.committed.bytes);
    const std::string_view got(buffer.data(), part.file->read(buffer.data(), wanted));
    if (got.empty()) damaged("ends early");
    part.committed.bytes += got.size();
    part.committed.crc = extend_crc(part.committed.crc, got);
    part.hash.update(got);
  }
  if (part.committed.crc != committed.crc) {
    damaged(fmt::format("its first {} bytes have the checksum {:08x}, {} says {:08x}",
                        committed.bytes, part.committed.crc, paths_.state.filename().string(),
                        committed.crc));
  }
  part.file->truncate(committed.bytes);
  return part;
}

void ShardWriter::append(Part& part, std::string_view bytes) {
  part.file->append(bytes);
  part.file->sync();
  part.committed.bytes += bytes.size();
  part.committed.crc = extend_crc(part.committed.crc, bytes);
  part.hash.update(bytes);
}

void ShardWriter::write_state() {
  write_locked(paths_.state, state_.to_json());
}

void ShardWriter::commit(const BlockOutput& block, double wall_seconds, double cpu_seconds) {
  if (!block.lines.empty()) append(records_, compress_block(block.lines, paths_.compression));
  if (!block.rejects.empty()) {
    if (!rejects_.file) rejects_.file = base::File::open_or_create(paths_.rejects_part);
    append(rejects_, block.rejects);
  }
  state_.records = records_.committed;
  state_.rejects = rejects_.committed;
  state_.next_ordinal = block.next_ordinal;
  ++state_.blocks;
  state_.counts.merge(block.counts);
  state_.wall_seconds = wall_seconds;
  state_.cpu_seconds = cpu_seconds;
  write_state();
}

ShardWriter::Finished ShardWriter::seal() {
  if (records_.committed.bytes == 0 && paths_.compression != Compression::kNone) {
    // No bytes at all are no .gz file; an empty member is. Not committed: a next run would do the
    // same.
    append(records_, compress_block("", paths_.compression));
  }
  records_.file->sync();
  return {records_.committed.bytes, records_.hash.hex()};
}

void ShardWriter::publish(const std::string& summary) {
  if (rejects_.file) base::rename_durably(paths_.rejects_part, paths_.rejects);
  write_locked(paths_.summary, summary);
  base::rename_durably(paths_.part, paths_.final_path);
  base::remove_if_exists(paths_.state);
}

void remove_earlier_run(const OutputPaths& paths) {
  if (fs::exists(paths.final_path) && !fs::exists(paths.summary)) {
    base::throw_error<base::UsageError>(
        "{}: exists, but no run wrote it ({} is missing); remove it yourself or write "
        "to another place",
        paths.final_path.string(), paths.summary.string());
  }
  const base::File part = lock_part(paths);
  for (const fs::path& path : {paths.final_path, paths.state, paths.rejects, paths.rejects_part,
                               paths.summary, paths.part}) {
    base::remove_if_exists(path);
  }
}

std::optional<nlohmann::ordered_json> finished_summary(const OutputPaths& paths) {
  if (!fs::exists(paths.final_path)) return std::nullopt;
  const std::string file = paths.final_path.string();
  if (!fs::is_regular_file(paths.final_path)) {
    base::throw_error<base::UsageError>("{}: exists and is no regular file", file);
  }
  if (!fs::exists(paths.summary)) {
    base::throw_error<base::UsageError>(
        "{}: exists, but no run wrote it ({} is missing); write to another place, or "
        "remove it",
        file, paths.summary.string());
  }
  const auto summary =
      nlohmann::ordered_json::parse(base::read_file(paths.summary), nullptr, false);
  if (!summary.is_object() || !summary.contains("identity") || !summary.contains("output")) {
    base::throw_error<base::DataError>("{}: not a summary; begin the shard again with --restart",
                                       paths.summary.string());
  }
  const WrittenFile written{summary["output"].value("bytes", std::uint64_t{0}),
                            summary["output"].value("sha256", std::string())};
  const std::string change = change_since(written, paths.final_path, paths.summary);
  if (!change.empty()) {
    base::throw_error<base::DataError>("{}: {}; begin the shard again with --restart", file,
                                       change);
  }
  return summary;
}

}  // namespace toolformer::record
