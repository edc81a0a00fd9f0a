#include "prompt/text_encoder.h"

#include <cmath>
#include <numeric>
#include <string>

#include "core/guarded.h"
#include "prompt/tensor_loader.h"
#include "prompt/word_pieces.h"

namespace triptych {
namespace {

constexpr std::int64_t width = text_channels;
constexpr std::int64_t inner = 4 * width;
constexpr std::int64_t heads = 12;
constexpr std::int64_t layer_count = 6;
constexpr std::int64_t positions = 512;
constexpr std::size_t most_tokens = 64;

struct Linear {
  at::Tensor weight, bias;
  [[nodiscard]] at::Tensor operator()(const at::Tensor& x) const { return at::linear(x, weight, bias); }
};

struct Norm {
  at::Tensor weight, bias;
  [[nodiscard]] at::Tensor operator()(const at::Tensor& x) const {
    return at::layer_norm(x, {width}, weight, bias, 1e-12);
  }
};

struct Layer {
  Linear query, key, value, mix, grow, shrink;
  Norm mix_norm, shrink_norm;

  [[nodiscard]] at::Tensor operator()(const at::Tensor& x) const {
    const auto by_head = [&](const at::Tensor& t) {
      return t.view({-1, heads, width / heads}).transpose(0, 1);
    };
    const at::Tensor scores = at::matmul(by_head(query(x)), by_head(key(x)).transpose(1, 2)) /
                              std::sqrt(static_cast<double>(width) / heads);
    const at::Tensor seen =
        at::matmul(at::softmax(scores, -1), by_head(value(x))).transpose(0, 1).reshape({-1, width});
    const at::Tensor y = mix_norm(x + mix(seen));
    return shrink_norm(y + shrink(at::gelu(grow(y))));
  }
};

Linear load_linear(TensorLoader& load, const std::string& name, std::int64_t inputs, std::int64_t outputs) {
  return {load(name + ".weight", {outputs, inputs}), load(name + ".bias", {outputs})};
}

Norm load_norm(TensorLoader& load, const std::string& name) {
  return {load(name + ".weight", {width}), load(name + ".bias", {width})};
}

Layer load_layer(TensorLoader& load, const std::string& prefix) {
  Layer layer;
  layer.query = load_linear(load, prefix + "attention.self.query", width, width);
  layer.key = load_linear(load, prefix + "attention.self.key", width, width);
  layer.value = load_linear(load, prefix + "attention.self.value", width, width);
  layer.mix = load_linear(load, prefix + "attention.output.dense", width, width);
  layer.mix_norm = load_norm(load, prefix + "attention.output.LayerNorm");
  layer.grow = load_linear(load, prefix + "intermediate.dense", width, inner);
  layer.shrink = load_linear(load, prefix + "output.dense", inner, width);
  layer.shrink_norm = load_norm(load, prefix + "output.LayerNorm");
  return layer;
}

}  // namespace

struct TextEncoder::Network {
  WordPieces pieces;
  at::Tensor words, place, type;
  Norm norm;
  std::vector<Layer> layers;
};

TextEncoder::TextEncoder(std::shared_ptr<const Network> network) : network_(std::move(network)) {}

Result<TextEncoder> TextEncoder::open(const std::filesystem::path& folder) {
  return guarded("opening the text encoder", [&]() -> Result<TextEncoder> {
    const c10::InferenceMode inference;
    auto network = std::make_shared<Network>();
    TRIPTYCH_TRY(network->pieces, WordPieces::open(folder / "vocabulary.txt"));
    TRIPTYCH_TRY(SafetensorsReader reader, SafetensorsReader::open(folder / "text_encoder.safetensors"));
    TensorLoader load(std::move(reader));
    network->words =
        load("embeddings.word_embeddings.weight", {static_cast<std::int64_t>(network->pieces.size()), width});
    network->place = load("embeddings.position_embeddings.weight", {positions, width});
    network->type = load("embeddings.token_type_embeddings.weight", {2, width});
    network->norm = load_norm(load, "embeddings.LayerNorm");
    for (std::int64_t i = 0; i < layer_count; ++i) {
      network->layers.push_back(load_layer(load, "encoder.layer." + std::to_string(i) + "."));
    }
    if (!load.status()) return tl::make_unexpected(load.status().error());
    return TextEncoder(std::move(network));
  });
}

Result<TextTokens> TextEncoder::encode(std::string_view text) const {
  return guarded("encoding the prompt", [&]() -> Result<TextTokens> {
    const c10::InferenceMode inference;
    const std::vector<std::int64_t> ids = network_->pieces.ids(text, most_tokens);
    const auto count = static_cast<std::int64_t>(ids.size());
    at::Tensor x = network_->words.index_select(0, at::tensor(ids)) + network_->place.slice(0, 0, count) +
                   network_->type[0];
    x = network_->norm(x);
    for (const auto& layer : network_->layers) x = layer(x);
    const at::Tensor mean = x.mean(0);
    const at::Tensor sentence = (mean / mean.norm().clamp_min(1e-12)).contiguous();
    x = x.contiguous();

    TextTokens result;
    result.tokens = ImageF(static_cast<int>(count), 1, text_channels);
    std::copy_n(x.data_ptr<float>(), result.tokens.pixels.size(), result.tokens.pixels.begin());
    result.sentence.assign(sentence.data_ptr<float>(), sentence.data_ptr<float>() + width);
    return result;
  });
}

bool TextEncoder::is_word(std::string_view word) const {
  return network_->pieces.has(std::string(word));
}

float similarity(const std::vector<float>& a, const std::vector<float>& b) noexcept {
  return a.size() == b.size() ? std::inner_product(a.begin(), a.end(), b.begin(), 0.0F) : 0.0F;
}

}  // namespace triptych
