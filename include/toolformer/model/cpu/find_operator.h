// SPDX-License-Identifier: Apache-2.0
// Operators of libtorch that its C++ functions leave out, such as oneDNN's prepacked products.
#pragma once

#include <ATen/core/dispatch/Dispatcher.h>

namespace toolformer::model {

/// To be kept in a static: a look-up takes longer than many a product.
template <class Signature>
c10::TypedOperatorHandle<Signature> find_operator(const char* name) {
  return c10::Dispatcher::singleton().findSchemaOrThrow(name, "").typed<Signature>();
}

}  // namespace toolformer::model
