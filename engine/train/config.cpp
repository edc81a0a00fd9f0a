#include "train/config.h"

#include <algorithm>
#include <set>
#include <sstream>

#include "core/atomic_file.h"
#include "core/json.h"

namespace triptych::train {
namespace {

using nlohmann::json;

// Reads keys of one object; remembers the first fault and which keys are known.
class Reader {
 public:
  Reader(const json& object, std::string where, std::filesystem::path folder)
      : object_(object), where_(std::move(where)), folder_(std::move(folder)) {}

  template <typename Number>
  void number(const char* key, Number& target, double least, double most) {
    const json* value = find(key);
    if (value == nullptr) return;
    const bool right = std::is_integral_v<Number> ? value->is_number_integer() : value->is_number();
    if (!right || value->get<double>() < least || value->get<double>() > most) {
      std::ostringstream range;
      range << "should be a " << (std::is_integral_v<Number> ? "whole number" : "number") << " from " << least
            << " to " << most;
      return fault(key, range.str(), *value);
    }
    target = value->get<Number>();
  }
  void flag(const char* key, bool& target) {
    const json* value = find(key);
    if (value == nullptr) return;
    if (!value->is_boolean()) return fault(key, "should be true or false", *value);
    target = value->get<bool>();
  }
  void path(const char* key, std::filesystem::path& target) {
    const json* value = find(key);
    if (value == nullptr) return;
    if (!value->is_string()) return fault(key, "should be a path in quotes", *value);
    target = folder_ / value->get<std::string>();
  }
  void paths(const char* key, std::vector<std::filesystem::path>& target) {
    const json* value = find(key);
    if (value == nullptr) return;
    if (!value->is_array()) return fault(key, "should be a list of folders", *value);
    target.clear();
    for (const json& item : *value) {
      if (!item.is_string()) return fault(key, "should be a list of folders", *value);
      target.push_back(folder_ / item.get<std::string>());
    }
  }
  void texts(const char* key, std::vector<std::string>& target) {
    const json* value = find(key);
    if (value == nullptr) return;
    const bool right = value->is_array() && std::all_of(value->begin(), value->end(),
                                                        [](const json& item) { return item.is_string(); });
    if (!right) return fault(key, "should be a list of names in quotes", *value);
    target = value->get<std::vector<std::string>>();
  }
  const json* object(const char* key) {
    const json* value = find(key);
    if (value != nullptr && !value->is_object()) {
      fault(key, "should be an object", *value);
      return nullptr;
    }
    return value;
  }
  const json* find(const char* key) {
    known_.insert(key);
    const auto value = object_.find(key);
    return value == object_.end() ? nullptr : &*value;
  }
  void fault(const std::string& key, const std::string& expected, const json& found) {
    if (fault_.empty()) fault_ = where_ + "\"" + key + "\" " + expected + ", but is " + found.dump();
  }
  [[nodiscard]] Status finish() const {
    if (!fault_.empty()) return fail(fault_);
    for (const auto& [key, value] : object_.items()) {
      if (!known_.contains(key))
        return fail(where_ + "\"" + key + "\" is no setting of training; see docs/training.md");
    }
    return {};
  }

 private:
  const json& object_;
  std::string where_;
  std::filesystem::path folder_;
  std::string fault_;
  std::set<std::string> known_;
};

Status read_losses(const json& object, const std::string& name, LossWeights& losses) {
  Reader reader(object, name + ": losses: ", {});
  reader.number("color", losses.color, 0, 1e6);
  reader.number("color_l1", losses.color_l1, 0, 1e6);
  reader.number("mask", losses.mask, 0, 1e6);
  reader.number("depth", losses.depth, 0, 1e6);
  reader.number("surface", losses.surface, 0, 1e6);
  reader.number("mask_map", losses.mask_map, 0, 1e6);
  reader.number("occupancy", losses.occupancy, 0, 1e6);
  reader.number("perceptual", losses.perceptual, 0, 1e6);
  reader.number("triplane", losses.triplane, 0, 1e6);
  return reader.finish();
}

void read_schedule(Reader& reader, TrainConfig& config) {
  reader.number("batch", config.batch, 1, 4096);
  reader.number("rays", config.rays, 16, 65536);
  reader.number("outline_share", config.outline_share, 0, 1);
  reader.number("coarse_samples", config.coarse_samples, 2, 256);
  reader.number("fine_samples", config.fine_samples, 0, 256);
  reader.number("patch", config.patch, 32, 256);  // the perceptual distance halves five times
  reader.number("perceptual_from", config.perceptual_from, 0, 1);
  reader.number("steps", config.steps, 1, 1e9);
  reader.number("warm_up", config.warm_up, 0, 1e9);
  reader.number("learning_rate", config.learning_rate, 0, 1);
  reader.number("final_rate", config.final_rate, 0, 1);
  reader.number("weight_decay", config.weight_decay, 0, 1);
  reader.number("clip", config.clip, 1e-6, 1e6);
  reader.number("average", config.average, 0, 0.999999);
}

Status read_stage(Reader& reader, const std::string& name, TrainConfig& config) {
  const json* stage = reader.find("stage");
  if (stage == nullptr || *stage == "reconstruction") return {};
  if (*stage == "editing") {
    config.stage = TrainConfig::Stage::editing;
  } else if (*stage == "joint") {
    config.stage = TrainConfig::Stage::joint;
  } else {
    return fail(name + ": \"stage\" should be \"reconstruction\", \"editing\" or \"joint\", but is " +
                stage->dump());
  }
  return {};
}

Status check_needs(const TrainConfig& config, const std::string& name) {
  if (config.data.empty() && config.portraits.empty() && config.pairs.empty()) {
    return fail(name +
                ": \"data\" is missing: a list of folders with shards (triptych synthesize makes them)");
  }
  if (config.output.empty())
    return fail(name + ": \"output\" is missing: the folder for checkpoints and the log");
  if (config.stage == TrainConfig::Stage::editing && config.init.empty()) {
    return fail(name + ": \"init\" is missing: editing starts from a checkpoint of the reconstruction stage");
  }
  if (config.turned_share > 0 && config.init.empty()) {
    return fail(name + ": \"init\" is missing: \"turned_share\" needs a model that turns photographs aside");
  }
  return {};
}

}  // namespace

Result<TrainConfig> parse_config(const std::string& text, const std::string& name,
                                 const std::filesystem::path& folder) {
  const Result<json> parsed = parse_json(text, JsonComments::skip);
  if (!parsed) return fail(name + ": " + parsed.error().message);
  const json& object = *parsed;
  if (!object.is_object()) return fail(name + ": should be a JSON object of settings");
  TrainConfig config;
  Reader reader(object, name + ": ", folder);
  TRIPTYCH_CHECK(read_stage(reader, name, config));
  reader.paths("data", config.data);
  reader.paths("held_out", config.held_out);
  reader.texts("edits", config.edits);
  reader.path("portraits", config.portraits);
  reader.path("pairs", config.pairs);
  reader.path("output", config.output);
  reader.path("init", config.init);
  if (const json* network = reader.object("network")) config.network = *network;
  if (const json* losses = reader.object("losses")) TRIPTYCH_CHECK(read_losses(*losses, name, config.losses));
  read_schedule(reader, config);
  reader.number("portrait_share", config.portrait_share, 0, 1);
  reader.number("mirror_weight", config.mirror_weight, 0, 1);
  reader.number("turned_share", config.turned_share, 0, 1);
  reader.number("plain_share", config.plain_share, 0, 1);
  reader.flag("muon", config.muon);
  reader.flag("bf16", config.bf16);
  reader.number("threads", config.threads, 0, 1024);
  reader.number("loader_threads", config.loader_threads, 1, 64);
  reader.number("cache_gib", config.cache_gib, 0, 4096);
  reader.number("checkpoint_minutes", config.checkpoint_minutes, 0.01, 1e6);
  reader.number("evaluate_minutes", config.evaluate_minutes, 0, 1e6);
  reader.number("log_seconds", config.log_seconds, 0, 1e6);
  reader.number("evaluate_heads", config.evaluate_heads, 0, 100000);
  reader.number("seed", config.seed, 0, 9e15);
  TRIPTYCH_CHECK(reader.finish());
  TRIPTYCH_CHECK(check_needs(config, name));
  return config;
}

Result<TrainConfig> read_config(const std::filesystem::path& path) {
  TRIPTYCH_TRY(const std::string text, read_file(path, std::uintmax_t{1} << 20));
  return parse_config(text, path.string(), std::filesystem::absolute(path).parent_path());
}

}  // namespace triptych::train
