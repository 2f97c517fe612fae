// SPDX-License-Identifier: Apache-2.0
#include "toolformer/base/log.h"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "toolformer/base/error.h"
#include "toolformer/base/utf8.h"

namespace toolformer::base {
namespace {

/// C0 and C1 controls, DEL, line and paragraph separators, and what turns the direction of writing.
bool is_harmful(char32_t c) {
  return c < 0x20U || (c >= 0x7FU && c < 0xA0U) || (c >= 0x200BU && c <= 0x200FU) ||
         (c >= 0x2028U && c <= 0x202EU) || (c >= 0x2066U && c <= 0x2069U) || c == 0xFEFFU;
}

char32_t decode(std::string_view bytes) {
  if (bytes.size() == 1) return static_cast<unsigned char>(bytes[0]);
  char32_t c = static_cast<unsigned char>(bytes[0]) & (0x7FU >> bytes.size());
  for (const char byte : bytes.substr(1)) {
    c = (c << 6U) | (static_cast<unsigned char>(byte) & 0x3FU);
  }
  return c;
}

void append_escaped(std::string& out, char32_t c) {
  switch (c) {
    case U'\n':
      out += "\\n";
      return;
    case U'\r':
      out += "\\r";
      return;
    case U'\t':
      out += "\\t";
      return;
    default:
      out += c < 0x100U ? fmt::format("\\x{:02x}", static_cast<unsigned>(c))
                        : fmt::format("\\u{:04x}", static_cast<unsigned>(c));
  }
}

/// spdlog reads % in a pattern as a command.
std::string literal(const std::string& text) {
  std::string out;
  for (const char c : escape_for_log(text)) {
    out += c == '%' ? "%%" : std::string(1, c);
  }
  return out;
}

void set_line_format(spdlog::logger& logger, const std::string& shard) {
  const std::string name = shard.empty() ? logger.name() : logger.name() + " " + shard;
  logger.set_pattern("%H:%M:%S " + literal(name) + " %l: %v");
}

}  // namespace

std::string escape_for_log(std::string_view text, std::size_t max_bytes) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (out.size() >= max_bytes) return out + "...";
    const std::size_t length = utf8_length(text, at);
    if (length == 0) {
      append_escaped(out, static_cast<unsigned char>(text[at]));
      ++at;
      continue;
    }
    const std::string_view character = text.substr(at, length);
    const char32_t c = decode(character);
    if (is_harmful(c)) {
      append_escaped(out, c);
    } else if (c == U'\\') {
      out += "\\\\";
    } else {
      out += character;
    }
    at += length;
  }
  return out;
}

void set_up_log(const std::string& program, const std::string& level, const std::string& shard) {
  const spdlog::level::level_enum parsed = spdlog::level::from_str(level);
  if (parsed == spdlog::level::off && level != "off") {
    throw_error<UsageError>("log level '{}' is none of trace, debug, info, warn, error, off",
                            level);
  }
  auto logger =
      std::make_shared<spdlog::logger>(program, std::make_shared<spdlog::sinks::stderr_sink_mt>());
  set_line_format(*logger, shard);
  logger->set_level(parsed);
  spdlog::set_default_logger(std::move(logger));
}

void name_shard_in_log(const std::string& shard) {
  set_line_format(*spdlog::default_logger(), shard);
}

}  // namespace toolformer::base
