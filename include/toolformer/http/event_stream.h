// SPDX-License-Identifier: Apache-2.0
// Server-sent events (text/event-stream, WHATWG HTML section 9.2), piece by piece.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace toolformer::http {

struct Event {
  std::string type = "message";
  std::string data;  ///< the lines of the event, joined by newlines
  std::string id;
};

class EventStream {
 public:
  /// The events that are complete with these bytes, in order. Events without data are left out, as
  /// the standard says; so is an event that the end of the stream cuts.
  std::vector<Event> feed(std::string_view bytes);

 private:
  void read_line(std::string_view line, std::vector<Event>& events);
  std::string line_;
  Event event_;
  bool has_data_ = false;
  bool after_return_ = false;  ///< a newline that follows belongs to the same line end
  bool at_start_ = true;       ///< a byte order mark may still come
};

}  // namespace toolformer::http
