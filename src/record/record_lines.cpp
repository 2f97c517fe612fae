// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/record_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "toolformer/base/error.h"
#include "toolformer/formats/foreign_file.h"
#include "toolformer/record/json_array.h"
#include "toolformer/record/json_lines.h"
#include "toolformer/record/quoted_json.h"
#include "toolformer/record/table_lines.h"

namespace toolformer::record {
namespace {

/// The first bytes again, then the others.
class BegunBytes : public ByteSource {
 public:
  explicit BegunBytes(BegunSource source) : source_(std::move(source)) {}
  std::size_t read(char* bytes, std::size_t count) override {
    if (at_ == source_.start.size()) return source_.rest->read(bytes, count);
    const std::size_t copied = source_.start.copy(bytes, count, at_);
    at_ += copied;
    return copied;
  }
  std::optional<std::string> damage() const override { return source_.rest->damage(); }
  std::uint64_t consumed() const override { return source_.rest->consumed(); }

 private:
  BegunSource source_;
  std::size_t at_ = 0;
};

class JsonLines : public RecordLines {
 public:
  explicit JsonLines(LineReader lines) : lines_(std::move(lines)) {}
  std::optional<Line> next() override { return lines_.next(); }
  std::uint64_t consumed() const override { return lines_.consumed(); }

 private:
  LineReader lines_;
};

std::string object_of_text(const std::string& field, std::string_view text) {
  return fmt::format("{{{}:{}}}", quoted_json(field), quoted_json(text));
}

/// A document a line.
class TextLines : public RecordLines {
 public:
  TextLines(LineReader lines, std::string field)
      : lines_(std::move(lines)), field_(std::move(field)) {}
  std::optional<Line> next() override {
    std::optional<Line> line = lines_.next();
    if (line && !line->too_long && !line->damage) {
      object_ = object_of_text(field_, line->text);
      line->text = object_;
    }
    return line;
  }
  std::uint64_t consumed() const override { return lines_.consumed(); }

 private:
  LineReader lines_;
  std::string field_, object_;
};

/// One document, all that the file holds.
class WholeText : public RecordLines {
 public:
  WholeText(CharacterSource source, std::string field)
      : source_(std::move(source)), field_(std::move(field)) {}
  std::optional<Line> next() override {
    std::string text;
    for (int byte = source_.take(); byte != CharacterSource::kEnd; byte = source_.take()) {
      if (text.size() <= kMaxLineBytes) text += static_cast<char>(byte);
    }
    const bool too_long = text.size() > kMaxLineBytes;
    if (std::exchange(ended_, true) ||
        (!source_.damage() && text.find_first_not_of(" \t\r\n") == text.npos))
      return std::nullopt;
    if (source_.damage()) return Line{1, {}, false, source_.damage()};
    if (!too_long) object_ = object_of_text(field_, text);
    return Line{1, object_, too_long, std::nullopt};
  }
  std::uint64_t consumed() const override { return source_.consumed(); }

 private:
  CharacterSource source_;
  std::string field_, object_;
  bool ended_ = false;
};

BegunSource begin(const std::string& path) {
  BegunSource source{{}, open_bytes(path)};
  source.start.resize(kDecidingBytes);
  std::size_t size = 0;
  while (size < kDecidingBytes) {
    const std::size_t got = source.rest->read(source.start.data() + size, kDecidingBytes - size);
    if (got == 0) break;
    size += got;
  }
  source.start.resize(size);
  return source;
}

void refuse(const std::string& place, const std::string& why) {
  base::throw_error<base::DataError>("{}: {}", place, why);
}

}  // namespace

InputFormat input_format(const std::string& name) {
  std::string lower = name;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const std::string_view packed : {".gz", ".zst"}) {
    if (lower.ends_with(packed)) lower.resize(lower.size() - packed.size());
  }
  if (lower.ends_with(".csv")) return InputFormat::kCsv;
  if (lower.ends_with(".tsv")) return InputFormat::kTsv;
  return lower.ends_with(".txt") ? InputFormat::kText : InputFormat::kJson;
}

std::unique_ptr<RecordLines> open_record_lines(const std::string& path, const TextOptions& text) {
  const std::string place = path == "-" ? "standard input" : path;
  const InputFormat format = input_format(path);
  BegunSource source = begin(path);
  if (format == InputFormat::kJson) {
    if (is_array_of_objects(source.start))
      return std::make_unique<JsonArrayLines>(std::move(source));
    if (const auto why = why_not_json_lines(source.start)) refuse(place, *why);
    return std::make_unique<JsonLines>(LineReader(std::make_unique<BegunBytes>(std::move(source))));
  }
  if (const auto file = formats::foreign_file(source.start))
    refuse(place, fmt::format("begins like {}; {}", file->name, file->remedy));
  if (format == InputFormat::kText && text.per == "line")
    return std::make_unique<TextLines>(LineReader(std::make_unique<BegunBytes>(std::move(source))),
                                       text.field);
  if (format == InputFormat::kText)
    return std::make_unique<WholeText>(CharacterSource(std::move(source)), text.field);
  const char separator =
      format == InputFormat::kTsv ? '\t' : separator_of(source.start, text.field);
  return std::make_unique<TableLines>(TableRows(std::move(source), separator), text.field, place);
}

}  // namespace toolformer::record
