// SPDX-License-Identifier: Apache-2.0
#include "toolformer/http/event_stream.h"

#include <gtest/gtest.h>

namespace toolformer::http {
namespace {

using Seen = std::vector<std::string>;

Seen read(const std::string& bytes, std::size_t piece) {
  EventStream stream;
  Seen seen;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    for (const Event& event : stream.feed(std::string_view(bytes).substr(at, piece))) {
      seen.push_back(event.type + "|" + event.id + "|" + event.data);
    }
  }
  return seen;
}

TEST(EventStream, GivesTheSameEventsHoweverItIsCut) {
  const std::string bytes =
      "\xEF\xBB\xBF: a comment\r\nevent: add\r\nid: 7\r\ndata: one\r\ndata:two\r\n\r\n"
      "data\n\n"         // empty data is data
      "event: lost\n\n"  // no data: no event
      "data:  two blanks\rretry: 10\r\r"
      "data: cut off\n";
  const Seen expected = {"add|7|one\ntwo", "message|7|", "message|7| two blanks"};
  for (const std::size_t piece : {1U, 2U, 3U, 7U, 1000U}) EXPECT_EQ(read(bytes, piece), expected);
}

TEST(EventStream, IgnoresUnknownFieldsAndIdsWithZeros) {
  EXPECT_EQ(read(std::string("id: a\0b\nwhat: x\ndata: y\n\n", 25), 100), Seen{"message||y"});
}

}  // namespace
}  // namespace toolformer::http
