// SPDX-License-Identifier: Apache-2.0
#include "toolformer/formats/foreign_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>

namespace toolformer::formats {
namespace {

using namespace std::string_view_literals;

struct Magic {
  std::string_view bytes;
  ForeignFile file;
  std::size_t at = 0;
};

constexpr std::string_view kToUtf8 = "convert it: iconv -f UTF-16 -t UTF-8 FILE > NEW";
constexpr std::string_view kTable =
    "write it as JSON lines, e.g. with pandas: read_parquet(FILE) or read_feather(FILE), then "
    ".to_json(NEW, orient='records', lines=True)";
constexpr std::string_view kArray = "save the model as safetensors, the text as JSON lines";
constexpr std::string_view kModel = "a model belongs behind --model";
constexpr std::string_view kOldModel =
    "convert it anew with llama.cpp's convert_hf_to_gguf.py, or fetch it as GGUF";

// The longer ones of the same beginning stand first.
constexpr Magic kMagics[] = {
    {"version https://git-lfs.github.com/"sv,
     {"a Git LFS pointer, not the file itself",
      "run git lfs pull in its repository, once git-lfs is installed"}},
    {"\xFF\xFE\0\0"sv, {"UTF-32 text", "convert it: iconv -f UTF-32 -t UTF-8 FILE > NEW"}},
    {"\0\0\xFE\xFF"sv, {"UTF-32 text", "convert it: iconv -f UTF-32 -t UTF-8 FILE > NEW"}},
    {"\xFF\xFE"sv, {"UTF-16 text", kToUtf8}},
    {"\xFE\xFF"sv, {"UTF-16 text", kToUtf8}},
    {"PAR1"sv, {"a Parquet file", kTable}},
    {"ARROW1"sv, {"an Arrow file", kTable}},
    {"\xFF\xFF\xFF\xFF"sv,
     {"an Arrow stream", "datasets.Dataset.from_file(FILE).to_json(NEW) makes JSON lines of it"}},
    {"FEA1"sv, {"a Feather file", kTable}},
    {"Obj\x01"sv, {"an Avro file", "write it as JSON lines: avro-tools tojson FILE > NEW"}},
    {"ORC"sv, {"an ORC file", "write it as JSON lines: orc-contents FILE > NEW"}},
    {"\xFD"
     "7zXZ\0"sv,
     {"an xz file", "unpack it: xz -dc FILE > NEW; .gz and .zst are read as they are"}},
    {"BZh"sv,
     {"a bzip2 file", "unpack it: bzip2 -dc FILE > NEW; .gz and .zst are read as they are"}},
    {"\x04\x22\x4D\x18"sv,
     {"an lz4 file", "unpack it: lz4 -dc FILE > NEW; .gz and .zst are read as they are"}},
    {"LZIP"sv,
     {"an lzip file", "unpack it: lzip -dc FILE > NEW; .gz and .zst are read as they are"}},
    {"\x5D\0\0"sv, {"an lzma file", "unpack it: xz -dc --format=lzma FILE > NEW"}},
    {"\x1F\x9D"sv, {"a file of compress (.Z)", "unpack it: gzip -dc FILE > NEW"}},
    {"\x1F\x8B"sv, {"a gzip file", "unpack it: gzip -dc FILE > NEW"}},
    {"\x28\xB5\x2F\xFD"sv, {"a zstd file", "unpack it: zstd -dc FILE > NEW"}},
    {"\xFF\x06\0\0sNaPpY"sv, {"a snappy file", "unpack it: snzip -dc FILE > NEW"}},
    {"7z\xBC\xAF\x27\x1C"sv, {"a 7z archive", "unpack it: 7z x FILE"}},
    {"Rar!\x1A\x07"sv, {"a RAR archive", "unpack it: unrar x FILE"}},
    {"PK\x03\x04"sv,
     {"a ZIP archive (so are .xlsx, .npz, and the .bin, .pt and .pth of PyTorch)",
      "unpack it: unzip FILE; save a PyTorch model as safetensors: "
      "save_pretrained(DIR, safe_serialization=True)"}},
    {"PK\x05\x06"sv, {"an empty ZIP archive", "pack it again"}},
    {"ustar"sv, {"a tar archive", "unpack it: tar xf FILE"}, 257},
    {"SQLite format 3\0"sv,
     {"an SQLite database (the index of tf-index is one, too)",
      "an index belongs behind --index; a table is written as JSON lines by "
      "sqlite3 FILE -json 'select ...' | jq -c '.[]' > NEW"}},
    {"%PDF-"sv, {"a PDF", "take its text out: pdftotext FILE - | jq -Rs '{text: .}' -c > NEW"}},
    {"\x89HDF\r\n"sv, {"an HDF5 file", kArray}},
    {"\x93NUMPY"sv, {"a NumPy array", kArray}},
    {"\x80\x02"sv, {"a Python pickle", kArray}},
    {"\x80\x03"sv, {"a Python pickle", kArray}},
    {"\x80\x04\x95"sv, {"a Python pickle", kArray}},
    {"\x80\x05\x95"sv, {"a Python pickle", kArray}},
    {"\xD0\xCF\x11\xE0"sv,
     {"an old Office document", "export its table as CSV, then as JSON lines"}},
    {"GGUF"sv, {"a GGUF model", kModel}},
    {"lmgg"sv, {"a model in ggml's old form", kOldModel}},
    {"fmgg"sv, {"a model in ggml's old form", kOldModel}},
    {"tjgg"sv, {"a model in ggml's old form", kOldModel}},
    {"\x7F"
     "ELF"sv,
     {"a program", "name the file that it works on"}},
    {"\x89PNG"sv, {"a picture", "name a file of text"}},
    {"\xFF\xD8\xFF"sv, {"a picture", "name a file of text"}},
};

bool begins_with_letters(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() &&
         std::equal(lower.begin(), lower.end(), text.begin(), [](char want, char got) {
           return want == (got >= 'A' && got <= 'Z' ? static_cast<char>(got - 'A' + 'a') : got);
         });
}

/// Text of an encoding with units of two bytes has zeros at every other place, while it is English.
std::optional<ForeignFile> zeros_between(std::string_view start) {
  constexpr std::size_t kSeen = 8;
  if (start.size() < kSeen) return std::nullopt;
  for (const std::size_t first : {std::size_t{0}, std::size_t{1}}) {
    bool all = true;
    for (std::size_t i = 0; i < kSeen; ++i) all = all && (start[i] == '\0') == (i % 2 == first);
    if (all)
      return ForeignFile{"UTF-16 text without its mark",
                         first == 1 ? "convert it: iconv -f UTF-16LE -t UTF-8 FILE > NEW"
                                    : "convert it: iconv -f UTF-16BE -t UTF-8 FILE > NEW"};
  }
  return std::nullopt;
}

/// Eight bytes of length, of which no file uses the upper ones, then the header's `{`.
bool is_safetensors(std::string_view start) {
  return start.size() > 9 && start[8] == '{' && start.substr(5, 3) == "\0\0\0"sv &&
         start.substr(0, 5) != "\0\0\0\0\0"sv;
}

}  // namespace

std::optional<ForeignFile> foreign_file(std::string_view start) {
  for (const Magic& magic : kMagics) {
    if (start.size() >= magic.at && start.substr(magic.at).starts_with(magic.bytes))
      return magic.file;
  }
  if (auto text = zeros_between(start)) return text;
  if (is_safetensors(start))
    return ForeignFile{"a safetensors file", "a model is the directory around it, behind --model"};
  const std::size_t first = std::min(start.find_first_not_of(" \t\r\n"), start.size());
  const std::string_view text = start.substr(first);
  if (begins_with_letters(text, "<!doctype html") || begins_with_letters(text, "<html"))
    return ForeignFile{"an HTML page, not what was to be fetched",
                       "a server answers so for a wrong or closed address; fetch it again"};
  if (begins_with_letters(text, "<?xml"))
    return ForeignFile{"XML", "take its text out, a JSON object a line"};
  return std::nullopt;
}

std::string first_bytes(const std::filesystem::path& path, std::size_t count) {
  std::ifstream in(path, std::ios::binary);
  std::string bytes(count, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(count));
  bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
  return bytes;
}

std::string what_it_is(const std::filesystem::path& path, std::string_view otherwise) {
  const std::string start = first_bytes(path);
  if (start.empty()) return "it is empty: fetch it again";
  const std::optional<ForeignFile> file = foreign_file(start);
  if (!file) return std::string(otherwise);
  return fmt::format("it begins like {}; {}", file->name, file->remedy);
}

}  // namespace toolformer::formats
