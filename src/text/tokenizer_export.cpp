// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/tokenizer_export.h"

#include <spdlog/spdlog.h>

#include <stdexcept>

#include "toolformer/base/atomic_file.h"
#include "toolformer/base/error.h"
#include "toolformer/formats/byte_reader.h"
#include "toolformer/text/same_ids.h"
#include "toolformer/text/sentencepiece_model.h"

namespace toolformer::text {

namespace {

using nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr const char* kMoreTemplates = "additional_chat_templates";

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
  if (spec.settings.is_object()) {
    for (const auto& [key, value] : spec.settings.items()) config[key] = value;
  }
  // The class that takes tokenizer.json as it is; others rebuild parts of it from their own idea of
  // the model.
  config["tokenizer_class"] = has_json ? "PreTrainedTokenizerFast" : "LlamaTokenizer";
  return config;
}

bool is_file_name(const std::string& name) {
  return !name.empty() && name.find('/') == std::string::npos && !name.starts_with('.');
}

void write_chat_templates(const TokenizerSpec& spec, const fs::path& directory) {
  if (!spec.chat_template.empty())
    base::write_file_atomically(directory / "chat_template.jinja", spec.chat_template);
  for (const auto& [name, text] : spec.more_chat_templates) {
    if (!is_file_name(name)) {
      base::throw_error<base::DataError>("the chat template {} has a name that no file can have",
                                         formats::printable(name));
    }
    fs::create_directories(directory / kMoreTemplates);
    base::write_file_atomically(directory / kMoreTemplates / (name + ".jinja"), text);
  }
}

/// Writes all files and reads them back. Throws DataError when that gives other ids.
void write_and_compare(const Tokenizer& tokenizer, const fs::path& directory, bool has_json) {
  const TokenizerSpec& spec = *tokenizer.spec();
  fs::remove_all(directory);
  fs::create_directories(directory);
  const auto write = [&](const char* name, const std::string& text) {
    base::write_file_atomically(directory / name, text);
  };
  if (spec.is_sentencepiece()) write("tokenizer.model", serialize_sentencepiece_model(spec));
  if (has_json) write("tokenizer.json", tokenizer_json(spec));
  write("tokenizer_config.json", tokenizer_config(spec, has_json).dump(2) + "\n");
  write("special_tokens_map.json", special_names(spec).dump(2) + "\n");
  write_chat_templates(spec, directory);
  require_same_ids(tokenizer, *load_tokenizer(directory),
                   has_json ? "tokenizer.json" : "tokenizer.model");
}

void publish(const fs::path& draft, const fs::path& directory) {
  for (const char* name : {"tokenizer.model", "tokenizer.json", "tokenizer_config.json",
                           "special_tokens_map.json", "chat_template.jinja"}) {
    if (fs::exists(draft / name)) {
      fs::rename(draft / name, directory / name);
    } else {
      fs::remove(directory / name);  // of another tokenizer
    }
  }
  fs::remove_all(directory / kMoreTemplates);
  if (fs::exists(draft / kMoreTemplates))
    fs::rename(draft / kMoreTemplates, directory / kMoreTemplates);
  fs::remove_all(draft);
}

}  // namespace

void export_tokenizer(const Tokenizer& tokenizer, const fs::path& directory) {
  if (tokenizer.spec() == nullptr)
    throw std::logic_error("export_tokenizer: a tokenizer without a description");
  const TokenizerSpec& spec = *tokenizer.spec();
  const bool has_json = spec.algorithm != TokenizerSpec::Algorithm::kSentencePieceUnigram &&
                        spec.charsmap.empty() && !spec.remove_extra_whitespaces;
  fs::create_directories(directory);
  const fs::path draft = directory / ".tokenizer-draft";
  try {
    write_and_compare(tokenizer, draft, has_json);
  } catch (const base::DataError& error) {
    if (!has_json || !spec.is_sentencepiece()) {
      fs::remove_all(draft);
      throw;
    }
    // A prefix that only the start of a text gets, in front of an added token too: tokenizer.json
    // has no word for it.
    spdlog::info("tokenizer.model alone describes this tokenizer: {}", error.what());
    write_and_compare(tokenizer, draft, /*has_json=*/false);
  }
  publish(draft, directory);
}

}  // namespace toolformer::text
