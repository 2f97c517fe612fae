// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "toolformer/base/utf8.h"
#include "toolformer/formats/strict_json.h"
#include "toolformer/record/document_json.h"
#include "toolformer/record/simd_cursor.h"

namespace toolformer::record {
namespace {

using Json = nlohmann::ordered_json;
using Kind = formats::JsonKind;

/// A rule of the record that a well-formed line breaks.
struct FieldProblem {
  Problem problem;
};

[[noreturn]] void refuse(std::string kind, std::string message) {
  throw FieldProblem{{std::move(kind), std::move(message)}};
}

/// Where in the line a value stands; spelled out only for a message.
struct Field {
  std::string_view name;            // "text"
  std::optional<std::size_t> call;  // index, when it is a field of a call
  std::string_view part;            // "plain" of "loss", or nothing
};

std::string spell(const Field& field) {
  std::string text = field.call ? fmt::format("calls[{}]", *field.call) : std::string();
  for (const std::string_view name : {field.name, field.part}) {
    if (name.empty()) continue;
    if (!text.empty()) text += '.';
    text += name;
  }
  return text;
}

void check_positions(const Document& document) {
  for (std::size_t i = 0; i < document.calls.size(); ++i) {
    const std::size_t at = document.calls[i].at;
    if (at > document.text.size()) {
      refuse("bad_position",
             fmt::format("calls[{}].at: {} lies behind the end of the text, {} bytes", i, at,
                         document.text.size()));
    }
    if (!base::is_character_boundary(document.text, at)) {
      refuse("bad_position",
             fmt::format("calls[{}].at: {} lies inside a character of the text", i, at));
    }
  }
}

/// The fields of one line, through a JsonCursor or a SimdCursor.
template <class Cursor>
class FieldReader {
 public:
  FieldReader(Cursor& cursor, const std::string& text_field)
      : cursor_(cursor), text_field_(text_field) {}

  void read_line(Document& document) {
    if (!cursor_.is(Kind::kObject)) {
      refuse("not_an_object", fmt::format("expected an object, found {}", name_of(cursor_.kind())));
    }
    cursor_.read_object([&](std::string_view key) { read_field(key, document); });
    cursor_.finish();
    if (has_id_ && document.id.empty()) refuse("bad_value", "id: empty; leave it out instead");
    if (!has_text_) refuse_without_text(document);
    if (has_other_text_) {
      refuse("two_texts", fmt::format("text: stands beside \"{0}\", which --text-field names; "
                                      "jq -c '.text = .\"{0}\" | del(.\"{0}\")' FILE > NEW.jsonl "
                                      "keeps that alone",
                                      text_field_));
    }
    check_positions(document);
  }

 private:
  /// Other programs call it content, body, question, ...
  [[noreturn]] void refuse_without_text(const Document& document) const {
    constexpr const char* kWord =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    std::string found;
    if (document.extra.is_object()) {
      for (const auto& [name, value] : document.extra.items()) {
        const bool is_word = name.find_first_not_of(kWord) == std::string::npos;
        if (value.is_string() && found.empty() && is_word) found = name;
      }
    }
    refuse("missing_text",
           found.empty()
               ? fmt::format("{}: missing", text_field_)
               : fmt::format("{0}: missing; is \"{1}\" the text? --text-field {1} reads it",
                             text_field_, found));
  }

  void expect(Kind wanted, const Field& field) {
    if (!cursor_.is(wanted)) {
      refuse("wrong_type", fmt::format("{}: expected {}, found {}", spell(field), name_of(wanted),
                                       name_of(cursor_.kind())));
    }
  }

  std::string read_string(const Field& field) {
    expect(Kind::kString, field);
    return cursor_.read_string();
  }

  std::vector<std::string> read_strings(const Field& field) {
    expect(Kind::kArray, field);
    std::vector<std::string> values;
    cursor_.read_array([&] { values.push_back(read_string(field)); });
    return values;
  }

  double read_double(const Field& field) {
    expect(Kind::kNumber, field);
    return cursor_.read_double();
  }

  std::int64_t read_natural(const Field& field, std::int64_t largest) {
    expect(Kind::kNumber, field);
    const std::int64_t value = cursor_.read_integer();
    if (value < 0 || value > largest) {
      refuse("bad_value",
             fmt::format("{}: expected 0 to {}, found {}", spell(field), largest, value));
    }
    return value;
  }

  bool read_bool(const Field& field) {
    if (!cursor_.is(Kind::kTrue) && !cursor_.is(Kind::kFalse)) {
      refuse("wrong_type", fmt::format("{}: expected true or false, found {}", spell(field),
                                       name_of(cursor_.kind())));
    }
    return cursor_.read_bool();
  }

  Json read_json() { return cursor_.template read_value<Json>(); }

  /// nullopt: every field is null, as tables write an absent object.
  std::optional<Losses> read_losses(const Field& field) {
    expect(Kind::kObject, field);
    std::optional<double> plain, no_result, result, other;
    std::size_t nulls = 0, fields = 0;
    cursor_.read_object([&](std::string_view key) {
      std::optional<double>* target = key == "plain"       ? &plain
                                      : key == "no_result" ? &no_result
                                      : key == "result"    ? &result
                                      : key == "other"     ? &other
                                                           : nullptr;
      if (target == nullptr)
        refuse("unknown_field", fmt::format("{}: unknown field \"{}\"", spell(field), key));
      ++fields;
      if (cursor_.skip_null()) {
        ++nulls;
      } else {
        *target = read_double({field.name, field.call, key});
      }
    });
    if (nulls == fields && nulls > 0) return std::nullopt;
    if (!plain || !result) refuse("missing_field", spell(field) + ": wants plain and result");
    return Losses{*plain, no_result, *result, other};
  }

  /// nullopt: as read_losses().
  std::optional<CallError> read_error(const Field& field) {
    expect(Kind::kObject, field);
    CallError error;
    std::size_t nulls = 0, fields = 0;
    cursor_.read_object([&](std::string_view key) {
      if (key != "kind" && key != "message")
        refuse("unknown_field", fmt::format("{}: unknown field \"{}\"", spell(field), key));
      ++fields;
      if (cursor_.skip_null()) {
        ++nulls;
      } else {
        (key == "kind" ? error.kind : error.message) = read_string({field.name, field.call, key});
      }
    });
    if (nulls == fields && nulls > 0) return std::nullopt;
    if (error.kind.empty()) refuse("missing_field", spell(field) + ".kind: missing or empty");
    return error;
  }

  /// One field of a call; everything but tool, at and input may be absent or null.
  void read_call_field(const Field& field, Call& call, std::optional<std::size_t>& at,
                       bool& has_input) {
    const std::string_view key = field.name;
    if (key == "tool") {
      call.tool = read_string(field);
    } else if (key == "at") {
      at = static_cast<std::size_t>(read_natural(field, INT64_MAX));
    } else if (key == "input") {
      call.input = read_string(field);
      has_input = true;
    } else if (key == "p_api") {
      if (!cursor_.skip_null()) call.p_api = read_double(field);
    } else if (key == "sample") {
      constexpr int kLargest = std::numeric_limits<int>::max();
      if (!cursor_.skip_null()) call.sample = static_cast<int>(read_natural(field, kLargest));
    } else if (key == "result") {
      if (!cursor_.skip_null()) call.result = read_string(field);
    } else if (key == "others") {
      if (!cursor_.skip_null()) call.others = read_strings(field);
    } else if (key == "excluded") {
      if (!cursor_.skip_null()) call.excluded = read_strings(field);
    } else if (key == "loss") {
      if (!cursor_.skip_null()) call.loss = read_losses(field);
    } else if (key == "delta") {
      if (!cursor_.skip_null()) call.delta = read_double(field);
    } else if (key == "error") {
      if (!cursor_.skip_null()) call.error = read_error(field);
    } else if (key == "keep") {
      if (!cursor_.skip_null()) call.keep = read_bool(field);
    } else if (key == "reason") {
      if (!cursor_.skip_null()) call.reason = read_string(field);
    } else {
      formats::append_member(call.extra, std::string(key), read_json());
    }
  }

  void read_call(Call& call, std::size_t index) {
    expect(Kind::kObject, {"", index, {}});
    std::optional<std::size_t> at;
    bool has_input = false;
    cursor_.read_object([&](std::string_view key) {
      read_call_field({key, index, {}}, call, at, has_input);
    });
    const auto missing = [&](std::string_view name, const char* what) {
      refuse("missing_field", fmt::format("{}: {}", spell({name, index, {}}), what));
    };
    if (call.tool.empty()) missing("tool", "missing or empty");
    if (!at) missing("at", "missing");
    if (!has_input) missing("input", "missing");
    call.at = *at;
  }

  void read_schema() {
    expect(Kind::kNumber, {"schema", {}, {}});
    const std::int64_t schema = cursor_.read_integer();
    if (schema > kSchema) {
      refuse("newer_schema",
             fmt::format("schema {}, this program reads up to {}; use a newer toolformer, or write "
                         "the line again with this one",
                         schema, kSchema));
    }
    if (schema < 1) refuse("bad_value", fmt::format("schema: expected 1, found {}", schema));
  }

  void read_field(std::string_view key, Document& document) {
    const Field field{key, {}, {}};
    if (key == "schema") {
      if (!cursor_.skip_null()) read_schema();
    } else if (key == "id") {
      if (cursor_.skip_null()) return;
      if (cursor_.is(Kind::kNumber)) {
        refuse("wrong_type",
               "id: expected a string, found a number; write it in quotes: "
               "jq -c '.id |= tostring' FILE > NEW.jsonl");
      }
      document.id = read_string(field);
      has_id_ = true;
    } else if (key == text_field_) {
      document.text = read_string(field);
      has_text_ = true;
    } else if (key == "text") {
      has_other_text_ = true;
      read_json();
    } else if (key == "meta") {
      if (cursor_.skip_null()) return;
      expect(Kind::kObject, field);
      document.meta = read_json();
    } else if (key == "calls") {
      if (cursor_.skip_null()) return;
      expect(Kind::kArray, field);
      document.has_calls = true;
      cursor_.read_array([&] {
        const std::size_t index = document.calls.size();
        read_call(document.calls.emplace_back(), index);
      });
    } else if (key == "augmented") {
      if (!cursor_.skip_null()) document.augmented = read_string(field);
    } else {
      formats::append_member(document.extra, std::string(key), read_json());
    }
  }

  Cursor& cursor_;
  const std::string& text_field_;
  bool has_id_ = false, has_text_ = false, has_other_text_ = false;
};

}  // namespace

/// What simdjson keeps from line to line.
struct DocumentParser::Scratch {
  explicit Scratch(std::string field) : text_field(std::move(field)) {
    if (parser.allocate(1U << 14U, formats::kMaxJsonDepth) != simdjson::SUCCESS)
      throw std::bad_alloc();
  }

  /// False: the line is not good, or not for simdjson.
  bool read(std::string_view line, Document& document) try {
    padded.resize(std::max(padded.size(), line.size() + simdjson::SIMDJSON_PADDING));
    std::memcpy(padded.data(), line.data(), line.size());
    SimdCursor cursor(parser.parse(padded.data(), line.size(), false).value());
    FieldReader(cursor, text_field).read_line(document);
    return true;
  } catch (const simdjson::simdjson_error&) {
    return false;
  } catch (const FieldProblem&) {
    return false;
  } catch (const LineRefused&) {
    return false;
  }

  std::string text_field;
  simdjson::dom::parser parser;
  std::string padded;  // a copy of the line: simdjson reads some bytes behind its end
};

DocumentParser::DocumentParser(std::string text_field)
    : scratch_(std::make_unique<Scratch>(std::move(text_field))) {}
DocumentParser::~DocumentParser() = default;

ParsedLine DocumentParser::parse(std::string_view line) {
  ParsedLine parsed;
  if (scratch_->read(line, parsed.document)) return parsed;
  parsed.document = {};
  if (const auto invalid = base::find_invalid_utf8(line)) {
    parsed.problem = {"bad_utf8",
                      fmt::format("byte {}: 0x{:02x} is not valid UTF-8 here; of Windows-1252 or "
                                  "Latin-1, iconv -f WINDOWS-1252 -t UTF-8 makes it",
                                  *invalid, static_cast<unsigned char>(line[*invalid]))};
    return parsed;
  }
  try {
    formats::JsonCursor cursor(line);
    FieldReader(cursor, scratch_->text_field).read_line(parsed.document);
  } catch (FieldProblem& problem) {
    parsed.problem = std::move(problem.problem);
  } catch (const formats::JsonProblem& problem) {
    parsed.problem = {"bad_json", fmt::format("byte {}: {}", problem.byte, problem.message)};
  }
  if (parsed.problem) parsed.document = {};
  return parsed;
}

ScannedId scan_id(std::string_view line) {
  ScannedId scanned;
  try {
    scanned.id = formats::JsonCursor(line).find_string("id");
    scanned.readable = true;
  } catch (const formats::JsonProblem&) {
    scanned.readable = false;  // DocumentParser says why
  }
  return scanned;
}

}  // namespace toolformer::record
