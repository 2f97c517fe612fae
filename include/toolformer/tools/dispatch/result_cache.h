// SPDX-License-Identifier: Apache-2.0
// Results of remote tools, kept for other runs: one SQLite file with a table
// results(key, tool, input, date, result, error_kind, error_message); beside a result the message
// holds Outcome::excluded, a title a line. Several threads and processes of one machine may use it
// at once; a process that is killed leaves it whole (write-ahead log).
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "toolformer/tools/contract/sqlite.h"
#include "toolformer/tools/contract/tool.h"

namespace toolformer::tools {

/// What a result depends on.
struct ResultKey {
  std::string tool;
  std::string version;  ///< of the tool and of its settings
  std::string input;
  std::string date;      ///< empty where the tool does not read it
  std::string own = {};  ///< OwnDocument::key(), likewise

  std::string hash() const;  ///< SHA-256
};

class ResultCache {
 public:
  /// Makes the file and its directory when they are not there. Throws UsageError when it is no such
  /// cache or cannot be written.
  explicit ResultCache(const std::filesystem::path& path);

  /// A file that cannot be read or written any more is worth a warning, not a run: find() finds
  /// nothing then, store() stores nothing.
  std::optional<Outcome> find(const ResultKey& key);
  /// Keeps what would be the same next time: a result, and errors that the input alone explains.
  void store(const ResultKey& key, const Outcome& outcome);

 private:
  void open();
  template <class Work>
  void guarded(const Work& work);

  std::filesystem::path path_;
  std::mutex mutex_;  // one connection
  std::unique_ptr<Database> database_;
  std::unique_ptr<Statement> find_, store_;
  bool warned_ = false;
};

}  // namespace toolformer::tools
