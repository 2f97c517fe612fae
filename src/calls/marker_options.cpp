// SPDX-License-Identifier: Apache-2.0
#include "toolformer/calls/marker_options.h"

#include <CLI/CLI.hpp>

namespace toolformer::calls {

void bind(CLI::App& app, Markers& markers) {
  app.add_option("--open-marker", markers.open, "What opens a call; one token of the model")
      ->capture_default_str();
  app.add_option("--close-marker", markers.close, "What closes a call")->capture_default_str();
  app.add_option("--arrow-marker", markers.arrow, "What stands between a call and its result")
      ->capture_default_str();
}

}  // namespace toolformer::calls
