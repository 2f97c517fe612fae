// SPDX-License-Identifier: Apache-2.0
#include "toolformer/http/client.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <csignal>
#include <mutex>
#include <utility>

#include "toolformer/base/error.h"
#include "toolformer/http/failure.h"
#include "toolformer/http/transfer.h"

namespace toolformer::http {
namespace {

struct CloseHandle {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
using Handle = std::unique_ptr<CURL, CloseHandle>;

void start_libcurl() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (code != CURLE_OK) {
    base::throw_error<base::IoError>("libcurl could not start: {}", curl_easy_strerror(code));
  }
}

/// Keeps a broken connection from ending the program: inside TLS libraries not every write says
/// MSG_NOSIGNAL. Only for this thread.
class NoBrokenPipe {
 public:
  NoBrokenPipe() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~NoBrokenPipe() {
    const timespec now{};
    if (!was_pending_) sigtimedwait(&pipe_, nullptr, &now);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  NoBrokenPipe(const NoBrokenPipe&) = delete;
  NoBrokenPipe& operator=(const NoBrokenPipe&) = delete;

 private:
  sigset_t pipe_{};
  sigset_t before_{};
  bool was_pending_ = false;
};

Reply refused(std::string message) {
  Reply reply;
  fail(reply, Failure::kRefused, std::move(message));
  return reply;
}

bool is_redirect(const Reply& reply) {
  return reply.status >= 300 && reply.status < 400 && reply.header("location") != nullptr;
}

/// Whether nothing came behind the last answer, not even an end: it would be taken for the next
/// one.
bool is_silent(CURL* handle) {
  curl_socket_t socket = CURL_SOCKET_BAD;
  curl_easy_getinfo(handle, CURLINFO_ACTIVESOCKET, &socket);
  if (socket == CURL_SOCKET_BAD) return true;  // libcurl closed it: nothing is left to be used
  pollfd waiting{socket, POLLIN, 0};
  return ::poll(&waiting, 1, 0) == 0;
}

/// Where to go on, or no text and a reply that says why not.
std::optional<Url> next_hop(const Url& url, const Request& request, int left, Reply& reply) {
  const std::string from = url.origin().text();
  try {
    Url next = url.resolve(*reply.header("location"));
    if (next.origin() == url.origin() && left > 0 && request.method == "GET") return next;
    const std::string_view why = next.origin() != url.origin() ? "only within one origin"
                                 : left <= 0                   ? "no further ones"
                                                               : "only for GET";
    fail(reply, Failure::kRefused,
         fmt::format("{} redirects to {}; redirects are followed: {}", from, next.origin().text(),
                     why));
  } catch (const base::DataError&) {
    fail(reply, Failure::kRefused, from + " redirects to an address that is not allowed");
  }
  return std::nullopt;
}

}  // namespace

class Client::Connections {
 public:
  explicit Connections(std::size_t most) : most_(most) {}

  Handle take() {
    while (Handle handle = take_idle()) {
      if (is_silent(handle.get())) return handle;
    }
    Handle handle(curl_easy_init());
    if (!handle) throw std::bad_alloc();
    return handle;
  }

  void give_back(Handle handle) {
    const std::lock_guard lock(mutex_);
    if (idle_.size() < most_) idle_.push_back(std::move(handle));
  }

 private:
  Handle take_idle() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return nullptr;
    Handle handle = std::move(idle_.back());
    idle_.pop_back();
    return handle;
  }

  std::size_t most_;
  std::mutex mutex_;
  std::vector<Handle> idle_;
};

Client::Client(ClientOptions options) : options_(std::move(options)), policy_(options_.origins) {
  start_libcurl();
  connections_ = std::make_unique<Connections>(options_.limits.idle_connections);
}

Client::~Client() = default;
Client::Client(Client&&) noexcept = default;

Reply Client::send(const Request& request) const {
  const NoBrokenPipe guard;
  Reply reply = send_guarded(request);
  if (request.bearer && request.bearer->leaks_into(reply.message)) {
    reply.message = "an answer that holds the key";
  }
  return reply;
}

Reply Client::send_guarded(const Request& request) const {
  if (std::string why = malformed_part(request); !why.empty()) return refused(std::move(why));
  std::optional<Url> url;
  try {
    url = Url::parse(request.url);
  } catch (const base::DataError& error) {
    return refused(error.what());
  }
  const auto deadline =
      std::min(request.deadline, std::chrono::steady_clock::now() + options_.limits.timeout);
  for (int left = options_.limits.redirects;; --left) {
    Reply reply = send_once(request, *url, deadline);
    if (reply.failure != Failure::kStatus || !is_redirect(reply)) return reply;
    url = next_hop(*url, request, left, reply);
    if (!url) return reply;
  }
}

Reply Client::send_once(const Request& request, const Url& url, Deadline deadline) const {
  const AllowedOrigin* allowed = policy_.find(url.origin());
  if (allowed == nullptr) {
    return refused(fmt::format("{} is not among the allowed origins", url.origin().text()));
  }
  Reply reply;
  if (std::chrono::steady_clock::now() >= deadline) {
    fail(reply, Failure::kTimeout, url.origin().text() + ": no time was left");
    return reply;
  }
  std::vector<std::string> addresses;
  if (options_.resolver) {
    addresses = options_.resolver(url.origin().host, url.origin().port);
    if (addresses.empty()) {
      fail(reply, Failure::kUnavailable, url.origin().text() + ": no such host");
      return reply;
    }
  }
  Handle handle = connections_->take();
  Exchanged done = exchange(handle.get(), {request, url, *allowed, options_.limits,
                                           options_.ca_file, addresses, deadline});
  if (done.reusable) connections_->give_back(std::move(handle));
  return std::move(done.reply);
}

}  // namespace toolformer::http
