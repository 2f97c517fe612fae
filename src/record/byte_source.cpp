// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/byte_source.h"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <vector>

#include "toolformer/base/error.h"
#include "toolformer/formats/foreign_file.h"

namespace toolformer::record {
namespace {

constexpr std::size_t kChunk = 1U << 17U;
constexpr std::string_view kGzipMagic = "\x1f\x8b", kZstdMagic = "\x28\xb5\x2f\xfd";

/// Frames without content of their own, 0x184D2A50 to 5F: pzstd begins every file with one.
bool begins_with_skippable_frame(std::string_view start) {
  return start.size() >= 4 && (static_cast<unsigned char>(start[0]) & 0xF0U) == 0x50U &&
         start.substr(1, 3) == "\x2a\x4d\x18";
}

/// A file or standard input, with its first bytes to be looked at before they are read.
class PlainSource : public ByteSource {
 public:
  explicit PlainSource(const std::string& path) : name_(path) {
    if (path == "-") {
      descriptor_ = STDIN_FILENO;
      name_ = "standard input";
    } else {
      descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
      if (descriptor_ < 0) {
        base::throw_error<base::UsageError>("{}: cannot open: {}", path, std::strerror(errno));
      }
    }
  }
  ~PlainSource() override {
    if (descriptor_ > STDIN_FILENO) ::close(descriptor_);
  }
  PlainSource(const PlainSource&) = delete;
  PlainSource& operator=(const PlainSource&) = delete;

  std::string_view peek(std::size_t count) {
    while (ahead_.size() < count) {
      std::string more(count - ahead_.size(), '\0');
      const std::size_t got = read_descriptor(more.data(), more.size());
      if (got == 0) break;
      ahead_.append(more, 0, got);
    }
    return ahead_;
  }

  std::size_t read(char* bytes, std::size_t count) override {
    std::size_t got = std::min(count, ahead_.size());
    if (got > 0) {
      std::memcpy(bytes, ahead_.data(), got);
      ahead_.erase(0, got);
    } else {
      got = read_descriptor(bytes, count);
    }
    consumed_ += got;
    return got;
  }

  std::uint64_t consumed() const override { return consumed_; }
  const std::string& name() const { return name_; }

 private:
  std::size_t read_descriptor(char* bytes, std::size_t count) {
    for (;;) {
      const ssize_t got = ::read(descriptor_, bytes, count);
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR)
        base::throw_error<base::IoError>("{}: cannot read: {}", name_, std::strerror(errno));
    }
  }

  int descriptor_ = -1;
  std::string name_;
  std::string ahead_;
  std::uint64_t consumed_ = 0;
};

class GzipSource : public ByteSource {
 public:
  explicit GzipSource(std::unique_ptr<PlainSource> file) : file_(std::move(file)), in_(kChunk) {
    if (::inflateInit2(&stream_, 16 + MAX_WBITS) != Z_OK) {
      base::throw_error<base::IoError>("zlib cannot start");
    }
  }
  ~GzipSource() override { ::inflateEnd(&stream_); }
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;

  std::size_t read(char* bytes, std::size_t count) override {
    stream_.next_out = reinterpret_cast<Bytef*>(bytes);
    stream_.avail_out = static_cast<uInt>(std::min<std::size_t>(count, 1U << 30U));
    const uInt wanted = stream_.avail_out;
    while (stream_.avail_out == wanted && !ended_) step();
    return wanted - stream_.avail_out;
  }

  std::optional<std::string> damage() const override { return damage_; }
  std::uint64_t consumed() const override { return file_->consumed(); }

 private:
  void step() {
    if (stream_.avail_in == 0) {
      stream_.next_in = in_.data();
      stream_.avail_in =
          static_cast<uInt>(file_->read(reinterpret_cast<char*>(in_.data()), in_.size()));
      if (stream_.avail_in == 0) {
        if (inside_member_) damage_ = "the gzip stream is cut off";
        ended_ = true;
        return;
      }
    }
    if (!inside_member_ &&
        *stream_.next_in == 0) {  // padding behind the last member, as tapes have it
      ++stream_.next_in;
      --stream_.avail_in;
      return;
    }
    inside_member_ = true;
    const int result = ::inflate(&stream_, Z_NO_FLUSH);
    if (result == Z_STREAM_END) {
      inside_member_ = false;
      ::inflateReset(&stream_);
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      damage_ = std::string("the gzip stream is damaged: ") +
                (stream_.msg != nullptr ? stream_.msg : "unknown reason");
      ended_ = true;
    }
  }

  std::unique_ptr<PlainSource> file_;
  std::vector<Bytef> in_;
  z_stream stream_{};
  bool inside_member_ = true;
  bool ended_ = false;
  std::optional<std::string> damage_;
};

class ZstdSource : public ByteSource {
 public:
  explicit ZstdSource(std::unique_ptr<PlainSource> file) : file_(std::move(file)), in_(kChunk) {
    // Frames that ask for more than 128 MiB of window are refused: their memory would be theirs to
    // choose.
    ::ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, kLargestWindow);
  }

  std::size_t read(char* bytes, std::size_t count) override {
    ZSTD_outBuffer out{bytes, count, 0};
    while (out.pos == 0 && !ended_) step(out);
    return out.pos;
  }

  std::optional<std::string> damage() const override { return damage_; }
  std::uint64_t consumed() const override { return file_->consumed(); }

 private:
  static constexpr unsigned kLargestWindow = 27;  // the logarithm of its bytes

  struct Free {
    void operator()(ZSTD_DCtx* context) const { ::ZSTD_freeDCtx(context); }
  };

  void step(ZSTD_outBuffer& out) {
    if (input_.pos == input_.size && !output_pending_) {
      input_ = {in_.data(), file_->read(in_.data(), in_.size()), 0};
      if (input_.size == 0) {
        if (inside_frame_) damage_ = "the zstd stream is cut off";
        ended_ = true;
        return;
      }
    }
    const std::size_t result = ::ZSTD_decompressStream(context_.get(), &out, &input_);
    if (::ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge) {
      base::throw_error<base::DataError>(
          "{}: was compressed with a window above the {} MiB that are read here (zstd --long or "
          "--ultra); compress it again: zstd -dc --long=31 FILE | zstd -o NEW.zst",
          file_->name(), 1U << (kLargestWindow - 20U));
    }
    if (::ZSTD_isError(result) != 0) {
      damage_ = std::string("the zstd stream is damaged: ") + ::ZSTD_getErrorName(result);
      ended_ = true;
      return;
    }
    inside_frame_ = result != 0;
    output_pending_ = out.pos == out.size && result != 0;
  }

  std::unique_ptr<PlainSource> file_;
  std::vector<char> in_;
  std::unique_ptr<ZSTD_DCtx, Free> context_{::ZSTD_createDCtx()};
  ZSTD_inBuffer input_{nullptr, 0, 0};
  bool inside_frame_ = false;
  bool output_pending_ = false;
  bool ended_ = false;
  std::optional<std::string> damage_;
};

}  // namespace

std::unique_ptr<ByteSource> open_bytes(const std::string& path) {
  auto file = std::make_unique<PlainSource>(path);
  const std::string_view start = file->peek(4);
  if (start.starts_with(kGzipMagic)) return std::make_unique<GzipSource>(std::move(file));
  if (start.starts_with(kZstdMagic) || begins_with_skippable_frame(start))
    return std::make_unique<ZstdSource>(std::move(file));
  if (path.ends_with(".gz") || path.ends_with(".zst")) {
    base::throw_error<base::DataError>(
        "{}: named like a compressed file, but {}", path,
        formats::what_it_is(path, "it does not begin like one; rename it or fetch it again"));
  }
  return file;
}

}  // namespace toolformer::record
