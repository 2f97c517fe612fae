// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/compress.h"

#include <zlib.h>
#include <zstd.h>

#include <memory>

#include "toolformer/base/error.h"

namespace toolformer::record {
namespace {

constexpr int kGzipLevel = 6, kZstdLevel = 3;

std::string gzip_member(std::string_view bytes) {
  z_stream stream{};
  // 16 + window bits: a gzip header, which zlib leaves without time and name.
  if (::deflateInit2(&stream, kGzipLevel, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    base::throw_error<base::IoError>("zlib cannot start");
  }
  std::string out(::deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = ::deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  if (result != Z_STREAM_END)
    base::throw_error<base::IoError>("zlib cannot compress a block of {} bytes", bytes.size());
  return out;
}

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ::ZSTD_freeCCtx(context); }
};

std::string zstd_frame(std::string_view bytes) {
  const std::unique_ptr<ZSTD_CCtx, FreeContext> context(::ZSTD_createCCtx());
  ::ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, kZstdLevel);
  ::ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  std::string out(::ZSTD_compressBound(bytes.size()), '\0');
  const std::size_t size =
      ::ZSTD_compress2(context.get(), out.data(), out.size(), bytes.data(), bytes.size());
  if (::ZSTD_isError(size) != 0)
    base::throw_error<base::IoError>("zstd: {}", ::ZSTD_getErrorName(size));
  out.resize(size);
  return out;
}

}  // namespace

std::string compress_block(std::string_view bytes, Compression compression) {
  switch (compression) {
    case Compression::kGzip:
      return gzip_member(bytes);
    case Compression::kZstd:
      return zstd_frame(bytes);
    case Compression::kNone:
      break;
  }
  return std::string(bytes);
}

}  // namespace toolformer::record
