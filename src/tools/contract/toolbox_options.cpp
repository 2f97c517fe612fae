// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/contract/toolbox_options.h"

#include <CLI/CLI.hpp>

#include "toolformer/base/choice_flag.h"

namespace toolformer::tools {

void bind(CLI::App& app, ToolboxOptions& options) {
  app.add_option("--tools", options.tools,
                 "Tools that are run, separated by commas; not given: all that the toolbox enables")
      ->delimiter(',');
  app.add_option("--toolbox", options.file,
                 "TOML file with tools of your own, or other settings for the shipped ones "
                 "(configs/tools.toml); flags win over it");
  app.add_option("--index", options.index, "WikiSearch: the file that tf-index wrote");
  app.add_option("--now", options.now, "Calendar: date (2019-04-25) where a document has none");
  app.add_option("--tool-cache", options.cache,
                 "SQLite file that keeps the results of remote tools for other runs; not given: "
                 "beside the output");
  app.add_flag("--unsafe-no-sandbox", options.unsafe_no_sandbox,
               "Run tools that are programs without a sandbox where bubblewrap is missing");
}

void bind_exclude_own(CLI::App& app, ToolboxOptions& options) {
  base::add_choice(
      app, "exclude-own", options.exclude_own,
      "WikiSearch, QA: leave out the page that is the document itself, by its title, id "
      "or URL, and near-duplicates of its text (own_overlap in the toolbox)");
}

}  // namespace toolformer::tools
