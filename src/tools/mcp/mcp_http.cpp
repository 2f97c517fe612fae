// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/mcp/mcp_http.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "toolformer/base/blank.h"
#include "toolformer/base/log.h"
#include "toolformer/http/event_stream.h"
#include "toolformer/tools/mcp/mcp_message.h"
#include "toolformer/tools/mcp/mcp_noise.h"

namespace toolformer::tools {
namespace {

using Kind = McpMessage::Kind;

constexpr std::chrono::seconds kFarewell{2};
constexpr int kNotFound = 404;
constexpr std::size_t kLongestSession = 4096;

bool is_session(const std::string& name) {
  return !name.empty() && name.size() <= kLongestSession &&
         std::all_of(name.begin(), name.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

/// Takes messages until the one that was waited for.
class Waiting {
 public:
  Waiting(std::int64_t id, const http::Secret* key) : id_(id), key_(key) {}
  bool is_over() const { return found_.has_value(); }
  void take(std::string_view text) {
    if (is_over()) return;
    McpMessage message = read_mcp_message(text, id_);
    if (message.kind == Kind::kNoise && !(key_ != nullptr && key_->leaks_into(text))) {
      noise_.note(Outcome::value(message.text));
    }
    const bool passes = message.kind == Kind::kNotification || message.kind == Kind::kQuestion ||
                        message.kind == Kind::kNoise;
    if (!passes) found_ = std::move(message);
  }
  /// Keep-alive and other events of a server's own are no messages, nor is one without data.
  void take(const http::Event& event) {
    if (event.type == "message") take(event.data);
  }
  McpConnection::Answer answer() {
    if (!found_) {
      return noise_.quoted_in(Outcome::transient_error(
          error_kind::kUnavailable, "the server's stream ended before its answer"));
    }
    if (found_->kind == Kind::kResult) return std::move(found_->result);
    return std::move(found_->error);
  }

 private:
  std::int64_t id_;
  const http::Secret* key_;  ///< null: there is none
  McpNoise noise_;
  std::optional<McpMessage> found_;
};

Outcome no_message(const http::Reply& reply) {
  const std::string body = base::escape_for_log(base::trim(reply.body), 200);
  return Outcome::error(error_kind::kToolFailed,
                        fmt::format("the server sent no message: `{}`", body));
}

}  // namespace

McpHttp::~McpHttp() {
  if (session_.empty() || lapsed_) return;
  endpoint_.exchange(request("DELETE"), {.deadline = std::chrono::steady_clock::now() + kFarewell});
}

http::Request McpHttp::request(const std::string& method) const {
  http::Request request{.method = method, .url = endpoint_.url()};
  if (!session_.empty()) request.headers.push_back({"Mcp-Session-Id", session_});
  if (!revision().empty()) request.headers.push_back({"MCP-Protocol-Version", revision()});
  return request;
}

http::Request McpHttp::post(const std::string& message) const {
  http::Request request = this->request("POST");
  request.headers.push_back({"Content-Type", "application/json"});
  request.headers.push_back({"Accept", "application/json, text/event-stream"});
  request.body = message;
  return request;
}

McpConnection::Answer McpHttp::exchange(const std::string& message, std::int64_t id,
                                        Deadline deadline) {
  Waiting waiting(id, endpoint_.key());
  http::EventStream stream;
  bool is_stream = false;
  http::Request request = post(message);
  request.on_data = [&](const http::Reply& reply, std::string_view bytes) {
    is_stream = reply.media_type() == "text/event-stream";
    if (!is_stream) return true;
    for (const http::Event& event : stream.feed(bytes)) waiting.take(event);
    return !waiting.is_over();
  };
  const http::Reply reply = endpoint_.exchange(std::move(request), {.deadline = deadline});
  if (auto problem = endpoint_.problem_of(reply)) {
    lapsed_ = reply.status == kNotFound && !session_.empty();
    return std::move(*problem);
  }
  if (const std::string* session = reply.header("mcp-session-id"); session && session_.empty()) {
    if (is_session(*session)) session_ = *session;
  }
  if (!is_stream) waiting.take(reply.body);
  if (!is_stream && !waiting.is_over()) return no_message(reply);
  return waiting.answer();
}

Outcome McpHttp::send(const std::string& notification, Deadline deadline) {
  const http::Reply reply = endpoint_.exchange(post(notification), {.deadline = deadline});
  if (auto problem = endpoint_.problem_of(reply)) return std::move(*problem);
  return Outcome::value("");
}

}  // namespace toolformer::tools
