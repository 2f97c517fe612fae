// SPDX-License-Identifier: Apache-2.0
#include "toolformer/eval/cell.h"

#include "toolformer/base/sha256.h"
#include "toolformer/calls/prompt.h"
#include "toolformer/decode/continue_records.h"
#include "toolformer/decode/write_generation.h"
#include "toolformer/eval/perplexity.h"
#include "toolformer/eval/template.h"
#include "toolformer/lm/prompted_document.h"
#include "toolformer/record/run_shard.h"

namespace toolformer::eval {
namespace {

decode::Options decoding_of(const Options& options, const Cell& cell) {
  decode::Options decoding = options.decoding;
  decoding.call_top_k = cell.row.call_top_k;
  decoding.max_new_tokens = options.max_new_tokens.value_or(cell.task.max_new_tokens);
  decoding.stop = options.stop.value_or(cell.task.stop);
  return decoding;
}

/// The output, its answers and whether they are right.
void judge(const Task& task, const std::string& output, record::Document& document) {
  const auto gold = document.meta["answers"].get<std::vector<std::string>>();
  document.extra["output"] = output;
  Json answers = Json::array();
  for (const AnswerRule& rule : task.rules) {
    const std::string answer = extract(rule, output);
    answers.push_back(
        {{"rule", rule.name}, {"answer", answer}, {"right", is_right(rule, output, gold)}});
  }
  document.extra["answers"] = answers;
}

void write_refusal(const Task& task, const std::string& reason, record::Document& document) {
  document.has_calls = true;
  document.extra = Json::object();
  document.extra["prompt_bytes"] = document.text.size();
  document.extra["refused"] = reason;
  judge(task, "", document);
}

record::RunOptions run_of(const Options& options, const Cell& cell) {
  record::RunOptions run = options.run;
  run.input = {cell.items.string()};
  run.output = cell.output.string();
  return run;
}

/// `settings`: those that the task, the row or the model has its own values of.
record::StageIdentity identity_of(const Options& options, const Cell& cell,
                                  lm::LanguageModel& model, const Json& settings) {
  record::StageIdentity identity = {
      .stage = "eval",
      .config = options.config,
      .fingerprints = {{"model", model.fingerprint()},
                       {"tokenizer", model.tokenizer().fingerprint()}},
      .part = cell.task.kind == Task::Kind::kPerplexity ? "perplexity" : "task"};
  identity.config["task"] = cell.task.source;
  identity.config.update(settings);
  return identity;
}

decode::SubmitCall submit_of(const Options& options, const Cell& cell, RunTools& tools) {
  if (cell.row.control != Control::kShuffled) return tools.submit();
  RowPlan real = cell.row;
  real.control = Control::kNone;
  return tools.submit_shuffled(cell_file(options, cell.task, real));
}

std::string demonstrations_of(const Options& options, const Cell& cell,
                              const tools::Toolbox& toolbox) {
  if (cell.row.control != Control::kDemonstrations) return "";
  return calls::load_demonstrations(options.prompts, toolbox.names());
}

void run_task(const Options& options, const Cell& cell, lm::LanguageModel& model, RunTools& tools) {
  // Nothing of tools has to be there where they are disabled.
  const bool disabled = cell.row.call_top_k == 0 || options.decoding.max_calls == 0;
  const tools::Toolbox toolbox = disabled ? tools::Toolbox() : tools.allowed(cell.task);
  const decode::Options decoding = decoding_of(options, cell);
  const calls::CallMarkers markers = calls::resolve_markers(model.tokenizer(), decoding.markers);
  const std::string demonstrations = demonstrations_of(options, cell, toolbox);
  const decode::Setting setting = {
      .model = model,
      .toolbox = toolbox,
      .markers = markers,
      .options = decoding,
      .start = demonstrations.empty() ? lm::Prefix() : lm::prefill_prompt(model, demonstrations),
      .seed = options.run.seed,
      .sequences = options.batch,
      .submit = disabled ? nullptr : submit_of(options, cell, tools)};
  record::StageIdentity identity = identity_of(options, cell, model,
                                               {{"call-top-k", decoding.call_top_k},
                                                {"max-new-tokens", decoding.max_new_tokens},
                                                {"stop", decoding.stop}});
  identity.fingerprints["tools"] = toolbox.fingerprint();
  identity.fingerprints["prompts"] = base::sha256(demonstrations);
  const decode::RecordWriter writer = {
      .refuse =
          [&](record::Item& item, const std::string& reason, record::Summary& counts) {
            counts.count("items.refused");
            write_refusal(cell.task, reason, item.document);
          },
      .write =
          [&](record::Item& item, const decode::Generation& generation, record::Summary& counts) {
            counts.count("items.answered");
            decode::write_generation(generation, item.document);
            judge(cell.task, generation.text, item.document);
          }};
  const record::RunOptions run = run_of(options, cell);
  const auto records = record::open_records(run, identity, options.batch);
  decode::continue_records(setting, *records, writer);
  records->finish();
}

void run_perplexity(const Options& options, const Cell& cell, lm::LanguageModel& model) {
  const WindowOptions windows = fit(options.windows, model);
  const record::StageIdentity identity =
      identity_of(options, cell, model, {{"window", windows.window}, {"overlap", windows.overlap}});
  const auto open = calls::find_control_token(model.tokenizer(), calls::kTokenMarkers.open);
  record::run_shard(run_of(options, cell), identity, {.block_size = 1},
                    [&](std::vector<record::Item>& block, record::Summary& summary) {
                      const lm::WorkCounters before = model.counters();
                      for (record::Item& item : block) {
                        const TextScore score =
                            score_text(model, item.document.text, windows, open);
                        item.document.extra = Json{{"nll", score.nll},
                                                   {"nll_no_calls", score.nll_no_calls},
                                                   {"tokens", score.tokens},
                                                   {"bytes", score.bytes},
                                                   {"words", score.words}};
                        summary.count("tokens.scored", static_cast<std::int64_t>(score.tokens));
                      }
                      summary.count(model.counters().since(before));
                    });
}

}  // namespace

void run_cell(const Options& options, const Cell& cell, lm::LanguageModel& model, RunTools& tools) {
  std::filesystem::create_directories(cell.output.parent_path());
  if (cell.task.kind == Task::Kind::kPerplexity) {
    run_perplexity(options, cell, model);
  } else {
    run_task(options, cell, model, tools);
  }
}

}  // namespace toolformer::eval
