// SPDX-License-Identifier: Apache-2.0
// What the tools that ask a web server have in common: the settings of the connection, the key, and
// how a reply becomes an outcome. The server's own origin is the only one that is reached.
//
//   url              where the server is; its scheme, host and port are fixed here; {key} in it
//                    stands for the key, which is then sent nowhere else
//   allow_private    true: loopback and private addresses too (default: false)
//   key_env          name of the environment variable that holds the key (default: no key)
//   key_header       header that carries the key bare (default: "Authorization: Bearer KEY")
//   headers          further headers, a table (default: none)
//   ca_file          certificate authorities, PEM (default: the system's)
//   max_bytes        of an answer, decompressed (default: 1000000)
//   connect_timeout  (default: 5 s)
//   redirects        how many are followed, within the origin and for GET (default: 0)
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "toolformer/formats/toml_table.h"
#include "toolformer/http/client.h"
#include "toolformer/tools/contract/tool.h"
#include "toolformer/tools/contract/tool_resources.h"

namespace toolformer::tools {

/// Who sends the key: the endpoint in a header, or the tool in its request.
enum class KeyPlace { kHeader, kRequest };

class Endpoint {
 public:
  /// Throws UsageError for settings that cannot be used, and when the key is not there.
  Endpoint(formats::TomlTable& settings, const ToolResources& resources,
           KeyPlace key_place = KeyPlace::kHeader);

  const std::string& url() const { return url_; }
  const http::Secret* key() const { return key_ ? &*key_ : nullptr; }
  /// Everything of the settings that may change a result, hashed: headers may hold secrets.
  const std::string& version() const { return version_; }

  /// Whatever comes back of a request with headers and key added.
  http::Reply exchange(http::Request request, const CallContext& context) const;
  /// Why a reply must not be used: it is no whole 2xx, or it holds the key (bad_result).
  std::optional<Outcome> problem_of(const http::Reply& reply) const;
  /// Both together.
  std::variant<http::Reply, Outcome> send(http::Request request, const CallContext& context) const;
  /// POSTs a JSON value to an address and reads a JSON answer; another one is tool_failed.
  std::variant<nlohmann::json, Outcome> post_json(const std::string& url,
                                                  const nlohmann::ordered_json& body,
                                                  const CallContext& context) const;

 private:
  std::string url_;
  std::optional<http::Secret> key_;
  std::string key_header_;
  KeyPlace key_place_;
  std::vector<http::Header> headers_;
  std::string version_;
  std::unique_ptr<const http::Client> client_;
};

/// Reads JSON of a reply; at most 64 levels deep. tool_failed when it is none.
std::variant<nlohmann::json, Outcome> read_json(const http::Reply& reply);

/// The text at a JSON pointer: a string, or a number or boolean as JSON writes it. no_result when
/// there is nothing (or null, or blanks), bad_result when it is a list or an object. Where there is
/// nothing, but the answer says `error`, tool_failed with the server's words, or unavailable when
/// it is one that another try may mend.
Outcome text_at(const nlohmann::json& value, const nlohmann::json::json_pointer& pointer);

}  // namespace toolformer::tools
