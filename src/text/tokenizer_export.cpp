// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/tokenizer_export.h"

#include <stdexcept>

#include "toolformer/base/atomic_file.h"
#include "toolformer/text/sentencepiece_model.h"

namespace toolformer::text {

namespace {

using nlohmann::ordered_json;

/// bos_token, eos_token, ... by name.
ordered_json special_names(const TokenizerSpec& spec) {
  ordered_json names = ordered_json::object();
  const auto add = [&](const char* key, std::optional<TokenId> id) {
    if (id) names[key] = spec.pieces[static_cast<std::size_t>(*id)].text;
  };
  add("bos_token", spec.bos);
  add("eos_token", spec.eos.empty() ? std::nullopt : std::optional(spec.eos.front()));
  add("unk_token", spec.unknown);
  add("pad_token", spec.pad);
  return names;
}

ordered_json tokenizer_config(const TokenizerSpec& spec, bool has_json) {
  ordered_json config = special_names(spec);
  config["add_bos_token"] = spec.adds_bos;
  config["add_eos_token"] = false;
  config["clean_up_tokenization_spaces"] = false;
  config["model_max_length"] =
      1000000000000000019884624838656.0;  // transformers' word for "not limited here"
  // The class that takes tokenizer.json as it is; others rebuild parts of it from their own idea of
  // the model.
  config["tokenizer_class"] = has_json ? "PreTrainedTokenizerFast" : "LlamaTokenizer";
  return config;
}

}  // namespace

void export_tokenizer(const Tokenizer& tokenizer, const std::filesystem::path& directory) {
  if (tokenizer.spec() == nullptr)
    throw std::logic_error("export_tokenizer: a tokenizer without a description");
  const TokenizerSpec& spec = *tokenizer.spec();
  const bool has_json = spec.algorithm != TokenizerSpec::Algorithm::kSentencePieceUnigram &&
                        spec.charsmap.empty() && !spec.remove_extra_whitespaces;
  std::filesystem::create_directories(directory);
  const auto write = [&](const char* name, const std::string& text) {
    base::write_file_atomically(directory / name, text);
  };
  if (spec.is_sentencepiece()) write("tokenizer.model", serialize_sentencepiece_model(spec));
  if (has_json) write("tokenizer.json", tokenizer_json(spec));
  write("tokenizer_config.json", tokenizer_config(spec, has_json).dump(2) + "\n");
  write("special_tokens_map.json", special_names(spec).dump(2) + "\n");
  if (!spec.chat_template.empty()) write("chat_template.jinja", spec.chat_template);
}

}  // namespace toolformer::text
