// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/network/transformer.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "toolformer/base/error.h"
#include "toolformer/model/architecture/parameter_layout.h"
#include "toolformer/model/network/recompute.h"

namespace toolformer::model {
namespace {

constexpr std::pair<NormWeights Block::*, std::string LayerNames::*> kNorms[] = {
    {&Block::attention_norm, &LayerNames::attention_norm},
    {&Block::query_norm, &LayerNames::query_norm},
    {&Block::key_norm, &LayerNames::key_norm},
    {&Block::attention_post_norm, &LayerNames::attention_post_norm},
    {&Block::mlp_norm, &LayerNames::mlp_norm},
    {&Block::mlp_post_norm, &LayerNames::mlp_post_norm}};
constexpr std::pair<Linear Block::*, std::string LayerNames::*> kMatrices[] = {
    {&Block::query, &LayerNames::query},
    {&Block::key, &LayerNames::key},
    {&Block::value, &LayerNames::value},
    {&Block::fused_qkv, &LayerNames::fused_qkv},
    {&Block::attention_out, &LayerNames::attention_out},
    {&Block::gate, &LayerNames::gate},
    {&Block::up, &LayerNames::up},
    {&Block::fused_gate_up, &LayerNames::fused_gate_up},
    {&Block::down, &LayerNames::down}};

std::string shape_text(c10::IntArrayRef shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

/// Every difference between what the configuration asks for and what is there, one per line.
void check_parameters(const ModelConfig& config, const Parameters& parameters) {
  std::vector<std::string> problems;
  const Shapes shapes = parameter_shapes(config);
  for (const auto& [name, shape] : shapes) {
    const auto found = parameters.find(name);
    if (found == parameters.end())
      problems.push_back(fmt::format("missing: {} {}", name, shape_text(shape)));
    else if (found->second.sizes() != c10::IntArrayRef(shape))
      problems.push_back(fmt::format("{}: the configuration asks for {}, the weights have {}", name,
                                     shape_text(shape), shape_text(found->second.sizes())));
  }
  for (const auto& [name, tensor] : parameters)
    if (!shapes.contains(name))
      problems.push_back(fmt::format("not part of this architecture: {}", name));
  if (problems.empty()) return;
  const std::size_t shown = std::min<std::size_t>(problems.size(), 20);
  const std::string rest =
      problems.size() > shown ? fmt::format("; and {} more", problems.size() - shown) : "";
  problems.resize(shown);
  base::throw_error<base::DataError>("the weights do not fit the configuration ({}): {}{}",
                                     config.architecture, fmt::join(problems, "; "), rest);
}

/// Rows appended to [rows, ...]: each the mean of the rows named.
torch::Tensor append_means(const torch::Tensor& table,
                           const std::vector<std::vector<std::int64_t>>& mean_of) {
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> rows = {table};
  for (const std::vector<std::int64_t>& sources : mean_of) {
    const torch::Tensor ids = torch::tensor(sources, torch::kInt64).to(table.device());
    rows.push_back(table.index_select(0, ids).to(torch::kFloat32).mean(0, true).to(table.dtype()));
  }
  return torch::cat(rows, 0).set_requires_grad(table.requires_grad());
}

}  // namespace

Transformer::Transformer(ModelConfig config, Parameters parameters)
    : config_(std::move(config)), parameters_(std::move(parameters)) {
  check_parameters(config_, parameters_);
  if (config_.rope) {
    frequencies_ = rope_frequencies(config_, false).to(device());
    windowed_frequencies_ = rope_frequencies(config_, true).to(device());
  }
  bind_blocks();
}

torch::Tensor Transformer::find(const std::string& name) const {
  const auto found = parameters_.find(name);
  return found == parameters_.end() ? torch::Tensor() : found->second;
}

void Transformer::bind_blocks() {
  const auto norm = [this](const std::string& name) {
    return name.empty() ? NormWeights{} : NormWeights{find(name + ".weight"), find(name + ".bias")};
  };
  const auto linear = [this](const std::string& name) {
    Linear result;
    if (name.empty()) return result;
    result.weight = find(name + ".weight");
    result.bias = find(name + ".bias");
    result.in_out = stores_in_out(config_);
    result.adapter = {find(name + kLowRankA), find(name + kLowRankB), adapter_scale_};
    return result;
  };
  blocks_.assign(static_cast<std::size_t>(config_.layers), Block{});
  for (std::int64_t index = 0; index < config_.layers; ++index) {
    const LayerNames names = layer_names(config_, index);
    Block& block = blocks_[static_cast<std::size_t>(index)];
    block.index = index;
    for (const auto& [member, name] : kNorms) block.*member = norm(names.*name);
    for (const auto& [member, name] : kMatrices) block.*member = linear(names.*name);
  }
  const ModuleNames modules = module_names(config_);
  embedding_ = find(modules.embedding + ".weight");
  own_rows_ = find(modules.embedding + kOwnRows);
  learned_positions_ =
      modules.positions.empty() ? torch::Tensor() : find(modules.positions + ".weight");
  final_norm_ = norm(modules.final_norm);
  head_.weight = config_.tied_head ? embedding_ : find(modules.head + ".weight");
  head_.bias = find(modules.head + ".bias");
}

torch::Device Transformer::device() const {
  return parameters_.begin()->second.device();
}

torch::Dtype Transformer::dtype() const {
  return c10::typeMetaToScalarType(parameters_.begin()->second.dtype());
}

torch::Tensor Transformer::look_up(const torch::Tensor& ids) const {
  // A dense gradient would be as large as the table, for a few hundred rows of it.
  const torch::Tensor x = torch::embedding(embedding_, ids, /*padding_idx=*/-1,
                                           /*scale_grad_by_freq=*/false, /*sparse=*/true);
  if (!own_rows_.defined()) return x;
  const torch::Tensor place = ids - first_own_row_;
  const torch::Tensor own =
      ((place >= 0) & (place < own_rows_.size(0))).nonzero().squeeze(1);  // [n] of the N
  return x.index_copy(0, own, own_rows_.index_select(0, place.index_select(0, own)));
}

torch::Tensor Transformer::embed(const torch::Tensor& ids, const torch::Tensor& positions) const {
  torch::Tensor x = look_up(ids);  // [N, hidden]
  if (config_.embedding_scale != 1) {
    // The reference rounds the factor to the weights' dtype before it multiplies.
    const auto options = torch::TensorOptions(x.scalar_type()).device(x.device());
    x = x * torch::full({}, config_.embedding_scale, options);
  }
  if (!learned_positions_.defined()) return x;
  const std::int64_t last = positions.numel() > 0 ? positions.max().item<std::int64_t>() : 0;
  if (last >= config_.context)
    base::throw_error<base::DataError>(
        "position {}: {} has learned positions for {} tokens only; use shorter texts", last,
        config_.architecture, config_.context);
  return x + torch::embedding(learned_positions_, positions);
}

torch::Tensor Transformer::forward(const torch::Tensor& ids, const torch::Tensor& positions,
                                   Attention& attention) const {
  TORCH_CHECK(ids.dim() == 1 && ids.sizes() == positions.sizes(), "ids ", ids.sizes(),
              " and positions ", positions.sizes(), " must both be [tokens]");
  refresh_own_rows();
  torch::Tensor x = embed(ids, positions);  // [N, hidden]
  RopeAngles global, windowed;
  if (config_.rope) {
    const torch::Dtype dtype = config_.rope_in_float32 ? torch::kFloat32 : x.scalar_type();
    global = rope_angles(frequencies_, positions, config_.rope_layout, dtype);
    windowed = config_.windowed_rope_theta
                   ? rope_angles(windowed_frequencies_, positions, config_.rope_layout, dtype)
                   : global;
  }
  for (const Block& block : blocks_) {
    const RopeAngles& angles = config_.is_windowed(block.index) ? windowed : global;
    const auto layer = [this, &block, angles, &attention](const torch::Tensor& input) {
      return apply(block, config_, input, config_.rope ? &angles : nullptr, attention);
    };
    x = activations_ == Activations::kKept ? layer(x) : recompute_in_backward(layer, x);
  }
  return apply(final_norm_, config_, x);
}

torch::Tensor Transformer::logits(const torch::Tensor& hidden) const {
  return apply(head_, hidden);
}

void Transformer::adapt(const std::string& module, const torch::Tensor& a, double scale) {
  const torch::Tensor weight = find(module + ".weight");
  TORCH_CHECK(weight.defined(), "no matrix is called ", module);
  const std::int64_t out = weight.size(stores_in_out(config_) ? 1 : 0);
  TORCH_CHECK(a.dim() == 2 && a.size(1) * out == weight.numel(), module, ": [rank, in] is ",
              a.sizes(), ", the weight ", weight.sizes());
  const torch::TensorOptions options = weight.detach().options();
  parameters_[module + kLowRankA] = a.detach().to(options, false, true).set_requires_grad(true);
  parameters_[module + kLowRankB] = torch::zeros({out, a.size(0)}, options).set_requires_grad(true);
  adapter_scale_ = scale;
  bind_blocks();
}

void Transformer::separate_rows(std::int64_t first, std::int64_t count) {
  const ModuleNames modules = module_names(config_);
  for (const std::string& module : {modules.embedding, modules.head}) {
    const torch::Tensor table = find(module + ".weight");
    if (!table.defined()) continue;  // a tied head
    parameters_[module + kOwnRows] =
        table.detach().narrow(0, first, count).clone().set_requires_grad(true);
  }
  first_own_row_ = first;
  bind_blocks();
}

void Transformer::refresh_own_rows() const {
  if (!own_rows_.defined()) return;
  const torch::NoGradGuard no_grad;
  const ModuleNames modules = module_names(config_);
  for (const std::string& module : {modules.embedding, modules.head}) {
    const torch::Tensor rows = find(module + kOwnRows);
    if (rows.defined())
      find(module + ".weight").narrow(0, first_own_row_, rows.size(0)).copy_(rows);
  }
}

void Transformer::merge_adapters() {
  const torch::NoGradGuard no_grad;
  refresh_own_rows();
  for (const LayerMatrix& matrix : layer_matrices(config_)) {
    const torch::Tensor a = find(matrix.module + kLowRankA);
    if (!a.defined()) continue;
    const torch::Tensor sum = torch::mm(find(matrix.module + kLowRankB), a);  // [out, in]
    torch::Tensor weight = find(matrix.module + ".weight");
    weight.add_(stores_in_out(config_) ? sum.t() : sum, adapter_scale_);
  }
  std::erase_if(parameters_, [](const auto& entry) {
    const std::string& name = entry.first;
    return name.ends_with(kLowRankA) || name.ends_with(kLowRankB) || name.ends_with(kOwnRows);
  });
  adapter_scale_ = 0;
  bind_blocks();
}

void Transformer::pack_all(const std::function<Linear(const Linear&)>& pack) {
  const torch::InferenceMode inference;
  for (Block& block : blocks_) {
    const LayerNames names = layer_names(config_, block.index);
    for (const auto& [member, name] : kMatrices) {
      Linear& linear = block.*member;
      if (!linear.weight.defined()) continue;
      linear = pack(linear);
      parameters_.erase(names.*name + ".weight");
    }
  }
  head_ = pack(head_);  // a tied embedding stays: tokens are looked up in it
  if (!config_.tied_head) parameters_.erase(module_names(config_).head + ".weight");
}

void Transformer::pack_for_inference() {
  if (!can_pack(embedding_)) return;
  Packer packer;
  pack_all([&](const Linear& linear) { return packer.pack(linear); });
}

Transformer Transformer::with_int8_weights() const {
  TORCH_CHECK(can_pack_int8(embedding_),
              "int8 weights need float32 ones on a CPU with oneDNN and VNNI");
  Transformer copy = *this;
  copy.pack_all(pack_int8);
  return copy;
}

void Transformer::append_tokens(const std::vector<std::vector<std::int64_t>>& mean_of) {
  for (const std::vector<std::int64_t>& sources : mean_of) {
    const bool inside = std::all_of(sources.begin(), sources.end(), [this](std::int64_t id) {
      return id >= 0 && id < config_.vocab;
    });
    if (sources.empty() || !inside)
      throw base::Error(base::ExitCode::kInternal,
                        fmt::format("a new token needs existing rows to start from, got [{}]",
                                    fmt::join(sources, ", ")));
  }
  const ModuleNames modules = module_names(config_);
  for (const std::string& name :
       {modules.embedding + ".weight", modules.head + ".weight", modules.head + ".bias"}) {
    const auto found = parameters_.find(name);
    if (found != parameters_.end()) found->second = append_means(found->second, mean_of);
  }
  config_.vocab += static_cast<std::int64_t>(mean_of.size());
  bind_blocks();
}

}  // namespace toolformer::model
