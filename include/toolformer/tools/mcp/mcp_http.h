// SPDX-License-Identifier: Apache-2.0
// A server of the Model Context Protocol behind a URL (transport "streamable HTTP"): each message
// is a POST; the answer is JSON, or an event stream with the answer somewhere in it. What the
// server sends outside of such an answer is not listened to, and what it asks in one is not
// answered.
#pragma once

#include <string>

#include "toolformer/tools/mcp/mcp_connection.h"
#include "toolformer/tools/transport/endpoint.h"

namespace toolformer::tools {

class McpHttp : public McpConnection {
 public:
  /// The endpoint must outlive this.
  explicit McpHttp(const Endpoint& endpoint) : endpoint_(endpoint) {}
  ~McpHttp() override;  ///< tells the server that the session is over
  McpHttp(const McpHttp&) = delete;
  McpHttp& operator=(const McpHttp&) = delete;

  bool is_usable() override { return !lapsed_; }
  bool has_lapsed() const override { return lapsed_; }

 protected:
  Answer exchange(const std::string& request, std::int64_t id, Deadline deadline) override;
  Outcome send(const std::string& notification, Deadline deadline) override;

 private:
  http::Request request(const std::string& method) const;
  http::Request post(const std::string& message) const;
  const Endpoint& endpoint_;
  std::string session_;  ///< as the server named it; empty: it did not
  bool lapsed_ = false;
};

}  // namespace toolformer::tools
