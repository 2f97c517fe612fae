// SPDX-License-Identifier: Apache-2.0
// What a call that must not succeed says.
#pragma once

#include <string>

namespace toolformer::fake {

/// The message of the Error that `call` throws; "accepted" when it throws nothing.
template <class Error, class Call>
std::string refusal(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace toolformer::fake
