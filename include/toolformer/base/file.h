// SPDX-License-Identifier: Apache-2.0
// An open file that is written so that a crash cannot lie about it. Every failure is an IoError
// that names the file and the reason; a failed sync is never retried, because the kernel may
// already have dropped the pages.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace toolformer::base {

class File {
 public:
  /// Opens for reading and writing, creates it (0666 less umask) when missing, keeps what is there.
  static File open_or_create(const std::filesystem::path& path);
  /// Likewise, empty and locked: for who writes a file under a temporary name and renames it then.
  /// What a killed writer left there is dropped; throws UsageError while another one writes it.
  static File claim(const std::filesystem::path& path);
  /// Creates it; fails when there is one.
  static File create_new(const std::filesystem::path& path);

  ~File();
  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;

  const std::filesystem::path& path() const { return path_; }
  std::uint64_t size() const;
  void truncate(std::uint64_t size);
  void append(std::string_view bytes);  ///< at the current end of what was written or sought
  void seek(std::uint64_t offset);
  std::size_t read(char* bytes, std::size_t count);  ///< 0: end
  void sync();
  /// Takes the advisory lock of this file; false when another process holds it. Where the file
  /// system has no locks, this is always true.
  bool try_lock();
  /// Whether path() still names this very file: false after it was renamed or removed.
  bool is_at_path() const;
  void close();  ///< reports what the destructor could not

 private:
  File(int descriptor, std::filesystem::path path)
      : descriptor_(descriptor), path_(std::move(path)) {}
  int descriptor_ = -1;
  std::filesystem::path path_;
};

/// Makes a rename, creation or removal in this directory survive a power loss.
void sync_directory(const std::filesystem::path& directory);
/// Renames (replacing) and syncs the directory.
void rename_durably(const std::filesystem::path& from, const std::filesystem::path& to);
/// Removes a file that may be missing.
void remove_if_exists(const std::filesystem::path& path);

}  // namespace toolformer::base
