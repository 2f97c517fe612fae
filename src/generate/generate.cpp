// SPDX-License-Identifier: Apache-2.0
#include "toolformer/generate/generate.h"

#include <fmt/format.h>

#include "toolformer/base/error.h"
#include "toolformer/base/sha256.h"
#include "toolformer/base/terminal.h"
#include "toolformer/record/document_reader.h"
#include "toolformer/text/call_syntax.h"
#include "toolformer/text/prompt.h"
#include "toolformer/tools/iso_date.h"

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
  if (options.prompt_style != "primed") return "";
  const std::filesystem::path directory = options.prompt_directory.empty()
                                              ? text::default_prompt_directory()
                                              : std::filesystem::path(options.prompt_directory);
  std::vector<std::string> names = options.toolbox.tools;
  if (names.empty()) names = toolbox.names();
  std::string demonstrations;
  for (const std::string& tool : names) {
    demonstrations += text::load_prompt(directory, tool, text::PromptStyle::kPrimed).before;
  }
  return demonstrations;
}

tools::CallContext context_of(const record::Document& document) {
  const nlohmann::ordered_json& meta = document.meta;
  if (!meta.is_object() || !meta.contains("date") || !meta["date"].is_string()) return {};
  return {.date = meta["date"].get<std::string>()};
}

void count(const record::Document& document, const decode::Generation& generation,
           record::Summary& summary) {
  summary.count("generated.documents");
  summary.count("generated.tokens", static_cast<std::int64_t>(generation.new_tokens));
  summary.count("generated.ended_by." + decode::finish_name(generation.finish));
  summary.count("calls.not_a_call", static_cast<std::int64_t>(generation.not_calls));
  for (const record::Call& call : document.calls) {
    // Models invent tools; their names must not become paths of counts.
    const bool unknown = call.error && call.error->kind == "unknown_tool";
    const std::string tool = unknown ? "unknown" : call.tool;
    summary.count("calls." + tool + "." + (call.error ? call.error->kind : "made"));
  }
}

}  // namespace

void write_generation(const decode::Generation& generation, record::Document& document,
                      record::Summary& summary) {
  const std::size_t prompt_bytes = document.text.size();
  document.text += generation.text;
  document.calls = generation.calls;
  document.has_calls = true;
  document.augmented = text::render_augmented(text::Markers{}, document);
  if (!document.extra.is_object()) document.extra = nlohmann::ordered_json::object();
  document.extra["prompt_bytes"] = prompt_bytes;
  document.extra["new_tokens"] = generation.new_tokens;
  document.extra["finish"] = decode::finish_name(generation.finish);
  count(document, generation, summary);
}

std::string show(const record::Document& document, bool color) {
  std::string shown;
  std::size_t done = 0;
  for (const record::Call& call : document.calls) {
    if (!call.keep.value_or(false)) continue;
    shown += base::escape_controls(document.text.substr(done, call.at - done), true);
    done = call.at;
    const std::string written = base::escape_controls(
        text::print_call(text::Markers{}, {call.tool, call.input, call.result}));
    shown += color ? "\x1b[1;32m" + written + "\x1b[0m" : written;
  }
  return shown + base::escape_controls(document.text.substr(done), true);
}

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
      markers_(decode::resolve_markers(model.tokenizer(), options.prompt_style == "primed"
                                                              ? "text"
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
          .seed = options_.run.seed};
}

void Generator::continue_all(std::vector<record::Item>& items, record::Summary& summary) const {
  const decode::Setting shared = setting();
  std::vector<decode::Prompt> prompts;
  std::vector<record::Document*> documents;
  for (record::Item& item : items) {
    const record::Document& document = item.document;
    const decode::Prompt prompt{document.id, document.text, context_of(document)};
    const std::string reason = decode::refusal(shared, prompt);
    if (!reason.empty()) {
      item.reject = reason;
      continue;
    }
    prompts.push_back(prompt);
    documents.push_back(&item.document);
  }
  const lm::Ledger before = model_.ledger();
  const std::vector<decode::Generation> generations = decode::generate(shared, prompts);
  for (const auto& [name, n] : model_.ledger().since(before)) summary.count(name, n);
  for (std::size_t i = 0; i < generations.size(); ++i) {
    write_generation(generations[i], *documents[i], summary);
  }
}

std::vector<record::Document> Generator::answer() {
  std::vector<record::Item> items(options_.prompts.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    items[i].document.id = fmt::format("prompt:{}", i + 1);
    items[i].document.text = options_.prompts[i];
  }
  record::Summary summary;
  continue_all(items, summary);
  std::vector<record::Document> documents;
  for (record::Item& item : items) {
    if (item.reject) {
      base::throw_error<base::DataError>("{}: {}", item.document.id, *item.reject);
    }
    documents.push_back(std::move(item.document));
  }
  return documents;
}

record::Summary Generator::run(const nlohmann::ordered_json& config) {
  const record::StageIdentity identity = {
      .stage = "generate",
      .config = config,
      .fingerprints = {{"model", model_.fingerprint()},
                       {"tokenizer", model_.tokenizer().fingerprint()},
                       {"tools", toolbox_.fingerprint()},
                       {"prompts", demonstrations_hash_}}};
  return record::run_shard(options_.run, identity, {.block_size = options_.batch},
                           [this](std::vector<record::Item>& block, record::Summary& summary) {
                             continue_all(block, summary);
                           });
}

}  // namespace toolformer::generate
