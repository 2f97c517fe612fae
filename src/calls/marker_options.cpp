// SPDX-License-Identifier: Apache-2.0
#include "toolformer/calls/marker_options.h"

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "toolformer/base/error.h"

namespace toolformer::calls {

void bind(CLI::App& app, calls::Markers& markers) {
  app.add_option("--open-marker", markers.open, "What opens a call; one token of the model")
      ->capture_default_str();
  app.add_option("--close-marker", markers.close, "What closes a call")->capture_default_str();
  app.add_option("--arrow-marker", markers.arrow, "What stands between a call and its result")
      ->capture_default_str();
}

text::TokenId open_marker_token(const text::Tokenizer& tokenizer, const calls::Markers& markers) {
  const std::vector<text::TokenId> ids = tokenizer.continuation_ids(markers.open);
  if (ids.size() == 1) return ids.front();
  std::string shown;
  for (const text::TokenId id : ids) {
    shown += fmt::format("{}`{}` ({})", shown.empty() ? "" : ", ", tokenizer.decode({&id, 1}), id);
  }
  base::throw_error<base::UsageError>(
      "the open marker `{}` is {} tokens of this model: {}; places for calls are found by the "
      "probability of one token, so choose another with --open-marker (and in the prompts), e.g. ` "
      "[`, "
      "` <` or ` {{`",
      markers.open, ids.size(), shown);
}

}  // namespace toolformer::calls
