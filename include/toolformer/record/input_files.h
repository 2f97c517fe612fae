// SPDX-License-Identifier: Apache-2.0
// From the words behind --input to a list of files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace toolformer::record {

struct InputFile {
  std::string path;  ///< "-": standard input
  std::string
      name;  ///< for ids and messages: the file name, or the path when two inputs share a file name
  std::uint64_t size = 0;
  std::int64_t modified_ns = 0;  ///< since 1970; 0: not a regular file
  /// Standard input or a pipe: to be read once, from its beginning to its end.
  bool is_stream() const { return modified_ns == 0; }
};

/// Directories give their record files (x.jsonl[.gz|.zst], no rejects, nothing hidden) in the order
/// of their names; of shards every one must be there and complete. Globs give the matching record
/// files. Where there are no such files, those of CSV, else TSV, JSON or text are taken; a folder
/// with nothing of its own gives what its folder data/ holds. Throws UsageError that names what is
/// missing, and `option`, which the user gave it by.
std::vector<InputFile> expand_input(const std::vector<std::string>& input,
                                    std::string_view option = "--input");

/// A sentence for each word whose files are not all there is: a directory with hidden files,
/// folders, files of another ending; a file that is not finished.
std::vector<std::string> notes_on_input(const std::vector<std::string>& input);

/// Throws UsageError when `path`, which `option` names, is one of the files, whatever it is called:
/// writing there would destroy what is being read.
void refuse_overwriting(const std::vector<InputFile>& files, std::string_view option,
                        const std::filesystem::path& path);

/// Throws IoError when the file is no longer what it was when the list was made.
void refuse_changed(const InputFile& file);

}  // namespace toolformer::record
