// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <limits>

#include "toolformer/base/utf8.h"
#include "toolformer/record/document_json.h"
#include "toolformer/record/json_cursor.h"

namespace toolformer::record {
namespace {

using Kind = JsonCursor::Kind;

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

void expect(JsonCursor& cursor, Kind wanted, const Field& field) {
  const Kind found = cursor.kind();
  if (found != wanted) {
    refuse("wrong_type",
           fmt::format("{}: expected {}, found {}", spell(field), name_of(wanted), name_of(found)));
  }
}

/// Optional fields may be null, as some writers spell "absent".
bool skip_null(JsonCursor& cursor) {
  if (cursor.kind() != Kind::kNull) return false;
  cursor.skip_value();
  return true;
}

std::string read_string(JsonCursor& cursor, const Field& field) {
  expect(cursor, Kind::kString, field);
  return cursor.read_string();
}

double read_double(JsonCursor& cursor, const Field& field) {
  expect(cursor, Kind::kNumber, field);
  return cursor.read_double();
}

std::int64_t read_natural(JsonCursor& cursor, const Field& field, std::int64_t largest) {
  expect(cursor, Kind::kNumber, field);
  const std::int64_t value = cursor.read_integer();
  if (value < 0 || value > largest) {
    refuse("bad_value",
           fmt::format("{}: expected 0 to {}, found {}", spell(field), largest, value));
  }
  return value;
}

bool read_bool(JsonCursor& cursor, const Field& field) {
  const Kind kind = cursor.kind();
  if (kind != Kind::kTrue && kind != Kind::kFalse) {
    refuse("wrong_type",
           fmt::format("{}: expected true or false, found {}", spell(field), name_of(kind)));
  }
  cursor.skip_value();
  return kind == Kind::kTrue;
}

Losses read_losses(JsonCursor& cursor, const Field& field) {
  expect(cursor, Kind::kObject, field);
  std::optional<double> plain, no_result, result;
  cursor.read_object([&](const std::string& key) {
    std::optional<double>* target = key == "plain"       ? &plain
                                    : key == "no_result" ? &no_result
                                    : key == "result"    ? &result
                                                         : nullptr;
    if (target == nullptr)
      refuse("unknown_field", fmt::format("{}: unknown field \"{}\"", spell(field), key));
    if (!skip_null(cursor)) *target = read_double(cursor, {field.name, field.call, key});
  });
  if (!plain || !result) refuse("missing_field", spell(field) + ": wants plain and result");
  return {*plain, no_result, *result};
}

CallError read_error(JsonCursor& cursor, const Field& field) {
  expect(cursor, Kind::kObject, field);
  CallError error;
  cursor.read_object([&](const std::string& key) {
    if (key == "kind") {
      error.kind = read_string(cursor, {field.name, field.call, "kind"});
    } else if (key == "message") {
      error.message = read_string(cursor, {field.name, field.call, "message"});
    } else {
      refuse("unknown_field", fmt::format("{}: unknown field \"{}\"", spell(field), key));
    }
  });
  if (error.kind.empty()) refuse("missing_field", spell(field) + ".kind: missing or empty");
  return error;
}

struct SeenCallFields {
  bool tool = false, at = false, input = false;
};

/// One field of a call; everything but tool, at and input may be absent.
void read_call_field(JsonCursor& cursor, const std::string& key, const Field& field, Call& call,
                     SeenCallFields& seen) {
  if (key == "tool") {
    call.tool = read_string(cursor, field);
    seen.tool = true;
  } else if (key == "at") {
    call.at = static_cast<std::size_t>(read_natural(cursor, field, INT64_MAX));
    seen.at = true;
  } else if (key == "input") {
    call.input = read_string(cursor, field);
    seen.input = true;
  } else if (key == "p_api") {
    if (!skip_null(cursor)) call.p_api = read_double(cursor, field);
  } else if (key == "sample") {
    if (!skip_null(cursor)) {
      call.sample = static_cast<int>(read_natural(cursor, field, std::numeric_limits<int>::max()));
    }
  } else if (key == "result") {
    if (!skip_null(cursor)) call.result = read_string(cursor, field);
  } else if (key == "loss") {
    if (!skip_null(cursor)) call.loss = read_losses(cursor, field);
  } else if (key == "delta") {
    if (!skip_null(cursor)) call.delta = read_double(cursor, field);
  } else if (key == "error") {
    if (!skip_null(cursor)) call.error = read_error(cursor, field);
  } else if (key == "keep") {
    if (!skip_null(cursor)) call.keep = read_bool(cursor, field);
  } else if (key == "reason") {
    if (!skip_null(cursor)) call.reason = read_string(cursor, field);
  } else {
    append_member(call.extra, key, cursor.read_value());
  }
}

Call read_call(JsonCursor& cursor, std::size_t index) {
  expect(cursor, Kind::kObject, {"", index, {}});
  Call call;
  SeenCallFields seen;
  cursor.read_object([&](const std::string& key) {
    read_call_field(cursor, key, {key, index, {}}, call, seen);
  });
  if (!seen.tool || call.tool.empty())
    refuse("missing_field", spell({"tool", index, {}}) + ": missing or empty");
  if (!seen.at) refuse("missing_field", spell({"at", index, {}}) + ": missing");
  if (!seen.input) refuse("missing_field", spell({"input", index, {}}) + ": missing");
  return call;
}

void read_schema(JsonCursor& cursor) {
  expect(cursor, Kind::kNumber, {"schema", {}, {}});
  const std::int64_t schema = cursor.read_integer();
  if (schema > kSchema) {
    refuse(
        "newer_schema",
        fmt::format("schema {}, this program reads up to {}; use a newer toolformer, or write the "
                    "line again with this one",
                    schema, kSchema));
  }
  if (schema < 1) refuse("bad_value", fmt::format("schema: expected 1, found {}", schema));
}

struct SeenFields {
  bool id = false, text = false;
};

void read_field(JsonCursor& cursor, const std::string& key, Document& document, SeenFields& seen) {
  if (key == "schema") {
    read_schema(cursor);
  } else if (key == "id") {
    if (skip_null(cursor)) return;
    if (cursor.kind() == Kind::kNumber) {
      refuse("wrong_type", "id: expected a string, found a number; write it in quotes");
    }
    document.id = read_string(cursor, {"id", {}, {}});
    seen.id = true;
  } else if (key == "text") {
    document.text = read_string(cursor, {"text", {}, {}});
    seen.text = true;
  } else if (key == "meta") {
    if (skip_null(cursor)) return;
    expect(cursor, Kind::kObject, {"meta", {}, {}});
    document.meta = cursor.read_value();
  } else if (key == "calls") {
    expect(cursor, Kind::kArray, {"calls", {}, {}});
    document.has_calls = true;
    cursor.read_array([&] { document.calls.push_back(read_call(cursor, document.calls.size())); });
  } else if (key == "augmented") {
    if (!skip_null(cursor)) document.augmented = read_string(cursor, {"augmented", {}, {}});
  } else {
    append_member(document.extra, key, cursor.read_value());
  }
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

void read_line(std::string_view line, Document& document) {
  JsonCursor cursor(line);
  if (cursor.kind() != Kind::kObject) {
    refuse("not_an_object", fmt::format("expected an object, found {}", name_of(cursor.kind())));
  }
  SeenFields seen;
  cursor.read_object([&](const std::string& key) { read_field(cursor, key, document, seen); });
  cursor.finish();
  if (seen.id && document.id.empty()) refuse("bad_value", "id: empty; leave it out instead");
  if (!seen.text) refuse("missing_text", "text: missing");
  check_positions(document);
}

}  // namespace

ParsedLine parse_document(std::string_view line) {
  ParsedLine parsed;
  if (const auto invalid = base::find_invalid_utf8(line)) {
    parsed.problem = {"bad_utf8", fmt::format("byte {}: 0x{:02x} is not valid UTF-8 here", *invalid,
                                              static_cast<unsigned char>(line[*invalid]))};
    return parsed;
  }
  try {
    read_line(line, parsed.document);
  } catch (FieldProblem& problem) {
    parsed.problem = std::move(problem.problem);
  } catch (const JsonProblem& problem) {
    parsed.problem = {"bad_json", fmt::format("byte {}: {}", problem.byte, problem.message)};
  }
  if (parsed.problem) parsed.document = {};
  return parsed;
}

ScannedId scan_id(std::string_view line) {
  ScannedId scanned;
  try {
    scanned.id = JsonCursor(line).find_string("id");
    scanned.readable = true;
  } catch (const JsonProblem&) {
    scanned.readable = false;  // parse_document says why
  }
  return scanned;
}

}  // namespace toolformer::record
