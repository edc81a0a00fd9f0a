#include "train/checkpoint.h"

#include <array>

#include "core/json.h"
#include "model/package.h"

namespace triptych::train {
namespace {

constexpr const char* format_key = "triptych_checkpoint";

struct Part {
  const char* prefix;
  nn::Weights Checkpoint::*weights;
};
constexpr std::array<Part, 3> parts{{{"weights/", &Checkpoint::weights},
                                     {"average/", &Checkpoint::average},
                                     {"optimizer/", &Checkpoint::optimizer}}};

Result<std::string> text_of(const SafetensorsReader& reader, const std::string& file,
                            const std::string& key) {
  const auto entry = reader.metadata().find(key);
  if (entry == reader.metadata().end())
    return fail(file + ": not a training checkpoint (no \"" + key + "\" in it)");
  return entry->second;
}

Status check_part(const std::string& file, const nn::Weights& weights,
                  const starter::NetworkConfig& network) {
  nn::ShapeTable shapes;
  for (const auto& [name, tensor] : weights.table()) shapes[name] = tensor.sizes().vec();
  return nn::check_tensors(file, shapes, starter::tensor_specs(network));
}

}  // namespace

Status save_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint) {
  nn::Weights all;
  for (const Part& part : parts) {
    for (const auto& [name, tensor] : (checkpoint.*part.weights).table())
      all.set(part.prefix + name, tensor.detach());
  }
  return nn::write_weights(path, all,
                           {{format_key, "1"},
                            {"network", starter::to_json(checkpoint.network).dump()},
                            {"stage", checkpoint.stage},
                            {"steps", std::to_string(checkpoint.steps)},
                            {"samples", std::to_string(checkpoint.samples)},
                            {"seconds", std::to_string(checkpoint.seconds)},
                            {"edits", nlohmann::json(checkpoint.edits).dump()},
                            {"history", checkpoint.history}});
}

Result<Checkpoint> load_checkpoint(const std::filesystem::path& path) {
  const std::string file = path.string();
  TRIPTYCH_TRY(const SafetensorsReader reader, SafetensorsReader::open(path));
  Checkpoint checkpoint;
  TRIPTYCH_TRY(const std::string network, text_of(reader, file, "network"));
  const auto sizes = parse_json(network);
  if (!sizes) return fail(file + ": network: " + sizes.error().message);
  TRIPTYCH_TRY(checkpoint.network, starter::network_config(*sizes, file + ": network"));
  TRIPTYCH_TRY(checkpoint.stage, text_of(reader, file, "stage"));
  TRIPTYCH_TRY(checkpoint.history, text_of(reader, file, "history"));
  TRIPTYCH_TRY(const std::string steps, text_of(reader, file, "steps"));
  TRIPTYCH_TRY(const std::string samples, text_of(reader, file, "samples"));
  TRIPTYCH_TRY(const std::string seconds, text_of(reader, file, "seconds"));
  const auto edits = reader.metadata().find("edits");
  try {
    if (edits != reader.metadata().end()) {
      checkpoint.edits = parse_json(edits->second).value_or(nullptr).get<std::vector<int>>();
    }
    checkpoint.steps = std::stoll(steps);
    checkpoint.samples = std::stoll(samples);
    checkpoint.seconds = std::stod(seconds);
  } catch (const std::exception&) {
    return fail(file + ": the checkpoint's counts are damaged");
  }
  TRIPTYCH_TRY(const nn::Weights all, nn::read_weights(reader, nn::ReadOptions{.channels_last = false}));
  for (const auto& [name, tensor] : all.table()) {
    for (const Part& part : parts) {
      const std::string prefix = part.prefix;
      if (!name.starts_with(prefix)) continue;
      const std::string inner = name.substr(prefix.size());
      (checkpoint.*part.weights).set(inner, starter::laid_out(inner, tensor));
    }
  }
  TRIPTYCH_CHECK(check_part(file, checkpoint.weights, checkpoint.network));
  TRIPTYCH_CHECK(check_part(file, checkpoint.average, checkpoint.network));
  return checkpoint;
}

Result<Checkpoint> load_start(const std::filesystem::path& path) {
  if (!std::filesystem::is_directory(path)) return load_checkpoint(path);
  const std::string file = path.string();
  TRIPTYCH_TRY(const Package package, Package::open(path));
  const nlohmann::json& json = package.manifest().json;
  if (package.manifest().kind != "starter") {
    return fail(file + ": training starts from packages of kind \"starter\", but this is of kind \"" +
                package.manifest().kind + "\"");
  }
  Checkpoint checkpoint;
  TRIPTYCH_TRY(checkpoint.network,
               starter::network_config(json.value("network", nlohmann::json::object()), file + ": network"));
  TRIPTYCH_TRY(const SafetensorsReader reader, package.weights());
  const std::vector<nn::TensorSpec> specs = starter::tensor_specs(checkpoint.network);
  TRIPTYCH_TRY(const nn::Weights raw, nn::read_weights(reader, file, specs, {.channels_last = false}));
  for (const nn::TensorSpec& spec : specs) {
    checkpoint.weights.set(spec.name, starter::laid_out(spec.name, raw[spec.name]));
  }
  checkpoint.average = checkpoint.weights;
  try {
    const nlohmann::json training = json.value("training", nlohmann::json::object());
    checkpoint.stage = training.value("stage", "");
    checkpoint.steps = training.value("steps", std::int64_t{0});
    checkpoint.samples = training.value("samples", std::int64_t{0});
    checkpoint.history = training.value("before", nlohmann::json::array()).dump();
  } catch (const nlohmann::json::exception& error) {
    return fail(file + ": the manifest's \"training\" is damaged; get the package again", error.what());
  }
  return checkpoint;
}

Status check_goes_on(const Checkpoint& checkpoint, const std::filesystem::path& path,
                     const std::string& stage, const nlohmann::json& sizes) {
  const auto differs = [&](const std::string& key, const std::string& had, const std::string& wanted) {
    return fail(path.string() + ": this training has " + key + " " + had + ", but the configuration says " +
                wanted + "; to start another one choose another \"output\", with this file as \"init\"");
  };
  const auto quoted = [](const std::string& text) { return '"' + text + '"'; };
  if (checkpoint.stage != stage) return differs("\"stage\"", quoted(checkpoint.stage), quoted(stage));
  const nlohmann::json had = starter::to_json(checkpoint.network);
  nlohmann::json wanted = had;
  wanted.update(sizes);
  TRIPTYCH_TRY(const starter::NetworkConfig network, starter::network_config(wanted, "network"));
  wanted = starter::to_json(network);
  for (const auto& [key, value] : had.items()) {
    if (wanted[key] != value)
      return differs("\"" + key + "\" of \"network\"", value.dump(), wanted[key].dump());
  }
  return {};
}

Status grow(Checkpoint& start, const nlohmann::json& sizes, std::uint64_t seed) {
  nlohmann::json wanted = starter::to_json(start.network);
  wanted.update(sizes);
  TRIPTYCH_TRY(start.network, starter::network_config(wanted, "network"));
  nn::Weights grown = starter::initial_weights(start.network, seed);
  for (const auto& [name, tensor] : grown.table()) {
    const at::Tensor had = start.average.find(name);
    if (had.defined() && had.sizes() != tensor.sizes()) {
      return fail("network: the sizes do not fit \"init\": its tensor " + name + " has another shape");
    }
    if (had.defined()) tensor.copy_(had);
  }
  start.weights = std::move(grown);
  start.average = start.weights.snapshot();
  return {};
}

}  // namespace triptych::train
