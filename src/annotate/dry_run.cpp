// SPDX-License-Identifier: Apache-2.0
#include "toolformer/annotate/dry_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "toolformer/annotate/annotate.h"
#include "toolformer/base/duration.h"
#include "toolformer/base/terminal.h"
#include "toolformer/calls/call_markers.h"
#include "toolformer/lm/prompted_document.h"
#include "toolformer/record/document_reader.h"
#include "toolformer/record/reservoir.h"

namespace toolformer::annotate {
namespace {

// Enough for the pool of samples to fill, little enough to wait for.
constexpr std::size_t kMeasuredDocuments = 6;

struct Totals {
  std::size_t documents = 0;
  std::size_t rejected = 0;
  std::size_t tokens = 0;
  std::map<std::string, std::size_t> asked;  ///< documents per tool behind the preselection
  std::map<std::string, std::size_t> tool_tokens;
};

void show_prompt(const Options& options, const calls::Prompt& prompt, const std::string& tool,
                 const record::Document& document, std::ostream& out) {
  std::string shown = prompt.before + document.text;
  if (prompt.style == calls::PromptStyle::kInstruct) shown += prompt.between + document.text;
  out << fmt::format("prompt of {} with document {}:\n", tool, base::escape_controls(document.id))
      << "----------------------------------------------------------------\n"
      << base::escape_controls(shown, true)
      << "\n----------------------------------------------------------------\n"
      << fmt::format("At each chosen place the samples continue behind `{}`.\n\n",
                     calls::call_head(options.markers, tool));
}

void add(const std::vector<std::string>& tools, const std::optional<Preselection>& preselection,
         std::size_t tokens, const record::Document& document, Totals& totals) {
  ++totals.documents;
  totals.tokens += tokens;
  for (const std::string& tool : tools) {
    const bool asked = !preselection || preselection->reason_to_drop(tool, document).empty();
    totals.asked[tool] += asked ? 1 : 0;
    totals.tool_tokens[tool] += asked ? tokens : 0;
  }
}

/// Seconds for all documents, by the time that some of them take.
double estimate(lm::LanguageModel& model, const Options& options, std::uint64_t seed,
                const record::Reservoir<record::Item>& some) {
  std::vector<record::Item> measured = some.items();
  Annotator annotator(model, options, seed);
  record::Summary summary;
  const auto start = std::chrono::steady_clock::now();
  annotator.annotate(measured, summary);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  return taken.count() * static_cast<double>(some.offered()) /
         static_cast<double>(std::max<std::size_t>(measured.size(), 1));
}

}  // namespace

void dry_run(const record::RunOptions& run, const Options& options, lm::LanguageModel& model,
             std::ostream& out) {
  const text::Tokenizer& tokenizer = model.tokenizer();
  calls::open_marker_token(tokenizer, options.markers);
  std::map<std::string, calls::Prompt> prompts;
  for (const std::string& tool : options.tools) {
    prompts[tool] =
        calls::load_prompt(prompt_directory(options), tool, settings_for(options, tool).style);
  }
  std::optional<Preselection> preselection;
  if (options.preselect) preselection.emplace(options.preselection, options.tools, run.seed);
  Totals totals;
  record::Reservoir<record::Item> some(kMeasuredDocuments, run.seed);
  record::DocumentReader reader(run);
  while (const auto item = reader.next()) {
    if (item->reject) {
      ++totals.rejected;
      continue;
    }
    if (totals.documents == 0) {
      const std::string& first = options.tools.front();
      show_prompt(options, prompts.at(first), first, item->document, out);
    }
    add(options.tools, preselection, tokenizer.encode_continuation(item->document.text).size(),
        item->document, totals);
    some.offer(*item);
  }
  out << fmt::format("documents: {} ({} tokens), unusable: {}\n", totals.documents, totals.tokens,
                     totals.rejected);
  for (const std::string& tool : options.tools) {
    const ToolSettings settings = settings_for(options, tool);
    const std::size_t copies = settings.style == calls::PromptStyle::kInstruct ? 2 : 1;
    const std::size_t samples =
        settings.has_input ? totals.asked[tool] * settings.k * settings.m : 0;
    out << fmt::format(
        "{}: {} documents, a prompt of {} tokens, {} tokens to read, at most {} samples of at most "
        "{} tokens\n",
        tool, totals.asked[tool], tokenizer.ids(prompts.at(tool).before).size(),
        copies * totals.tool_tokens[tool], samples, options.max_call_tokens);
  }
  out << fmt::format("estimated time: {} (measured on {} of the documents)\n",
                     base::format_duration(estimate(model, options, run.seed, some)),
                     some.items().size())
      << "dry run: nothing was written\n";
}

}  // namespace toolformer::annotate
