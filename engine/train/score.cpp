#include "train/score.h"

#include <array>
#include <chrono>
#include <cmath>
#include <map>

#include "image/picture.h"
#include "image/resample.h"
#include "render/renderer.h"

namespace triptych::train {
namespace {

constexpr int view_size = 256;
constexpr std::array<std::size_t, 5> chip_landmarks{263, 362, 33, 133, 2};  // losses/identity.h

at::Tensor tensor_of(const Image8& rgb) {
  const at::Tensor bytes =
      at::from_blob(const_cast<std::uint8_t*>(rgb.pixels.data()), {1, rgb.height, rgb.width, 3}, at::kByte);
  return bytes.to(at::kFloat).div(255).permute({0, 3, 1, 2}).contiguous();
}

// The embedding of the largest face, or nothing if none is found.
std::optional<at::Tensor> embedding(const Scorer& scorer, const Image8& rgb) {
  const Result<std::vector<Face>> faces = scorer.aligner.find(rgb);
  if (!faces || faces->empty() || faces->front().landmarks.size() < 468) return std::nullopt;
  at::Tensor points = at::empty({1, 5, 2});
  float* p = points.data_ptr<float>();
  for (const std::size_t index : chip_landmarks) {
    const Point2 point = faces->front().landmarks[index];
    *p++ = point.x;
    *p++ = point.y;
  }
  return (*scorer.identity)(face_chips(tensor_of(rgb), points));
}

std::optional<double> similarity_of(const std::optional<at::Tensor>& a, const std::optional<at::Tensor>& b) {
  if (!a || !b) return std::nullopt;
  return identity_similarity(*a, *b)[0].item<double>();
}

std::optional<double> mean_of(const std::optional<double>& a, const std::optional<double>& b) {
  if (a && b) return (*a + *b) / 2;
  return a ? a : b;
}

double masked_psnr(const View& view, const Portrait& portrait) {
  const ImageF truth = resize(to_float(portrait.rgb), view_size, view_size);
  const ImageF mask = resize(portrait.mask, view_size, view_size);
  double sum = 0, weight = 1e-6;
  for (std::size_t i = 0; i < mask.pixels.size(); ++i) {
    for (std::size_t k = 0; k < 3; ++k) {
      const double d =
          static_cast<double>(view.rgb.pixels[3 * i + k]) - static_cast<double>(truth.pixels[3 * i + k]);
      sum += static_cast<double>(mask.pixels[i]) * d * d / 3;
    }
    weight += static_cast<double>(mask.pixels[i]);
  }
  return -10 * std::log10(std::max(1e-10, sum / weight));
}

Result<Head> head_of(const Scorer& scorer, const Portrait& portrait, const std::string& text, Score& score,
                     Progress& progress) {
  const auto start = std::chrono::steady_clock::now();
  TRIPTYCH_TRY(const auto picture, scorer.model.encode_picture(portrait, progress));
  std::shared_ptr<const PromptFeatures> prompt;
  if (!text.empty()) {
    TRIPTYCH_TRY(prompt, scorer.model.encode_prompt({text, {}}, progress));
    score.understood = prompt->understood;
  }
  TRIPTYCH_TRY(Head head, scorer.model.make_head(*picture, prompt.get(), progress));
  score.milliseconds =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  return head;
}

}  // namespace

Result<Score> score_picture(const Scorer& scorer, const std::filesystem::path& file,
                            const std::string& prompt, Progress& progress) {
  TRIPTYCH_TRY(const Picture picture, load_picture(file));
  AlignOptions options;
  options.size = scorer.model.info().picture_size;
  TRIPTYCH_TRY(const Portrait portrait, scorer.aligner.align(picture.rgb, options));
  Score score;
  score.file = file.filename().string();
  score.prompt = prompt;
  TRIPTYCH_TRY(const Head head, head_of(scorer, portrait, prompt, score, progress));
  RenderOptions rendering;
  rendering.width = rendering.height = view_size;
  TRIPTYCH_TRY(const View own, render_exact(head, head.camera, rendering, scorer.pool, progress));
  if (prompt.empty()) score.psnr = masked_psnr(own, portrait);
  if (scorer.identity == nullptr) return score;
  return nn::guarded("comparing faces", [&]() -> Result<Score> {
    const auto truth = embedding(scorer, portrait.rgb);
    score.identity = similarity_of(truth, embedding(scorer, to_bytes(own.rgb)));
    std::array<std::optional<at::Tensor>, 2> sides;
    for (std::size_t i = 0; i < 2; ++i) {
      const Camera camera = orbit_camera(i == 0 ? 30.0F : -30.0F, 0);
      TRIPTYCH_TRY(const View view, render_exact(head, camera, rendering, scorer.pool, progress));
      sides[i] = embedding(scorer, to_bytes(view.rgb));
    }
    score.identity_turned = mean_of(similarity_of(truth, sides[0]), similarity_of(truth, sides[1]));
    score.consistency = similarity_of(sides[0], sides[1]);
    return score;
  });
}

nlohmann::json to_json(const Score& score) {
  nlohmann::json json{{"file", score.file}, {"prompt", score.prompt}, {"milliseconds", score.milliseconds}};
  if (!score.understood.empty()) json["understood"] = score.understood;
  const auto put = [&](const char* name, const std::optional<double>& value) {
    if (value) json[name] = *value;
  };
  put("psnr", score.psnr);
  put("identity", score.identity);
  put("identity_turned", score.identity_turned);
  put("consistency", score.consistency);
  return json;
}

nlohmann::json summary(const std::vector<Score>& scores) {
  std::map<std::string, std::map<std::string, std::pair<double, int>>> sums;
  for (const Score& score : scores) {
    const nlohmann::json json = to_json(score);
    for (const auto& [name, value] : json.items()) {
      if (!value.is_number()) continue;
      auto& [sum, count] = sums[score.prompt][name];
      sum += value.get<double>();
      ++count;
    }
    ++sums[score.prompt]["pictures"].second;
  }
  nlohmann::json result = nlohmann::json::object();
  for (const auto& [prompt, columns] : sums) {
    for (const auto& [name, value] : columns) {
      result[prompt][name] =
          name == "pictures" ? static_cast<double>(value.second) : value.first / value.second;
    }
  }
  return result;
}

}  // namespace triptych::train
