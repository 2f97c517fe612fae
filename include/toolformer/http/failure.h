// SPDX-License-Identifier: Apache-2.0
// Which failure an exchange is, by what libcurl and the server say of it.
#pragma once

#include <string>

#include "toolformer/http/message.h"

namespace toolformer::http {

/// For a CURLcode other than CURLE_OK: sets failure, message and transient.
void fail_with_code(Reply& reply, int code, const std::string& origin);

/// For a whole answer: a kStatus unless it is 2xx.
void judge_status(Reply& reply, const std::string& origin);

/// 408, 409, 425, 429 and every 5xx: proxies have statuses of their own for an overload (520, 529).
bool is_transient_status(int status);

/// Sets the three fields.
void fail(Reply& reply, Failure failure, std::string message);

/// Whether lengths contradict each other (RFC 9112, 6.3): such an answer may hide another one.
bool is_framed_twice(const Reply& reply);

}  // namespace toolformer::http
