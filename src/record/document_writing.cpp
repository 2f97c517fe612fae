// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

#include "toolformer/base/error.h"
#include "toolformer/base/utf8.h"
#include "toolformer/formats/strict_json.h"
#include "toolformer/record/document_json.h"

namespace toolformer::record {
namespace {

/// Builds one object, field by field.
class LineWriter {
 public:
  std::string& text() { return out_; }

  void begin_object() { out_ += '{'; }
  void end_object() { out_ += '}'; }

  void key(std::string_view name) {
    if (out_.back() != '{') out_ += ',';
    string(name);
    out_ += ':';
  }

  void string(std::string_view value) {
    if (const auto invalid = base::find_invalid_utf8(value)) {
      base::throw_error<base::IoError>(
          "a string to be written is not valid UTF-8 at its byte {}; a stage has cut a character",
          *invalid);
    }
    out_ += '"';
    for (std::size_t at = 0; at < value.size(); ++at) {
      const std::size_t special = formats::find_special(value, at);
      out_.append(value, at, special - at);
      at = special;
      if (at < value.size()) escape(static_cast<unsigned char>(value[at]));
    }
    out_ += '"';
  }

  /// The shortest form that reads back as the same double, recognisable as one.
  void number(double value) {
    std::array<char, 32> buffer{};
    const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
    const std::string_view digits(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
    out_ += digits;
    if (digits.find_first_of(".e") == std::string_view::npos) out_ += ".0";
  }

  void number(std::size_t value) { out_ += std::to_string(value); }
  void boolean(bool value) { out_ += value ? "true" : "false"; }

  void json(const nlohmann::ordered_json& value) {
    refuse_not_finite(value);
    out_ += value.dump();
  }

  void strings(std::string_view name, const std::vector<std::string>& values) {
    if (values.empty()) return;
    key(name);
    out_ += '[';
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i > 0) out_ += ',';
      string(values[i]);
    }
    out_ += ']';
  }

  void members(const nlohmann::ordered_json& object) {
    for (const auto& [name, value] : object.items()) {
      key(name);
      json(value);
    }
  }

 private:
  void escape(unsigned char byte) {
    switch (byte) {
      case '"':
        out_ += "\\\"";
        return;
      case '\\':
        out_ += "\\\\";
        return;
      case '\b':
        out_ += "\\b";
        return;
      case '\f':
        out_ += "\\f";
        return;
      case '\n':
        out_ += "\\n";
        return;
      case '\r':
        out_ += "\\r";
        return;
      case '\t':
        out_ += "\\t";
        return;
      default:
        out_ += fmt::format("\\u{:04x}", byte);
    }
  }

  static void refuse_not_finite(const nlohmann::ordered_json& value) {
    if (value.is_number_float() && !std::isfinite(value.get<double>())) {
      base::throw_error<base::IoError>(
          "meta or an unknown field holds a number that is not finite");
    }
    if (value.is_structured()) {
      for (const auto& element : value) refuse_not_finite(element);
    }
  }

  std::string out_;
};

/// The first number of a call that is not finite, by name.
std::optional<std::string> not_finite(const Call& call) {
  const auto check = [](const char* name, double value) -> std::optional<std::string> {
    if (std::isfinite(value)) return std::nullopt;
    return fmt::format("{} is {}", name, value);
  };
  std::optional<std::string> found;
  if (call.p_api) found = check("p_api", *call.p_api);
  if (call.loss) {
    if (!found) found = check("loss.plain", call.loss->plain);
    if (!found && call.loss->no_result) found = check("loss.no_result", *call.loss->no_result);
    if (!found) found = check("loss.result", call.loss->result);
    if (!found && call.loss->other) found = check("loss.other", *call.loss->other);
  }
  if (!found && call.delta) found = check("delta", *call.delta);
  return found;
}

/// The call as it may be written: without numbers that JSON does not have.
Call writable(Call call) {
  const std::optional<std::string> problem = not_finite(call);
  if (!problem) return call;
  if (call.p_api && !std::isfinite(*call.p_api)) call.p_api.reset();
  call.loss.reset();
  call.delta.reset();
  if (!call.error) call.error = CallError{"not_finite", *problem};
  if (call.keep) call.keep = false;
  call.reason.reset();  // the error says it
  return call;
}

void write_call(LineWriter& out, const Call& call) {
  out.begin_object();
  out.key("tool"), out.string(call.tool);
  out.key("at"), out.number(call.at);
  if (call.p_api) out.key("p_api"), out.number(*call.p_api);
  if (call.sample) out.key("sample"), out.number(static_cast<std::size_t>(*call.sample));
  out.key("input"), out.string(call.input);
  if (call.result) out.key("result"), out.string(*call.result);
  out.strings("others", call.others);
  out.strings("excluded", call.excluded);
  if (call.loss) {
    out.key("loss");
    out.begin_object();
    out.key("plain"), out.number(call.loss->plain);
    if (call.loss->no_result) out.key("no_result"), out.number(*call.loss->no_result);
    out.key("result"), out.number(call.loss->result);
    if (call.loss->other) out.key("other"), out.number(*call.loss->other);
    out.end_object();
  }
  if (call.delta) out.key("delta"), out.number(*call.delta);
  if (call.error) {
    out.key("error");
    out.begin_object();
    out.key("kind"), out.string(call.error->kind);
    out.key("message"), out.string(call.error->message);
    out.end_object();
  }
  if (call.keep) out.key("keep"), out.boolean(*call.keep);
  if (call.reason) out.key("reason"), out.string(*call.reason);
  if (call.extra.is_object()) out.members(call.extra);
  out.end_object();
}

}  // namespace

std::string to_json_line(const Document& document) {
  LineWriter out;
  out.begin_object();
  out.key("schema"), out.number(static_cast<std::size_t>(kSchema));
  out.key("id"), out.string(document.id);
  out.key("text"), out.string(document.text);
  if (!document.meta.is_null()) out.key("meta"), out.json(document.meta);
  if (document.has_calls || !document.calls.empty()) {
    out.key("calls");
    out.text() += '[';
    for (std::size_t i = 0; i < document.calls.size(); ++i) {
      if (i > 0) out.text() += ',';
      write_call(out, writable(document.calls[i]));
    }
    out.text() += ']';
  }
  if (document.augmented) out.key("augmented"), out.string(*document.augmented);
  if (document.extra.is_object()) out.members(document.extra);
  out.end_object();
  return std::move(out.text());
}

}  // namespace toolformer::record
