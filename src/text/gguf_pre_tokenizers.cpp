// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/gguf_pre_tokenizers.h"

#include <algorithm>
#include <array>

namespace toolformer::text {

namespace {

using nlohmann::json;

/// Ways to cut; models that share one have names of their own.
enum class Cut {
  kGpt2,
  kDigitsGpt2,
  kFalcon,
  kDefault,
  kLlama3,
  kDbrx,
  kQwen2,
  kQwen35,
  kMiniCpm5,
  kJais2,
  kDeepSeekLlm,
  kDeepSeekCoder,
  kDeepSeek3,
  kSpark,
  kBloom,
  kViking,
  kTekken,
  kChameleon,
  kGpt4o,
  kGraniteEmbedding,
  kBailing,
  kSeedCoder,
  kUfakzeka,
  kLaguna,
  kExaoneMoe,
  kSuperBpe,
};

constexpr const char* kGpt2 =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
constexpr const char* kDigits = R"(\p{N}{1,3})";
constexpr const char* kKanaAndHan = "[\u4e00-\u9fa5\u3040-\u30ff]+";
constexpr const char* kHan = "[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff&&\\S]+";
constexpr const char* kNoSentenceMarks = " ?[^(\\s|.,!?…。，、।۔،)]+";
/// The cased letters of DeepSeek's first vocabulary.
constexpr const char* kCased =
    "\\s?[A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-"
    "ՖႠ-"
    "ჅᎠ-"
    "Ᏽᏸ-"
    "ᏽᲐ-"
    "ᲺᲽ-"
    "Ჿᴀ-"
    "ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-Ἕἠ-ὅὈ-Ὅὐ-ὗὙὛὝὟ-\u1f7d"
    "ᾀ-ᾴᾶ-ᾼ\u1fbeῂ-ῄῆ-ῌῐ-\u1fd3ῖ-\u1fdbῠ-Ῥῲ-ῴῶ-ῼℂℇℊ-ℓℕℙ-ℝℤ\u2126ℨ\u212a-ℭℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-"
    "ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇꞋ-ꞎꭰ-"
    "ꮿﬀ-"
    "ﬆﬓ-ﬗＡ-Ｚａ-ｚ𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-"
    "𐲲𐳀-𐳲𑢠-𑣟𞤀-𞥃]+";

std::string llama3(const std::string& numbers) {
  return R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|)" + numbers +
         R"(| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
}

/// Words that end where small letters do; llama.cpp takes all letters beyond ASCII for both cases.
std::string by_case(const std::string& letters, const std::string& behind,
                    const std::string& numbers) {
  const std::string large = "(?:(?=[" + letters + "])[^a-z])",
                    small = "(?:(?=[" + letters + "])[^A-Z])";
  const std::string before = R"([^\r\n\p{L}\p{N}]?)";
  return before + large + "*" + small + "+" + behind + "|" + before + large + "+" + small + "*" +
         behind + "|" + numbers + R"(| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
}

std::string marks_and_words(const std::string& marks) {
  return R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+)" +
         marks + R"(|\s+(?!\S)|\s+)";
}

std::vector<std::string> older_patterns(Cut cut) {
  switch (cut) {
    case Cut::kDigitsGpt2:
      return {R"(\p{N})", kGpt2};
    case Cut::kFalcon:
      return {R"([\p{P}\$\+<=>\^~\|`]+)", kGpt2, "[0-9][0-9][0-9]"};
    case Cut::kDefault:
      return {R"([\p{P}\$\+<=>\^~\|]+)", kGpt2, R"(\p{N}+)", "[0-9][0-9][0-9]"};
    case Cut::kDeepSeekLlm:
      return {"[\r\n]", kCased, "\\s?[!-/:-~！-／：-～‘-‟　-。]+", R"(\s+\z)", kHan, R"(\p{N}+)"};
    case Cut::kDeepSeekCoder:
      return {"[\r\n]", R"(\s?\p{L}+)", R"(\s?\p{P}+)", kHan, R"(\p{N})"};
    case Cut::kBloom:
      return {kNoSentenceMarks};
    case Cut::kViking:
      return {kNoSentenceMarks, R"(\p{N})"};
    case Cut::kChameleon:
      return {"<sentinel:[0-9]+>",       "(IMGIMG)((A|B|C|D|E|F|G|H|I){1,4})Z",
              "([\\t\\n]|    |  )",      R"(\p{N})",
              R"([\p{P}!-/:-@\[-`{-~])", kGpt2};
    case Cut::kSuperBpe:
      return {R"(\p{N}+)", "(?=([0-9]{3})+(?![0-9]))"};
    default:
      return {kGpt2};
  }
}

/// Cut one after the other, as the steps of a Sequence.
std::vector<std::string> patterns(Cut cut) {
  const std::string small = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
  switch (cut) {
    case Cut::kLlama3:
    case Cut::kDbrx:
      return {llama3(kDigits)};
    case Cut::kQwen2:
      return {llama3(R"(\p{N})")};
    case Cut::kQwen35:
      return {
          small +
          R"(|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)"};
    case Cut::kMiniCpm5:
      return {kDigits, llama3(R"(\p{N}+)")};
    case Cut::kJais2:
      return {small +
              R"(|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+)"
              R"(|\s{512}(?!\S)|\s{256}(?!\S)|\s{128}(?!\S)|\s{64}(?!\S)|\s{32}(?!\S)|\s{16}(?!\S))"
              R"(|\s{8}(?!\S)|\s{4}(?!\S)|\s{1,2}(?!\S)|\s{1})"};
    case Cut::kDeepSeek3:
      return {kDigits, kKanaAndHan, marks_and_words(R"(| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+)")};
    case Cut::kSpark:
      return {kDigits, kKanaAndHan, marks_and_words(R"(| ?[\p{P}\p{S}]+|[\r\n])"), R"(\p{N})"};
    case Cut::kTekken:
      return {by_case(R"(\p{L})", "", R"(\p{N})")};
    case Cut::kGpt4o:
      return {by_case(R"(\p{L})", small + "?", kDigits)};
    case Cut::kGraniteEmbedding:
      return {by_case(R"(\p{L}\p{M})", small + "?", kDigits)};
    case Cut::kBailing:
      return {
          R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+)"};
    case Cut::kSeedCoder:
      return {small +
              R"(|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}\r\n]+|\s*[\r\n]+|\s+(?!\S)|\s+)"};
    case Cut::kUfakzeka:
      return {
          R"([^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)"};
    case Cut::kLaguna:
      return {R"([^\n]+|[\n]+)", llama3(R"(\p{N})")};
    case Cut::kExaoneMoe:
      return {
          small +
          R"(|[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]?|\s*[\r\n]|\s+(?!\S)|\s+)"};
    default:
      return older_patterns(cut);
  }
}

json description_of(Cut cut) {
  const auto bytes = [](bool use_regex) {
    return json{{"type", "ByteLevel"},
                {"add_prefix_space", false},
                {"trim_offsets", true},
                {"use_regex", use_regex}};
  };
  if (cut == Cut::kGpt2) return bytes(true);
  if (cut == Cut::kDigitsGpt2) {
    const json digits = {{"type", "Digits"}, {"individual_digits", true}};
    return {{"type", "Sequence"}, {"pretokenizers", json::array({digits, bytes(true)})}};
  }
  json steps = json::array();
  for (const std::string& pattern : patterns(cut)) {
    steps.push_back({{"type", "Split"},
                     {"pattern", {{"Regex", pattern}}},
                     {"behavior", "Isolated"},
                     {"invert", false}});
  }
  steps.push_back(bytes(false));
  return {{"type", "Sequence"}, {"pretokenizers", steps}};
}

struct Row {
  Cut cut;
  std::string_view names;  ///< between spaces
  bool ignore_merges = false, adds_bos = false;
};

constexpr std::array<Row, 27> kRows = {{
    {Cut::kLlama3,
     " llama-bpe llama3 llama-v3 falcon3 falcon-h1 pixtral midm-2.0 lfm2 jina-v5-nano ", true,
     true},
    {Cut::kTekken, " tekken ", true, true},
    {Cut::kDbrx, " glm4 glm5 ", true},
    {Cut::kChameleon, " chameleon ", false, true},
    {Cut::kMiniCpm5, " minicpm5 ", true},
    {Cut::kGraniteEmbedding, " granite-embed-multi-97m ", true},
    {Cut::kGpt2,
     " gpt-2 gpt2 phi-2 olmo mpt jais trillion granite-docling jina-es jina-de jina-v2-es "
     "jina-v2-de "
     "jina-v1-en jina-v2-code roberta-bpe gigachat a.x-4.0 mellum modern-bert exaone4 "},
    {Cut::kDigitsGpt2, " smollm starcoder refact command-r codeshell exaone minerva-7b mellum2 "},
    {Cut::kQwen2,
     " qwen2 deepseek-r1-qwen kormo f2llmv2 stablelm2 hunyuan megrez solar-open grok-2 "},
    {Cut::kQwen35, " qwen35 "},
    {Cut::kDbrx, " dbrx smaug-bpe chatglm-bpe "},
    {Cut::kDefault, " default "},
    {Cut::kFalcon, " falcon "},
    {Cut::kJais2, " jais-2 "},
    {Cut::kDeepSeekLlm, " deepseek-llm "},
    {Cut::kDeepSeekCoder, " deepseek-coder "},
    {Cut::kDeepSeek3, " deepseek-v3 hunyuan-dense joyai-llm hy_v4 "},
    {Cut::kSpark, " spark2_5 "},
    {Cut::kBloom, " bloom poro-chat gpt3-finnish "},
    {Cut::kViking, " viking "},
    {Cut::kGpt4o, " gpt-4o llama4 kanana2 talkie minimax-m2 "},
    {Cut::kBailing, " bailingmoe bailingmoe2 llada-moe "},
    {Cut::kSeedCoder, " seed-coder "},
    {Cut::kUfakzeka, " ufakzeka "},
    {Cut::kLaguna, " laguna "},
    {Cut::kExaoneMoe, " exaone-moe "},
    {Cut::kSuperBpe, " superbpe "},
}};

}  // namespace

std::optional<GgufPreTokenizer> gguf_pre_tokenizer(std::string_view name) {
  constexpr std::array<std::string_view, 3> kWithoutBos = {"chatglm-bpe", "glm4", "glm5"};
  const std::string wanted = " " + std::string(name) + " ";
  for (const Row& row : kRows) {
    if (row.names.find(wanted) == std::string_view::npos || name.find(' ') != name.npos) continue;
    return GgufPreTokenizer{
        description_of(row.cut), row.ignore_merges, row.adds_bos,
        std::find(kWithoutBos.begin(), kWithoutBos.end(), name) == kWithoutBos.end()};
  }
  return std::nullopt;
}

std::string assumed_pre_tokenizer(const std::vector<Piece>& pieces) {
  struct Known {
    std::size_t id;
    std::string_view piece, name;
  };
  constexpr std::array<Known, 3> kKnown = {{{128000, "<|begin_of_text|>", "llama-bpe"},
                                            {151643, "<|endoftext|>", "qwen2"},
                                            {50256, "<|endoftext|>", "gpt-2"}}};
  for (const Known& known : kKnown) {
    if (known.id < pieces.size() && pieces[known.id].text == known.piece)
      return std::string(known.name);
  }
  return "default";
}

}  // namespace toolformer::text
