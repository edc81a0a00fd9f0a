#include "train/score.h"

#include <array>
#include <chrono>
#include <cmath>
#include <map>

#include "image/picture.h"
#include "image/resample.h"
#include "render/renderer.h"
#include "train/figures.h"

namespace triptych::train {
namespace {

// The embedding of the largest face, or nothing if none is found.
std::optional<at::Tensor> embedding(const Scorer& scorer, const Image8& rgb) {
  const Result<std::vector<Face>> faces = scorer.aligner.find(rgb);
  if (!faces || faces->empty() || faces->front().landmarks.size() < 468) return std::nullopt;
  return scorer.identity->of(rgb, faces->front().landmarks);
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
  const ImageF truth = resize(to_float(portrait.rgb), score_view_size, score_view_size);
  const ImageF mask = resize(portrait.mask, score_view_size, score_view_size);
  double sum = 0, weight = 1e-6;
  for (std::size_t i = 0; i < mask.pixels.size(); ++i) {
    for (std::size_t k = 0; k < 3; ++k) {
      const double d =
          static_cast<double>(view.rgb.pixels[3 * i + k]) - static_cast<double>(truth.pixels[3 * i + k]);
      sum += static_cast<double>(mask.pixels[i]) * d * d / 3;
    }
    weight += static_cast<double>(mask.pixels[i]);
  }
  return decibels(sum / weight);
}

using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

// What faces are compared with, and where the results go.
struct Compared {
  const Portrait& portrait;
  const std::optional<at::Tensor>& face;
  std::vector<Image8>& tiles;
};

Status measure(const Scorer& scorer, const Compared& picture, const Head& head, Score& score,
               Progress& progress) {
  Progress quiet;
  std::shared_ptr<const BakedHead> baked;  // as the window and contact sheets show it
  if (!head.super_resolution) {
    TRIPTYCH_TRY(baked, bake(head, scorer.pool, quiet));
  }
  const auto render = [&](const Camera& camera) -> Result<View> {
    TRIPTYCH_CHECK(progress.check());
    RenderOptions options;
    options.width = options.height = score_view_size;
    return baked ? render_fast(*baked, camera, options, scorer.pool, quiet)
                 : render_exact(head, camera, options, scorer.pool, quiet);
  };
  const bool plain = score.prompt.empty();
  TRIPTYCH_TRY(const View own, render(head.camera));
  if (plain) score.psnr = masked_psnr(own, picture.portrait);
  const bool turned = scorer.identity != nullptr || (scorer.tiles && plain);
  std::array<Image8, 2> sides;
  for (std::size_t i = 0; turned && i < 2; ++i) {
    TRIPTYCH_TRY(const View view, render(orbit_camera(i == 0 ? 30.0F : -30.0F, 0)));
    sides[i] = to_bytes(view.rgb);
  }
  if (scorer.tiles && plain) {
    TRIPTYCH_TRY(const View front, render(orbit_camera(0, 0)));
    picture.tiles.push_back(to_bytes(front.rgb));
    picture.tiles.insert(picture.tiles.end(), sides.begin(), sides.end());
  } else if (scorer.tiles) {
    picture.tiles.push_back(to_bytes(own.rgb));
  }
  if (scorer.identity == nullptr) return {};
  const auto front = embedding(scorer, to_bytes(own.rgb));
  const auto right = embedding(scorer, sides[0]), left = embedding(scorer, sides[1]);
  score.identity = similarity_of(picture.face, front);
  score.identity_turned = mean_of(similarity_of(picture.face, right), similarity_of(picture.face, left));
  score.consistency = similarity_of(right, left);
  score.faces = (static_cast<double>(front.has_value()) + static_cast<double>(right.has_value()) +
                 static_cast<double>(left.has_value())) /
                3;
  return {};
}

}  // namespace

Result<std::vector<ScorePrompt>> encode_prompts(const Model& model, const std::vector<std::string>& texts,
                                                Progress& progress) {
  std::vector<ScorePrompt> prompts;
  for (const std::string& text : texts) {
    ScorePrompt prompt{text, nullptr, 0};
    if (!text.empty()) {
      const Clock::time_point start = Clock::now();
      TRIPTYCH_TRY(prompt.features, model.encode_prompt({text, {}}, progress));
      prompt.milliseconds = milliseconds_since(start);
    }
    prompts.push_back(std::move(prompt));
  }
  return prompts;
}

Result<PictureScores> score_picture(const Scorer& scorer, const std::filesystem::path& file,
                                    const std::vector<ScorePrompt>& prompts, Progress& progress) {
  TRIPTYCH_TRY(const Picture picture, load_picture(file));
  AlignOptions options;
  options.size = scorer.model.info().picture_size;
  TRIPTYCH_TRY(const Portrait portrait, scorer.aligner.align(picture.rgb, options));
  return nn::guarded("measuring a picture", [&]() -> Result<PictureScores> {
    Progress quiet;
    PictureScores result;
    if (scorer.tiles) result.tiles.push_back(resize(portrait.rgb, score_view_size, score_view_size));
    const std::optional<at::Tensor> face =
        scorer.identity == nullptr ? std::nullopt : embedding(scorer, portrait.rgb);
    const Clock::time_point start = Clock::now();
    TRIPTYCH_TRY(const auto features, scorer.model.encode_picture(portrait, quiet));
    const double encoding = milliseconds_since(start);
    for (const ScorePrompt& prompt : prompts) {
      Score score;
      score.file = file.filename().string();
      score.prompt = prompt.text;
      if (prompt.features) score.understood = prompt.features->understood;
      const Clock::time_point making = Clock::now();
      TRIPTYCH_TRY(const Head head, scorer.model.make_head(*features, prompt.features.get(), quiet));
      score.milliseconds = encoding + prompt.milliseconds + milliseconds_since(making);
      TRIPTYCH_CHECK(measure(scorer, {portrait, face, result.tiles}, head, score, progress));
      result.scores.push_back(std::move(score));
    }
    return result;
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
  put("faces", score.faces);
  return json;
}

nlohmann::json summary(const std::vector<Score>& scores) {
  std::map<std::string, Means> means;
  std::map<std::string, int> pictures;
  for (const Score& score : scores) {
    const nlohmann::json columns = to_json(score);
    for (const auto& [name, value] : columns.items()) {
      if (value.is_number()) means[score.prompt].add(name, value.get<double>());
    }
    ++pictures[score.prompt];
  }
  nlohmann::json result = nlohmann::json::object();
  for (const auto& [prompt, columns] : means) {
    result[prompt] = columns.json();
    result[prompt]["pictures"] = pictures[prompt];
  }
  return result;
}

}  // namespace triptych::train
