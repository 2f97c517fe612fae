// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/hugging_face_tokenizer.h"

#include <algorithm>
#include <array>

#include "toolformer/base/atomic_file.h"
#include "toolformer/base/error.h"
#include "toolformer/formats/byte_reader.h"
#include "toolformer/formats/strict_json.h"
#include "toolformer/text/pre_tokenizer.h"
#include "toolformer/text/sentencepiece_model.h"
#include "toolformer/text/special_tokens.h"
#include "toolformer/text/vocabulary.h"

namespace toolformer::text {

namespace {

using base::DataError;
using base::throw_error;
using nlohmann::json;
using Algorithm = TokenizerSpec::Algorithm;

constexpr std::uint64_t kMostIds = std::uint64_t{1} << 24;

/// The member, or null when it is absent or `object` is no object.
const json& member(const json& object, const char* key) {
  static const json null;
  if (!object.is_object()) return null;
  const auto found = object.find(key);
  return found == object.end() ? null : *found;
}

json read_optional(const std::filesystem::path& path) {
  return std::filesystem::exists(path) ? formats::read_strict_json(path) : json();
}

TokenId read_id(const json& value, const std::string& origin, const std::string& what) {
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() >= kMostIds) {
    throw_error<DataError>("{}: {} has the id {}, not a number from 0 to {}", origin,
                           formats::printable(what), formats::printable(value.dump()),
                           kMostIds - 1);
  }
  return value.get<TokenId>();
}

std::optional<TokenId> find_piece(const TokenizerSpec& spec, const std::string& text) {
  for (std::size_t i = 0; i < spec.pieces.size(); ++i) {
    if (spec.pieces[i].text == text) return static_cast<TokenId>(i);
  }
  return std::nullopt;
}

bool flag(const json& object, const char* key) {
  return member(object, key) == true;
}

/// pieces[id] = piece; ids between are unused until something names them.
void place(TokenizerSpec& spec, TokenId id, Piece piece) {
  const auto at = static_cast<std::size_t>(id);
  if (at >= spec.pieces.size()) spec.pieces.resize(at + 1, Piece{"", 0, PieceKind::kUnused});
  spec.pieces[at] = std::move(piece);
}

/// One added token, of tokenizer.json or tokenizer_config.json.
void add_token(TokenizerSpec& spec, TokenId id, const json& token, const std::string& origin) {
  const json& content = token.is_string() ? token : member(token, "content");
  if (!content.is_string())
    throw_error<DataError>("{}: the added token with id {} has no content", origin, id);
  Piece piece{content.get<std::string>(), 0,
              flag(token, "special") ? PieceKind::kControl : PieceKind::kUserDefined};
  const auto at = static_cast<std::size_t>(id);
  if (at < spec.pieces.size() && spec.pieces[at].text == piece.text)
    piece.score = spec.pieces[at].score;
  const bool keep_kind =
      spec.is_sentencepiece() && at < spec.pieces.size() &&
      (spec.pieces[at].kind == PieceKind::kUnknown || spec.pieces[at].kind == PieceKind::kByte);
  if (keep_kind) return;
  const MatchRule rule{id, flag(token, "normalized"), flag(token, "lstrip"), flag(token, "rstrip"),
                       flag(token, "single_word")};
  if (!spec.is_sentencepiece()) {
    piece.outside =
        at >= spec.pieces.size() || spec.pieces[at].text != piece.text || spec.pieces[at].outside;
    spec.match_rules.push_back(rule);
  } else if (piece.kind == PieceKind::kUserDefined) {
    if (rule.strip_left || rule.strip_right || rule.single_word)
      throw_error<DataError>(
          "{}: the added token {} has lstrip, rstrip or single_word, which "
          "SentencePiece has no word for; use the model's tokenizer.json",
          origin, formats::printable(piece.text));
    spec.match_rules.push_back(rule);
  }
  place(spec, id, std::move(piece));
}

std::vector<std::pair<std::string_view, std::string_view>> read_pairs(const json& merges,
                                                                      const std::string& origin) {
  std::vector<std::pair<std::string_view, std::string_view>> pairs;
  if (!merges.is_array()) throw_error<DataError>("{}: model.merges is no list", origin);
  pairs.reserve(merges.size());
  for (const json& merge : merges) {
    if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
      pairs.emplace_back(merge[0].get_ref<const std::string&>(),
                         merge[1].get_ref<const std::string&>());
      continue;
    }
    const std::string_view text =
        merge.is_string() ? std::string_view(merge.get_ref<const std::string&>()) : "";
    const std::size_t space = text.find(' ', 1);
    if (text.empty() || space == std::string_view::npos) {
      throw_error<DataError>("{}: merge {} is no pair: {}", origin, pairs.size(),
                             formats::printable(merge.dump()));
    }
    pairs.emplace_back(text.substr(0, space), text.substr(space + 1));
  }
  return pairs;
}

void check_bpe_options(const json& model, const std::string& origin) {
  for (const char* key : {"dropout", "continuing_subword_prefix", "end_of_word_suffix"}) {
    const json& value = member(model, key);
    if (!value.is_null() && value != "" && value != 0.0) {
      throw_error<DataError>("{}: model.{} is {}, which is not supported", origin, key,
                             formats::printable(value.dump()));
    }
  }
}

void read_bpe(const json& root, const std::string& origin, TokenizerSpec& spec) {
  const json& model = member(root, "model");
  check_bpe_options(model, origin);
  spec.normalizer = member(root, "normalizer");
  spec.pre_tokenizer = member(root, "pre_tokenizer");
  const bool byte_level = PreTokenizer(spec.pre_tokenizer, origin).byte_level() ||
                          member(member(root, "decoder"), "type") == "ByteLevel";
  spec.algorithm = byte_level ? Algorithm::kByteLevelBpe : Algorithm::kCharacterBpe;
  spec.ignore_merges = flag(model, "ignore_merges");
  spec.byte_fallback = flag(model, "byte_fallback");
  spec.fuse_unknown = flag(model, "fuse_unk");
  const json& vocabulary = member(model, "vocab");
  if (!vocabulary.is_object()) throw_error<DataError>("{}: model.vocab is no object", origin);
  for (const auto& [text, value] : vocabulary.items()) {
    const TokenId id = read_id(value, origin, text);
    if (static_cast<std::size_t>(id) < spec.pieces.size() &&
        spec.pieces[static_cast<std::size_t>(id)].kind != PieceKind::kUnused) {
      throw_error<DataError>("{}: the id {} belongs to {} and to {}", origin, id,
                             formats::printable(text),
                             formats::printable(spec.pieces[static_cast<std::size_t>(id)].text));
    }
    const bool is_byte = !byte_level && spec.byte_fallback && parse_byte_piece(text);
    place(spec, id, {text, 0, is_byte ? PieceKind::kByte : PieceKind::kNormal});
  }
  spec.merges = parse_merges(spec.pieces, read_pairs(member(model, "merges"), origin), origin);
  const json& unknown = member(model, "unk_token");
  if (unknown.is_string()) {
    for (std::size_t i = 0; i < spec.pieces.size(); ++i) {
      if (spec.pieces[i].text == unknown.get_ref<const std::string&>())
        spec.unknown = static_cast<TokenId>(i);
    }
    spec.unknown_in_text = spec.unknown.has_value();
  }
}

/// The library numbers added tokens itself: as the vocabulary does, or on from its size. A file
/// that says otherwise is read differently there.
class AddedIds {
 public:
  explicit AddedIds(const json& vocabulary) : vocabulary_(vocabulary) {}

  void require(TokenId id, const json& content, const std::string& origin) {
    if (!content.is_string()) return;
    const json& known = member(vocabulary_, content.get_ref<const std::string&>().c_str());
    const auto size = static_cast<TokenId>(vocabulary_.size());
    const TokenId expected = known.is_number_unsigned() ? known.get<TokenId>()
                             : highest_ >= size         ? highest_ + 1
                                                        : size;
    if (id != expected) {
      throw_error<DataError>(
          "{}: the added token {} has the id {}, but the library tokenizers gives it {}; write the "
          "file anew with that library, or give the token its id in model.vocab",
          origin, formats::printable(content.get_ref<const std::string&>()), id, expected);
    }
    highest_ = std::max(highest_, id);
  }

 private:
  const json& vocabulary_;
  TokenId highest_ = -1;
};

/// The special token that a post_processor puts before a text.
std::optional<std::string> first_of_template(const json& processor) {
  const json& list = member(processor, "processors");
  if (list.is_array()) {
    for (const json& part : list) {
      if (auto first = first_of_template(part)) return first;
    }
  }
  const json& single = member(processor, "single");
  if (!single.is_array() || single.empty()) return std::nullopt;
  const json& id = member(member(single[0], "SpecialToken"), "id");
  return id.is_string() ? std::optional(id.get<std::string>()) : std::nullopt;
}

TokenizerSpec read_tokenizer_json(const std::filesystem::path& path) {
  const std::string origin = path.string();
  const json root = formats::read_strict_json(path);
  const json& type = member(member(root, "model"), "type");
  if (!type.is_null() && type != "BPE") {
    throw_error<DataError>(
        "{}: model.type is {}, only BPE is supported here (a unigram model is read from "
        "tokenizer.model when tokenizer.json is removed)",
        origin, formats::printable(type.dump()));
  }
  TokenizerSpec spec;
  read_bpe(root, origin, spec);
  const json& added = member(root, "added_tokens");
  if (added.is_array()) {
    AddedIds ids(member(member(root, "model"), "vocab"));
    for (const json& token : added) {
      const TokenId id = read_id(member(token, "id"), origin, "an added token");
      ids.require(id, member(token, "content"), origin);
      add_token(spec, id, token, origin);
    }
  }
  if (const auto first = first_of_template(member(root, "post_processor"))) {
    spec.bos = find_piece(spec, *first);
    spec.adds_bos = spec.bos.has_value();
  }
  return spec;
}

TokenizerSpec read_tokenizer_model(const std::filesystem::path& directory, const json& config) {
  const std::filesystem::path path = directory / "tokenizer.model";
  const std::string bytes = base::read_file(path, kMaxSentencePieceModel);
  TokenizerSpec spec = parse_sentencepiece_model(bytes, path.string());
  merge_space_runs(spec);
  const std::string origin = (directory / "tokenizer_config.json").string();
  const json& decoder = member(config, "added_tokens_decoder");
  if (decoder.is_object()) {
    for (const auto& [key, token] : decoder.items()) {
      const json id = json::parse(key, nullptr, false);
      add_token(spec, read_id(id, origin, "added_tokens_decoder"), token, origin);
    }
  }
  const json added = read_optional(directory / "added_tokens.json");
  if (added.is_object()) {
    for (const auto& [text, value] : added.items()) {
      const TokenId id = read_id(value, (directory / "added_tokens.json").string(), text);
      if (static_cast<std::size_t>(id) < spec.pieces.size() &&
          spec.pieces[static_cast<std::size_t>(id)].text == text)
        continue;
      add_token(spec, id, text, (directory / "added_tokens.json").string());
    }
  }
  for (std::size_t i = 0; i < spec.pieces.size(); ++i) {  // the library wants a text for every id
    if (spec.pieces[i].text.empty()) spec.pieces[i].text = fmt::format("<|unused_{}|>", i);
  }
  return spec;
}

/// The id of a special token that a config file names: "</s>" or {"content": "</s>", ...}.
std::optional<TokenId> named(const TokenizerSpec& spec, const json& config, const char* key) {
  const json& value = member(config, key);
  const json& text = value.is_object() ? member(value, "content") : value;
  if (!text.is_string()) return std::nullopt;
  return find_piece(spec, text.get_ref<const std::string&>());
}

void add_ids(const json& value, std::size_t size, std::vector<TokenId>& ids) {
  if (value.is_array()) {
    for (const json& id : value) add_ids(id, size, ids);
  } else if (value.is_number_unsigned() && value.get<std::uint64_t>() < size) {
    ids.push_back(value.get<TokenId>());
  }
}

void read_special_tokens(const std::filesystem::path& directory, const json& config,
                         TokenizerSpec& spec) {
  const json map = read_optional(directory / "special_tokens_map.json");
  const json generation = read_optional(directory / "generation_config.json");
  const json model = read_optional(directory / "config.json");
  for (const json* source : {&config, &map}) {
    if (const auto id = named(spec, *source, "bos_token")) spec.bos = id;
    if (const auto id = named(spec, *source, "pad_token")) spec.pad = id;
    if (const auto id = named(spec, *source, "eos_token")) {
      spec.eos.insert(spec.eos.begin(), *id);
      break;
    }
  }
  for (const json* source : {&generation, &model}) {
    add_ids(member(*source, "eos_token_id"), spec.pieces.size(), spec.eos);
    std::vector<TokenId> bos;
    if (!spec.bos) add_ids(member(*source, "bos_token_id"), spec.pieces.size(), bos);
    if (!bos.empty()) spec.bos = bos.front();
  }
  complete_eos(spec);
}

constexpr std::size_t kLongestTemplate = std::size_t{1} << 20;

/// The templates of tokenizer_config.json (one, or a list with names) and of their files.
void read_chat_templates(const std::filesystem::path& directory, const json& config,
                         TokenizerSpec& spec) {
  const auto put = [&](const std::string& name, const std::string& text) {
    if (name == "default") {
      spec.chat_template = text;
    } else {
      spec.more_chat_templates[name] = text;
    }
  };
  const json older = read_optional(directory / "chat_template.json");
  for (const json* source : {&older, &config}) {
    const json& chat = member(*source, "chat_template");
    if (chat.is_string()) put("default", chat.get<std::string>());
    if (!chat.is_array()) continue;
    for (const json& named : chat) {
      const json &name = member(named, "name"), &text = member(named, "template");
      if (name.is_string() && text.is_string())
        put(name.get<std::string>(), text.get<std::string>());
    }
  }
  if (std::filesystem::exists(directory / "chat_template.jinja"))
    put("default", base::read_file(directory / "chat_template.jinja", kLongestTemplate));
  const std::filesystem::path more = directory / "additional_chat_templates";
  if (!std::filesystem::is_directory(more)) return;
  for (const auto& entry : std::filesystem::directory_iterator(more)) {
    if (entry.path().extension() == ".jinja")
      put(entry.path().stem().string(), base::read_file(entry.path(), kLongestTemplate));
  }
}

/// What tokenizer_config.json says beside what is read from it or tied to the files it came with.
json other_settings(const std::filesystem::path& directory, const json& config) {
  constexpr std::array<std::string_view, 23> kOwn = {
      "bos_token",        "eos_token",       "unk_token",
      "pad_token",        "add_bos_token",   "add_eos_token",
      "chat_template",    "tokenizer_class", "added_tokens_decoder",
      "auto_map",         "tokenizer_file",  "name_or_path",
      "vocab_file",       "merges_file",     "special_tokens_map_file",
      "add_prefix_space", "legacy",          "from_slow",
      "sp_model_kwargs",  "backend",         "is_local",
      "use_fast",         "init_inputs"};
  json settings = json::object();
  const json map = read_optional(directory / "special_tokens_map.json");
  for (const json* source : {&map, &config}) {
    if (!source->is_object()) continue;
    for (const auto& [key, value] : source->items()) {
      if (std::find(kOwn.begin(), kOwn.end(), key) == kOwn.end()) settings[key] = value;
    }
  }
  return settings;
}

}  // namespace

TokenizerSpec read_hugging_face_tokenizer(const std::filesystem::path& directory) {
  const json config = read_optional(directory / "tokenizer_config.json");
  const std::filesystem::path json_file = directory / "tokenizer.json";
  TokenizerSpec spec;
  if (std::filesystem::exists(json_file)) {
    spec = read_tokenizer_json(json_file);
  } else if (std::filesystem::exists(directory / "tokenizer.model")) {
    spec = read_tokenizer_model(directory, config);
  } else {
    throw_error<DataError>("{}: holds neither tokenizer.json nor tokenizer.model",
                           directory.string());
  }
  read_special_tokens(directory, config, spec);
  const json& adds = member(config, "add_bos_token");
  if (adds.is_boolean()) spec.adds_bos = adds.get<bool>();
  spec.adds_bos = spec.adds_bos && spec.bos.has_value();
  read_chat_templates(directory, config, spec);
  spec.settings = other_settings(directory, config);
  return spec;
}

}  // namespace toolformer::text
