// SPDX-License-Identifier: Apache-2.0
// Prints record::option_rules() as JSON, for identity_test.py.
#include <iostream>

#include "toolformer/record/run_identity.h"

int main() {
  using namespace toolformer::record;
  constexpr const char* kNames[] = {"nothing", "elsewhere", "override"};
  nlohmann::ordered_json rules;
  for (const OptionRule& rule : option_rules()) {
    rules.push_back({{"stages", rule.stages},
                     {"options", rule.options},
                     {"on_change", kNames[static_cast<int>(rule.on_change)]},
                     {"reason", rule.reason}});
  }
  std::cout << rules.dump() << '\n';
}
