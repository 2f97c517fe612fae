// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/mcp/mcp_tool.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <spdlog/spdlog.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "toolformer/base/ascii.h"
#include "toolformer/base/log.h"
#include "toolformer/sandbox/failure.h"
#include "toolformer/tools/contract/idle_pool.h"
#include "toolformer/tools/contract/settings_hash.h"
#include "toolformer/tools/mcp/mcp_arguments.h"
#include "toolformer/tools/mcp/mcp_connection.h"
#include "toolformer/tools/mcp/mcp_http.h"
#include "toolformer/tools/mcp/mcp_message.h"
#include "toolformer/tools/mcp/mcp_pipe.h"
#include "toolformer/tools/transport/confined_program.h"
#include "toolformer/tools/transport/endpoint.h"

namespace toolformer::tools {
namespace {

using nlohmann::json;
using Answer = McpConnection::Answer;
using Deadline = McpConnection::Deadline;

constexpr std::size_t kMostPages = 1000;

/// A server that is asked by several threads, over a connection for each that asks at once.
class McpServer {
 public:
  explicit McpServer(ConfinedProgram program) : program_(std::move(program)) {}
  explicit McpServer(Endpoint endpoint) : endpoint_(std::move(endpoint)) {}

  Answer ask(const std::string& method, const json& params, Deadline deadline) const {
    for (;;) {
      std::unique_ptr<McpConnection> connection = idle_.take();
      const bool is_old = connection != nullptr;
      if (is_old && !connection->is_usable()) continue;
      if (!is_old) {
        Answer greeting = connect(connection, deadline);
        if (std::holds_alternative<Outcome>(greeting)) return greeting;
      }
      Answer answer = connection->ask(method, params, deadline);
      if (is_old && connection->has_lapsed()) continue;
      if (connection->is_usable()) idle_.put(std::move(connection));
      return answer;
    }
  }

  /// What the server says of itself.
  Answer greet(Deadline deadline) const {
    std::unique_ptr<McpConnection> connection;
    Answer greeting = connect(connection, deadline);
    if (std::holds_alternative<json>(greeting)) idle_.put(std::move(connection));
    return greeting;
  }

  Outcome without_secrets(Outcome outcome) const {
    return program_ ? program_->without_secrets(std::move(outcome)) : outcome;
  }
  std::string version() const { return program_ ? program_->version() : endpoint_->version(); }

 private:
  Answer connect(std::unique_ptr<McpConnection>& connection, Deadline deadline) const {
    try {
      if (program_) {
        connection = std::make_unique<McpPipe>(*program_);
      } else {
        connection = std::make_unique<McpHttp>(*endpoint_);
      }
    } catch (const sandbox::Failure& failure) {
      return program_->failed(failure);
    }
    return connection->greet(deadline);
  }

  std::optional<ConfinedProgram> program_;
  std::optional<Endpoint> endpoint_;
  mutable IdlePool<McpConnection> idle_;  // behind what its connections use
};

class McpTool : public Tool {
 public:
  struct Parts {
    std::string name;         ///< what calls say
    std::string remote_name;  ///< what the server says
    json schema;
    std::string version;
    std::optional<std::string> sample;
  };
  McpTool(std::shared_ptr<const McpServer> server, Parts parts)
      : server_(std::move(server)), parts_(std::move(parts)), arguments_(parts_.schema) {}

  std::string name() const override { return parts_.name; }
  std::string version() const override { return parts_.version; }
  ToolTraits traits() const override { return {.is_remote = true}; }
  std::optional<std::string> sample_input() const override { return parts_.sample; }

  Outcome call(std::string_view input, const CallContext& context) const override {
    const auto arguments = arguments_.read(input);
    if (const auto* error = std::get_if<Outcome>(&arguments)) return *error;
    const json params = {{"name", parts_.remote_name}, {"arguments", std::get<json>(arguments)}};
    const Answer answer = server_->ask("tools/call", params, context.deadline);
    if (const auto* error = std::get_if<Outcome>(&answer)) return *error;
    return server_->without_secrets(mcp_call_outcome(std::get<json>(answer)));
  }

 private:
  std::shared_ptr<const McpServer> server_;
  Parts parts_;
  McpArguments arguments_;
};

std::string callable(const std::string& name) {
  std::string callable = name;
  for (char& c : callable) {
    const bool stays = base::is_letter(c) || base::is_digit(c);
    if (!stays) c = '_';
  }
  if (!callable.empty() && callable[0] >= '0' && callable[0] <= '9') callable.insert(0, 1, '_');
  return callable;
}

/// Makes the tools of an entry.
class Maker {
 public:
  Maker(formats::TomlTable& settings, const ToolResources& resources)
      : settings_(settings), key_(settings.has("url") ? "url" : "command") {
    if (settings.has("url") == settings.has("command")) {
      settings.refuse("command", "a server is a `command` or behind a `url`: give one of the two");
    }
    for (const auto& [name, remote] : settings.string_map("names")) names_[remote] = name;
    for (std::string& tool : settings.strings("tools")) wanted_.insert(std::move(tool));
    takes_all_ = wanted_.empty();
    samples_ = settings.string_map("samples");
    const auto patience = std::chrono::ceil<std::chrono::milliseconds>(
        settings.duration("start_timeout", std::chrono::seconds(30), {.low = 0.001, .high = 3600}));
    if (settings.has("url")) {
      server_ = std::make_shared<McpServer>(Endpoint(settings, resources));
    } else {
      // Processes stay, so their time adds up.
      server_ = std::make_shared<McpServer>(ConfinedProgram(
          {.arguments = read_command(settings), .cpu_seconds = 0}, settings, resources));
    }
    deadline_ = std::chrono::steady_clock::now() + patience;
  }

  std::vector<std::unique_ptr<Tool>> make() {
    about_ = checked(server_->greet(deadline_));
    json params = json::object();
    std::size_t pages = 0;
    for (std::set<std::string> cursors; pages < kMostPages; ++pages) {
      const json page = checked(server_->ask("tools/list", params, deadline_));
      const json tools = page.is_object() ? page.value("tools", json()) : json();
      if (!tools.is_array()) refuse("its list of tools is none");
      const std::size_t known = listed_.size();
      for (const json& tool : tools) add(tool);
      const json cursor = page.value("nextCursor", json());
      if (cursor.is_null() || cursor == "") return finish();
      const bool again = !cursors.insert(cursor.dump()).second;
      if (again || (!tools.empty() && listed_.size() == known)) {
        spdlog::warn(
            "{}: the server's list of tools goes on with what it listed before; it ends "
            "here, with {} tools",
            key_, listed_.size());
        return finish();
      }
      params["cursor"] = cursor;
    }
    refuse("its list of tools never ends");
  }

 private:
  void add(const json& tool) {
    const json name = tool.is_object() ? tool.value("name", json()) : json();
    if (!name.is_string() || name == "") refuse("it lists a tool without a name");
    const std::string remote = name.get<std::string>();
    if (!listed_.insert(remote).second) return;
    offered_.push_back(base::escape_for_log(remote, 60));
    if (!takes_all_ && wanted_.erase(remote) == 0) return;
    const json execution = tool.value("execution", json());
    if (execution.is_object() && execution.value("taskSupport", json()) == "required") return;
    const auto renamed = names_.find(remote);
    const std::string said = renamed == names_.end() ? callable(remote) : renamed->second;
    if (const auto [other, is_new] = made_.emplace(said, remote); !is_new) {
      refuse(fmt::format("its tools {} and {} are both {} in calls; rename one with `names`",
                         other->second, base::escape_for_log(remote, 60), said));
    }
    names_.erase(remote);
    McpTool::Parts parts{
        .name = said, .remote_name = remote, .schema = tool.value("inputSchema", json::object())};
    parts.version = fmt::format("mcp 1 {} {}", server_->version(),
                                settings_hash({about_.dump(), remote, parts.schema.dump()}));
    if (const auto sample = samples_.find(said); sample != samples_.end()) {
      parts.sample = sample->second;
      samples_.erase(sample);
    }
    tools_.push_back(std::make_unique<McpTool>(server_, std::move(parts)));
  }

  std::vector<std::unique_ptr<Tool>> finish() {
    const auto absent = [&](const char* key, const std::string& name) {
      settings_.refuse(key, fmt::format("the server has no tool {}; it has {}", name,
                                        fmt::join(offered_, ", ")));
    };
    if (!wanted_.empty()) absent("tools", *wanted_.begin());
    if (!names_.empty()) absent("names", names_.begin()->first);
    if (!samples_.empty()) absent("samples", samples_.begin()->first);
    return std::move(tools_);
  }

  json checked(Answer answer) const {
    if (const auto* error = std::get_if<Outcome>(&answer)) {
      refuse(base::escape_for_log(fmt::format("{}: {}", error->error_kind, error->error_message)));
    }
    return std::get<json>(std::move(answer));
  }

  [[noreturn]] void refuse(const std::string& why) const {
    settings_.refuse(key_, "the server cannot be used: " + why);
  }

  formats::TomlTable& settings_;
  const char* key_;
  std::map<std::string, std::string> names_;  ///< by the server's name
  std::set<std::string> wanted_;              ///< and not seen yet
  bool takes_all_ = true;
  std::map<std::string, std::string> samples_;
  std::shared_ptr<McpServer> server_;
  Deadline deadline_;
  json about_;
  std::set<std::string> listed_;  ///< by the server's name
  std::vector<std::string> offered_;
  std::map<std::string, std::string> made_;  ///< the server's name by that of calls
  std::vector<std::unique_ptr<Tool>> tools_;
};

}  // namespace

std::vector<std::unique_ptr<Tool>> make_mcp_tools(const std::string& /*name*/,
                                                  formats::TomlTable& settings,
                                                  const ToolResources& resources) {
  return Maker(settings, resources).make();
}

}  // namespace toolformer::tools
