// SPDX-License-Identifier: Apache-2.0
#include <fmt/ranges.h>

#include "toolformer/base/error.h"
#include "toolformer/model/architecture/architecture.h"
#include "toolformer/model/architecture/config_keys.h"

namespace toolformer::model {
namespace {

/// Options that change the computation and that no supported architecture of ours computes. Absent,
/// null, false, 0, an empty list, or the neutral value: nothing is asked for.
struct Unsupported {
  const char* key;
  double neutral;
};
constexpr Unsupported kUnsupported[] = {
    {"attn_logit_softcapping", 0},
    {"final_logit_softcapping", 0},
    {"logit_softcapping", 0},
    {"num_local_experts", 0},
    {"num_experts", 0},
    {"n_routed_experts", 0},
    {"num_experts_per_tok", 0},
    {"quantization_config", 0},
    {"use_bidirectional_attention", 0},
    {"add_cross_attention", 0},
    {"is_encoder_decoder", 0},
    {"alibi", 0},
    {"use_alibi", 0},
    {"kv_lora_rank", 0},
    {"q_lora_rank", 0},
    {"attention_chunk_size", 0},
    {"no_rope_layers", 0},
    {"use_mrope", 0},
    {"rope_interleaved", 0},
    {"clip_qkv", 0},
    {"attn_temperature_tuning", 0},
    {"embedding_multiplier", 1},
    {"residual_multiplier", 1},
    {"attention_multiplier", 1},
    {"logits_scaling", 1},
    {"logit_scale", 1},
};

void refuse_unsupported(const JsonFields& fields) {
  for (const auto& [key, neutral] : kUnsupported) {
    const nlohmann::json* value = fields.find(key);
    if (value == nullptr || (value->is_structured() && value->empty())) continue;
    if (value->is_boolean() && !value->get<bool>()) continue;
    if (value->is_number() && value->get<double>() == neutral) continue;
    if (std::string(key) == "quantization_config")
      fields.problem(key,
                     "quantised Hugging Face weights are not supported; use the original weights "
                     "or a GGUF file");
    else
      fields.problem(key, fmt::format("this option is not supported (it is set to {})",
                                      value->dump().substr(0, 60)));
  }
}

void read_tokens(const JsonFields& fields, ModelConfig& config) {
  const std::vector<std::int64_t> bos = fields.one_or_more_integers("bos_token_id");
  if (!bos.empty()) config.bos = bos.front();
  config.eos = fields.one_or_more_integers("eos_token_id");
}

[[noreturn]] void refuse(const std::vector<std::string>& problems) {
  base::throw_error<base::DataError>("config.json cannot be used: {}", fmt::join(problems, "; "));
}

}  // namespace

ModelConfig parse_hugging_face_config(const nlohmann::json& json) {
  std::vector<std::string> problems;
  if (!json.is_object()) refuse({"expected a JSON object"});
  const JsonFields top(json, "", problems);
  std::string name = top.string("model_type").value_or("");
  if (name.empty()) {
    problems.push_back("model_type: missing");
    refuse(problems);
  }
  bool composite = false;  // with a vision tower: the language model's part is one of its own
  for (const Architecture& row : architectures()) {
    composite = name == row.names.multimodal;
    if (!composite) continue;
    name = row.names.hugging_face;
    break;
  }
  const JsonFields fields = composite ? top.object("text_config") : top;

  const Architecture& architecture = find_architecture(name);
  ModelConfig config = architecture.defaults;
  refuse_unsupported(fields);
  if (composite && top.has("quantization_config")) refuse_unsupported(top);
  architecture.hugging_face(ConfigKeys(fields), config);
  config.tied_head = top.boolean("tie_word_embeddings").value_or(config.tied_head);
  read_tokens(top, config);
  if (composite && config.eos.empty()) read_tokens(fields, config);

  for (std::string& problem : config_problems(config)) problems.push_back(std::move(problem));
  if (!problems.empty()) refuse(problems);
  return config;
}

nlohmann::ordered_json hugging_face_config(const ModelConfig& config, const std::string& dtype) {
  using nlohmann::ordered_json;
  const Architecture& architecture = find_architecture(config.architecture);
  ordered_json json;
  json["architectures"] = {architecture.names.class_name};
  json["model_type"] = architecture.names.hugging_face;
  ModelConfig values = config;  // what reading would change, writing may too
  architecture.hugging_face(ConfigKeys(json), values);
  json["tie_word_embeddings"] = config.tied_head;
  json["bos_token_id"] = config.bos ? ordered_json(*config.bos) : ordered_json(nullptr);
  if (config.eos.size() == 1)
    json["eos_token_id"] = config.eos.front();
  else
    json["eos_token_id"] = config.eos.empty() ? ordered_json(nullptr) : ordered_json(config.eos);
  json["torch_dtype"] = dtype;
  return json;
}

}  // namespace toolformer::model
