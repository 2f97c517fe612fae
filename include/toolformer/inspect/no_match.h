// SPDX-License-Identifier: Apache-2.0
// Why the filters of the options select nothing.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "toolformer/inspect/options.h"
#include "toolformer/record/document.h"

namespace toolformer::inspect {

class NoMatch {
 public:
  void add(const record::Document& document);
  /// To be asked where no document was selected; empty: there is nothing to say.
  std::string reason(const Options& options) const;

 private:
  struct Calls {
    std::size_t all = 0, decided = 0;
  };
  std::map<std::string, Calls> tools_;
  std::size_t documents_ = 0;
};

}  // namespace toolformer::inspect
