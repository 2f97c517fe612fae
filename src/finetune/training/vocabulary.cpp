// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/training/vocabulary.h"

#include <string_view>
#include <utility>

#include "toolformer/model/architecture/parameter_layout.h"
#include "toolformer/text/tokenizer_spec.h"

namespace toolformer::finetune {
namespace {

// The marker without the space behind it, which belongs to the token that follows.
std::vector<std::int64_t> rows_of(const text::Tokenizer& tokenizer, std::string_view marker) {
  marker = marker.substr(0, marker.find_last_not_of(' ') + 1);
  std::vector<std::int64_t> rows;
  for (const text::TokenId id : tokenizer.continuation_ids(marker)) rows.push_back(id);
  return rows;
}

void overwrite_row(const model::Transformer& transformer, const AddedToken& token) {
  const torch::NoGradGuard no_grad;
  const model::ModuleNames modules = model::module_names(transformer.config());
  const torch::Tensor sources =
      torch::tensor(token.mean_of, torch::kInt64).to(transformer.device());
  for (const std::string& name :
       {modules.embedding + ".weight", modules.head + ".weight", modules.head + ".bias"}) {
    const auto found = transformer.parameters().find(name);
    if (found == transformer.parameters().end()) continue;
    torch::Tensor table = found->second.detach();
    table.select(0, token.id).copy_(table.index_select(0, sources).to(torch::kFloat32).mean(0));
  }
}

}  // namespace

Vocabulary plan_vocabulary(std::unique_ptr<text::Tokenizer> tokenizer, calls::MarkerForm form) {
  Vocabulary vocabulary;
  if (form == calls::MarkerForm::kText) {
    vocabulary.tokenizer = std::move(tokenizer);
    return vocabulary;
  }
  const calls::Markers names = calls::token_marker_names(*tokenizer);
  vocabulary.tokenizer =
      text::with_control_tokens(*tokenizer, {names.open, names.close, names.arrow});
  vocabulary.markers = calls::resolve_markers(*vocabulary.tokenizer, calls::MarkerChoice::kToken);
  const auto old_size = static_cast<text::TokenId>(tokenizer->size());
  const auto add = [&](text::TokenId id, const std::string& name, const std::string& text_marker) {
    if (id >= old_size) vocabulary.added.push_back({name, id, rows_of(*tokenizer, text_marker)});
  };
  const calls::Markers text_form;
  add(*vocabulary.markers.open, names.open, text_form.open);
  add(*vocabulary.markers.close, names.close, text_form.close);
  add(*vocabulary.markers.arrow, names.arrow, text_form.arrow);
  return vocabulary;
}

void extend_model(model::Transformer& transformer, const Vocabulary& vocabulary) {
  std::vector<std::vector<std::int64_t>> appended;
  const std::int64_t rows = transformer.config().vocab;
  for (const AddedToken& token : vocabulary.added) {
    if (token.id < rows) {
      overwrite_row(transformer, token);
      continue;
    }
    // A tokenizer may be larger than its model (ids that only other modalities use): those rows are
    // filled as well.
    while (rows + static_cast<std::int64_t>(appended.size()) <= token.id) {
      appended.push_back(token.mean_of);
    }
  }
  if (!appended.empty()) transformer.append_tokens(appended);
}

}  // namespace toolformer::finetune
