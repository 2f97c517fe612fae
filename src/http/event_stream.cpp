// SPDX-License-Identifier: Apache-2.0
#include "toolformer/http/event_stream.h"

namespace toolformer::http {

std::vector<Event> EventStream::feed(std::string_view bytes) {
  std::vector<Event> events;
  for (const char c : bytes) {
    if (c == '\n' && after_return_) {
      after_return_ = false;
      continue;
    }
    after_return_ = c == '\r';
    if (c != '\r' && c != '\n') {
      line_ += c;
      continue;
    }
    read_line(line_, events);
    line_.clear();
  }
  return events;
}

void EventStream::read_line(std::string_view line, std::vector<Event>& events) {
  if (at_start_ && line.substr(0, 3) == "\xEF\xBB\xBF") line.remove_prefix(3);
  at_start_ = false;
  if (line.empty()) {
    if (has_data_) events.push_back(event_);
    has_data_ = false;
    event_ = {.id = event_.id};
    return;
  }
  const std::size_t colon = line.find(':');
  const std::string_view field = line.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? "" : line.substr(colon + 1);
  if (!value.empty() && value.front() == ' ') value.remove_prefix(1);
  if (field == "data") {
    if (has_data_) event_.data += '\n';
    event_.data += value;
    has_data_ = true;
  } else if (field == "event") {
    event_.type = value.empty() ? "message" : value;
  } else if (field == "id" && value.find('\0') == std::string_view::npos) {
    event_.id = value;
  }
}

}  // namespace toolformer::http
