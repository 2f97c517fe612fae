// SPDX-License-Identifier: Apache-2.0
#include "toolformer/generate/generate.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <map>
#include <utility>
#include <vector>

#include "toolformer/base/duration.h"
#include "toolformer/base/error.h"
#include "toolformer/base/log.h"
#include "toolformer/base/sha256.h"
#include "toolformer/base/stop_signal.h"
#include "toolformer/calls/prompt.h"
#include "toolformer/decode/continue_records.h"
#include "toolformer/decode/sequence_scheduler.h"
#include "toolformer/decode/write_generation.h"
#include "toolformer/record/document_reader.h"
#include "toolformer/record/reservoir.h"
#include "toolformer/text/tokenizer_spec.h"
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
  std::vector<std::string> names = options.toolbox.tools;
  if (names.empty()) names = toolbox.names();
  return calls::load_demonstrations(options.prompt_directory, names);
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

/// Seconds of all prompts that go on to the last token, by what some of them take without tools.
double estimate_seconds(const Options& options, lm::LanguageModel& model,
                        const record::Reservoir<std::string>& some) {
  constexpr std::size_t kMeasuredTokens = 32;
  Options measured = options;
  measured.decoding.call_top_k = 0;
  measured.decoding.max_new_tokens = std::min(kMeasuredTokens, options.decoding.max_new_tokens);
  const Generator generator(measured, model);
  const decode::Setting setting = generator.setting();
  std::vector<decode::Prompt> prompts;
  for (const std::string& text : some.items()) {
    decode::Prompt prompt{fmt::format("measured:{}", prompts.size()), text, {}};
    if (decode::refusal(setting, prompt).empty()) prompts.push_back(std::move(prompt));
  }
  const auto start = std::chrono::steady_clock::now();
  std::size_t tokens = 0;
  for (const decode::Generation& generation : decode::generate(setting, prompts))
    tokens += generation.new_tokens;
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  const auto most = static_cast<double>(some.offered() * options.decoding.max_new_tokens);
  if (tokens == 0)  // every text ended at once
    return taken.count() * static_cast<double>(some.offered()) /
           static_cast<double>(some.items().size());
  return taken.count() * most / static_cast<double>(tokens);
}

bool has_chat_template(const lm::LanguageModel& model) {
  const text::TokenizerSpec* spec = model.tokenizer().spec();
  return spec != nullptr && !spec->chat_template.empty();
}

/// What is taken for granted of a model and its markers and may not be meant.
void tell_of_model(const Options& options, const lm::LanguageModel& model) {
  if (has_chat_template(model)) {
    spdlog::info(
        "the model has a chat template, and it is not applied: prompts are continued as they "
        "stand; "
        "to ask as in a chat, write the template's turns into the prompt");
  }
  const calls::Markers tokens = calls::token_marker_names(model.tokenizer());
  const bool has_tokens = calls::find_control_token(model.tokenizer(), tokens.open).has_value();
  if (has_tokens && options.decoding.markers == calls::MarkerChoice::kText) {
    spdlog::warn(
        "--markers text: the model has the control token {} and was trained to open calls with it; "
        "leave --markers out to use it",
        tokens.open);
  }
}

std::string remedy_for_empty(const std::string& prompt, const lm::LanguageModel& model) {
  if (prompt.ends_with(' ') || prompt.ends_with('\n'))
    return "the prompt ends with a blank, which belongs to the word that follows: leave it out";
  if (has_chat_template(model))
    return "it was trained on chats: write its template's turns into the prompt, or begin the "
           "answer";
  return "begin the answer in the prompt, or draw with --temperature 0.8";
}

}  // namespace

std::string dry_run(const Options& options, lm::LanguageModel& model) {
  constexpr std::size_t kMeasuredPrompts = 8;
  std::size_t unusable = 0;
  record::Reservoir<std::string> some(std::min(kMeasuredPrompts, options.batch), options.run.seed);
  for (const std::string& prompt : options.prompts) some.offer(prompt);
  if (options.prompts.empty() && !options.chat) {
    record::DocumentReader reader(options.run);
    while (const auto item = reader.next()) {
      if (item->reject) {
        ++unusable;
      } else {
        some.offer(item->document.text);
      }
    }
  }
  std::string text = fmt::format(
      "prompts: {}, unusable: {}, at most {} tokens of text and {} calls each\n", some.offered(),
      unusable, options.decoding.max_new_tokens, options.decoding.max_calls);
  if (some.offered() > 0) {
    text += fmt::format("estimated time: at most {} and what tools take (measured on {} of them)\n",
                        base::format_duration(estimate_seconds(options, model, some)),
                        some.items().size());
  }
  return text + "dry run: no tool was called, nothing was written\n";
}

void Generator::tell_empty(const record::Document& document) const {
  const bool is_empty = document.extra.value("new_tokens", std::size_t{0}) == 0;
  if (!is_empty || base::stop_requested()) return;
  spdlog::warn("{}: an empty answer: the model ended the text at once; {}",
               base::escape_for_log(document.id), remedy_for_empty(document.text, model_));
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
  tell_of_model(options, model);
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
      tell_empty(document);
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
  std::size_t empty = 0;
  const decode::RecordWriter writer = {
      .refuse = [](record::Item& item, const std::string& reason,
                   record::Summary& /*counts*/) { item.reject = reason; },
      .write =
          [&](record::Item& item, const decode::Generation& generation, record::Summary& counts) {
            write_answer(generation, options_, item.document, counts);
            if (generation.new_tokens == 0 && ++empty == 1) tell_empty(item.document);
          }};
  const auto records = record::open_records(options_.run, identity, options_.batch);
  decode::continue_records(setting(), *records, writer);
  if (empty > 1) spdlog::warn("{} answers are empty, as the one above", empty);
  return records->finish();
}

}  // namespace toolformer::generate
