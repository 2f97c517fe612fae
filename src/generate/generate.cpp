// SPDX-License-Identifier: Apache-2.0
#include "toolformer/generate/generate.h"

#include <fmt/format.h>

#include <cmath>
#include <ctime>
#include <map>
#include <utility>
#include <vector>

#include "toolformer/base/error.h"
#include "toolformer/base/sha256.h"
#include "toolformer/base/stop_signal.h"
#include "toolformer/calls/prompt.h"
#include "toolformer/decode/continue_records.h"
#include "toolformer/decode/sequence_scheduler.h"
#include "toolformer/decode/write_generation.h"
#include "toolformer/record/document_reader.h"
#include "toolformer/tools/builtin/iso_date.h"

namespace toolformer::generate {
namespace {

tools::Toolbox make_tools(const Options& options) {
  // With tools disabled nothing of them has to be there, not even an index.
  if (options.decoding.call_top_k == 0 || options.decoding.max_calls == 0) return tools::Toolbox();
  tools::ToolboxOptions toolbox = options.toolbox;
  toolbox.default_now = tools::today();
  return tools::make_toolbox(toolbox);
}

std::string load_demonstrations(const Options& options, const tools::Toolbox& toolbox) {
  if (options.prompt_style != PromptStyle::kPrimed) return "";
  const std::filesystem::path directory = options.prompt_directory.empty()
                                              ? calls::default_prompt_directory()
                                              : std::filesystem::path(options.prompt_directory);
  std::vector<std::string> names = options.toolbox.tools;
  if (names.empty()) names = toolbox.names();
  std::string demonstrations;
  for (const std::string& tool : names) {
    demonstrations += calls::load_prompt(directory, tool, calls::PromptStyle::kPrimed).before;
  }
  return demonstrations;
}

void count(const record::Document& document, const decode::Generation& generation,
           record::Summary& summary) {
  summary.count("generated.documents");
  summary.count("generated.tokens", static_cast<std::int64_t>(generation.new_tokens));
  summary.count("generated.ended_by." + decode::finish_name(generation.finish));
  summary.count("calls.not_a_call", static_cast<std::int64_t>(generation.not_calls));
  for (const auto& [what, tokens] : {std::pair{"prompt", generation.prompt_tokens},
                                     {"calls", generation.call_tokens},
                                     {"results", generation.result_tokens},
                                     {"dropped", generation.dropped_tokens}}) {
    summary.count(std::string("tokens.") + what, static_cast<std::int64_t>(tokens));
  }
  summary.count("calls.milliseconds",
                static_cast<std::int64_t>(std::lround(1000 * generation.tool_seconds)));
  for (const record::Call& call : document.calls) {
    // Models invent tools; their names must not become paths of counts.
    const bool unknown = call.error && call.error->kind == "unknown_tool";
    const std::string tool = unknown ? "unknown" : call.tool;
    summary.count("calls." + tool + "." + (call.error ? call.error->kind : "made"));
  }
}

/// Makes `document`, a prompt, the record of its continuation and counts what happened.
void write_answer(const decode::Generation& generation, const Options& options,
                  record::Document& document, record::Summary& summary) {
  decode::write_generation(generation, document);
  if (options.timings) {
    document.extra["seconds"] = generation.seconds;
    document.extra["tool_seconds"] = generation.tool_seconds;
  }
  count(document, generation, summary);
}

}  // namespace

std::string dry_run(const Options& options) {
  std::size_t prompts = options.prompts.size(), unusable = 0;
  if (prompts == 0) {
    record::DocumentReader reader(options.run);
    while (const auto item = reader.next()) ++(item->reject ? unusable : prompts);
  }
  return fmt::format(
      "prompts: {}, unusable: {}, at most {} tokens of text and {} calls each\n"
      "dry run: nothing was generated or written\n",
      prompts, unusable, options.decoding.max_new_tokens, options.decoding.max_calls);
}

Generator::Generator(const Options& options, lm::LanguageModel& model)
    : options_(options),
      model_(model),
      toolbox_(make_tools(options)),
      dispatcher_(std::make_unique<tools::Dispatcher>(
          toolbox_, tools::DispatcherOptions{.cache = options.toolbox.cache})),
      markers_(
          calls::resolve_markers(model.tokenizer(), options.prompt_style == PromptStyle::kPrimed
                                                        ? calls::MarkerChoice::kText
                                                        : options.decoding.markers)) {
  const std::string demonstrations = load_demonstrations(options, toolbox_);
  demonstrations_hash_ = base::sha256(demonstrations);
  if (demonstrations.empty()) return;
  std::vector<text::TokenId> ids = model.tokenizer().start();
  const std::vector<text::TokenId> more = model.tokenizer().ids(demonstrations);
  ids.insert(ids.end(), more.begin(), more.end());
  start_ = model.extend({}, ids);
}

decode::Setting Generator::setting() const {
  return {.model = model_,
          .toolbox = toolbox_,
          .markers = markers_,
          .options = options_.decoding,
          .start = start_,
          .seed = options_.run.seed,
          .sequences = options_.batch,
          .submit = decode::submit_to(*dispatcher_)};
}

void Generator::answer(const std::function<void(const record::Document&)>& done,
                       const decode::Watcher* watcher) {
  const decode::Watcher stops{
      .text = {}, .call = {}, .go_on = [] { return !base::stop_requested(); }};
  const std::vector<std::string>& texts = options_.prompts;
  std::map<std::size_t, record::Document> waiting;  // for those before them
  if (watcher == nullptr || texts.size() > 1) watcher = &stops;
  std::size_t given = 0, handed_over = 0;
  record::Summary summary;
  const decode::Setting shared = setting();
  decode::SequenceScheduler scheduler(shared);
  while (handed_over < texts.size()) {
    for (; given < texts.size() && scheduler.has_room(); ++given)
      scheduler.add(given, {fmt::format("prompt:{}", given + 1), texts[given], {}, watcher});
    for (const auto& [index, generation] : scheduler.step()) {
      record::Document& document = waiting[index];
      document.id = fmt::format("prompt:{}", index + 1);
      document.text = texts[index];
      write_answer(generation, options_, document, summary);
      for (; waiting.contains(handed_over); ++handed_over) {
        done(waiting[handed_over]);
        waiting.erase(handed_over);
      }
      if (base::stop_requested()) {
        base::throw_error<base::Interrupted>("stopped by {}", base::stop_signal_name());
      }
    }
  }
}

record::Summary Generator::run(const nlohmann::ordered_json& config) {
  const record::StageIdentity identity = {
      .stage = "generate",
      .config = config,
      .fingerprints = {{"model", model_.fingerprint()},
                       {"tokenizer", model_.tokenizer().fingerprint()},
                       {"tools", toolbox_.fingerprint()},
                       {"prompts", demonstrations_hash_}}};
  const decode::RecordWriter writer = {
      .refuse = [](record::Item& item, const std::string& reason,
                   record::Summary& /*counts*/) { item.reject = reason; },
      .write =
          [this](record::Item& item, const decode::Generation& generation,
                 record::Summary& counts) {
            write_answer(generation, options_, item.document, counts);
          }};
  const auto records = record::open_records(options_.run, identity, options_.batch);
  decode::continue_records(setting(), *records, writer);
  return records->finish();
}

}  // namespace toolformer::generate
