// SPDX-License-Identifier: Apache-2.0
#include "toolformer/http/transfer.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <exception>
#include <memory>
#include <optional>

#include "toolformer/base/ascii.h"
#include "toolformer/base/blank.h"
#include "toolformer/http/content_decoder.h"
#include "toolformer/http/failure.h"
#include "toolformer/http/letters.h"
#include "toolformer/http/retry_after.h"
#include "toolformer/version.h"

namespace toolformer::http {
namespace {

using std::chrono::milliseconds;

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

class List {
 public:
  void add(const std::string& item) {
    curl_slist* longer = curl_slist_append(list_.get(), item.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    (void)list_.release();
    list_.reset(longer);
  }
  curl_slist* get() const { return list_.get(); }

 private:
  std::unique_ptr<curl_slist, FreeList> list_;
};

template <class T>
void set(CURL* handle, CURLoption option, T value) {
  // An option that this libcurl lacks would be a protection that is not there.
  const CURLcode code = curl_easy_setopt(handle, option, value);
  if (code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
  if (code != CURLE_OK) {
    throw std::logic_error(
        fmt::format("libcurl does not know option {}", static_cast<int>(option)));
  }
}

class Transfer {
 public:
  Transfer(CURL* handle, const Exchange& exchange) : handle_(handle), exchange_(exchange) {}

  Exchanged run() {
    curl_easy_reset(handle_);  // keeps its connection
    set_protections();
    set_limits();
    set_request();
    set_callbacks();
    const CURLcode code = curl_easy_perform(handle_);
    if (thrown_) std::rethrow_exception(thrown_);
    judge(code);
    const bool reusable = code == CURLE_OK && headers_end_ && reply_.failure != Failure::kProtocol;
    return {std::move(reply_), reusable};
  }

 private:
  enum class Cut { kNone, kHeaders, kBody, kEncoding, kEnough, kSwitch };

  void set_protections();
  void set_limits();
  void set_request();
  void set_callbacks();
  void judge(CURLcode code);
  bool take_header(std::string_view line);
  bool take_body(std::string_view bytes);
  curl_socket_t open_socket(const curl_sockaddr& address);

  static std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* self) {
    return static_cast<Transfer*>(self)->take_header({bytes, size * count}) ? size * count : 0;
  }
  static std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* self) {
    return static_cast<Transfer*>(self)->take_body({bytes, size * count}) ? size * count : 0;
  }
  static curl_socket_t on_open(void* self, curlsocktype purpose, curl_sockaddr* address) {
    if (purpose != CURLSOCKTYPE_IPCXN) return CURL_SOCKET_BAD;
    return static_cast<Transfer*>(self)->open_socket(*address);
  }

  CURL* handle_;
  const Exchange& exchange_;
  List headers_;
  List resolved_;
  Reply reply_;
  std::string refusal_;
  std::size_t header_bytes_ = 0;
  bool headers_end_ = false;               ///< libcurl takes an end inside the headers for theirs
  std::optional<ContentDecoder> decoder_;  ///< made with the first bytes of a body
  Cut cut_ = Cut::kNone;
  std::exception_ptr thrown_;
};

void Transfer::set_protections() {
#if LIBCURL_VERSION_NUM >= 0x075500
  set(handle_, CURLOPT_PROTOCOLS_STR, "http,https");
#else
  set(handle_, CURLOPT_PROTOCOLS, static_cast<long>(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
  set(handle_, CURLOPT_FOLLOWLOCATION, 0L);
  set(handle_, CURLOPT_PROXY, "");  // whatever the environment says
  set(handle_, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(handle_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(handle_, CURLOPT_HTTP09_ALLOWED, 0L);
  set(handle_, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(handle_, CURLOPT_SSL_VERIFYPEER, 1L);
  set(handle_, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!exchange_.ca_file.empty()) {
    set(handle_, CURLOPT_CAINFO, exchange_.ca_file.c_str());
    set(handle_, CURLOPT_CAPATH, nullptr);
  }
}

void Transfer::set_limits() {
  const auto left =
      std::chrono::ceil<milliseconds>(exchange_.deadline - std::chrono::steady_clock::now());
  const milliseconds total = std::max(left, milliseconds(1));
  set(handle_, CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
  set(handle_, CURLOPT_QUICK_EXIT, 1L);  // does not wait for a resolver behind the deadline
#endif
  set(handle_, CURLOPT_TIMEOUT_MS, static_cast<long>(total.count()));
  set(handle_, CURLOPT_CONNECTTIMEOUT_MS,
      static_cast<long>(std::min(total, exchange_.limits.connect_timeout).count()));
  set(handle_, CURLOPT_MAXCONNECTS, 1L);
}

void Transfer::set_request() {
  const Request& request = exchange_.request;
  const Origin& origin = exchange_.url.origin();
  set(handle_, CURLOPT_URL, exchange_.url.text().c_str());
  set(handle_, CURLOPT_PATH_AS_IS, 1L);
  set(handle_, CURLOPT_HTTP_CONTENT_DECODING, 0L);
  set(handle_, CURLOPT_USERAGENT, fmt::format("toolformer/{}", kVersion).c_str());
  if (request.method == "HEAD") set(handle_, CURLOPT_NOBODY, 1L);
  if (request.body) {
    set(handle_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body->size()));
    set(handle_, CURLOPT_POSTFIELDS, request.body->data());
  }
  set(handle_, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  headers_.add("Expect:");
  headers_.add("Accept-Encoding: gzip");
  if (request.body) headers_.add("Content-Type:");  // else libcurl names one of its own
  for (const Header& header : request.headers) {
    headers_.add(header.value.empty() ? header.name + ";" : header.name + ": " + header.value);
  }
  if (request.bearer) {
    const std::string& name = request.key_header;
    headers_.add((name.empty() ? "Authorization: Bearer " : name + ": ") +
                 request.bearer->reveal());
  }
  set(handle_, CURLOPT_HTTPHEADER, headers_.get());
  if (!exchange_.addresses.empty()) {
    resolved_.add(
        fmt::format("{}:{}:{}", origin.host, origin.port, fmt::join(exchange_.addresses, ",")));
    set(handle_, CURLOPT_RESOLVE, resolved_.get());
  }
}

void Transfer::set_callbacks() {
  set(handle_, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  set(handle_, CURLOPT_HEADERDATA, static_cast<void*>(this));
  set(handle_, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  set(handle_, CURLOPT_WRITEDATA, static_cast<void*>(this));
  set(handle_, CURLOPT_OPENSOCKETFUNCTION, &Transfer::on_open);
  set(handle_, CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
}

curl_socket_t Transfer::open_socket(const curl_sockaddr& address) {
  if (auto reason = refusal(exchange_.allowed, address.addr)) {
    refusal_ = std::move(*reason);
    return CURL_SOCKET_BAD;
  }
  // Closed in programs that are started meanwhile.
  return ::socket(address.family, address.socktype | SOCK_CLOEXEC, address.protocol);
}

bool Transfer::take_header(std::string_view line) {
  header_bytes_ += line.size();
  if (header_bytes_ > exchange_.limits.header_bytes) {
    cut_ = Cut::kHeaders;
    return false;
  }
  if (line.substr(0, 5) == "HTTP/") {  // an answer, or the one behind "100 Continue"
    reply_.headers.clear();
    long status = 0;
    curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
    reply_.status = static_cast<int>(status);
    headers_end_ = false;
    if (status == 101) cut_ = Cut::kSwitch;  // nobody asked for another protocol
    return cut_ == Cut::kNone;
  }
  if (line == "\r\n" || line == "\n") headers_end_ = true;
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return true;
  const std::string_view value = base::trim(line.substr(colon + 1));
  reply_.headers.push_back({lower_case(line.substr(0, colon)), std::string(value)});
  return true;
}

bool Transfer::take_body(std::string_view bytes) {
  const std::size_t before = reply_.body.size();
  if (!decoder_) {
    const std::string* encoding = reply_.header("content-encoding");
    decoder_ = ContentDecoder::make(encoding == nullptr ? "" : *encoding);
  }
  using State = ContentDecoder::State;
  const State state = decoder_
                          ? decoder_->feed(bytes, reply_.body, exchange_.limits.body_bytes - before)
                          : State::kBroken;
  if (state == State::kTooLarge) cut_ = Cut::kBody;
  if (state == State::kBroken) cut_ = Cut::kEncoding;
  if (cut_ != Cut::kNone) return false;
  if (!exchange_.request.on_data || reply_.status < 200 || reply_.status >= 300) return true;
  try {
    if (exchange_.request.on_data(reply_, std::string_view(reply_.body).substr(before)))
      return true;
    cut_ = Cut::kEnough;
  } catch (...) {  // must not pass through libcurl
    thrown_ = std::current_exception();
  }
  return false;
}

void Transfer::judge(CURLcode code) {
  const std::string origin = exchange_.url.origin().text();
  const Limits& limits = exchange_.limits;
  if (const std::string* wait = reply_.header("retry-after")) {
    reply_.retry_after = parse_retry_after(*wait, std::time(nullptr), limits.retry_after);
  }
  if (is_framed_twice(reply_)) {
    return fail(reply_, Failure::kProtocol, origin + ": two lengths for one answer");
  }
  switch (cut_) {
    case Cut::kEnough:
      return;
    case Cut::kHeaders:
      return fail(reply_, Failure::kTooLarge,
                  fmt::format("{}: more than {} bytes of headers", origin, limits.header_bytes));
    case Cut::kBody:
      return fail(reply_, Failure::kTooLarge,
                  fmt::format("{}: an answer of more than {} bytes", origin, limits.body_bytes));
    case Cut::kEncoding:
      return fail(reply_, Failure::kProtocol, origin + ": the compressed answer is broken");
    case Cut::kSwitch:
      return fail(reply_, Failure::kProtocol, origin + ": another protocol in place of an answer");
    case Cut::kNone:
      break;
  }
  if (code == CURLE_COULDNT_CONNECT && !refusal_.empty()) {
    return fail(reply_, Failure::kRefused, refusal_);
  }
  if (code != CURLE_OK) return fail_with_code(reply_, code, origin);
  if (!headers_end_ || (decoder_ && !decoder_->may_end()))
    return fail_with_code(reply_, CURLE_PARTIAL_FILE, origin);
  judge_status(reply_, origin);
}

bool is_token(std::string_view text) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";  // RFC 9110, 5.6.2
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return base::is_letter(c) || base::is_digit(c) || kOthers.find(c) != std::string_view::npos;
  });
}

bool is_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F; });
}

}  // namespace

std::string malformed_part(const Request& request) {
  // What frames the message, or says whom it is for, is not for settings to change.
  constexpr std::array<std::string_view, 9> kOurs = {
      "host", "content-length", "transfer-encoding", "connection",     "expect",
      "te",   "trailer",        "upgrade",           "accept-encoding"};
  if (!is_token(request.method)) return "the method is no word";
  std::vector<Header> headers = request.headers;
  if (!request.key_header.empty()) headers.push_back({request.key_header, {}});
  for (const Header& header : headers) {
    const std::string name = lower_case(header.name);
    if (!is_token(header.name)) return "the name of a header is no word";
    if (!is_value(header.value)) return "control characters in the header " + name;
    if (std::find(kOurs.begin(), kOurs.end(), name) != kOurs.end() ||
        name.rfind("proxy-", 0) == 0) {
      return "the header " + name + " is not to be set";
    }
  }
  return {};
}

Exchanged exchange(void* handle, const Exchange& exchange) {
  return Transfer(static_cast<CURL*>(handle), exchange).run();
}

}  // namespace toolformer::http
