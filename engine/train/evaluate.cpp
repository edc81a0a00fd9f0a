#include "train/evaluate.h"

#include <c10/core/GradMode.h>

#include <cmath>

#include "image/picture.h"
#include "image/sheet.h"
#include "train/figures.h"
#include "train/render_view.h"

namespace triptych::train {
namespace {

using at::Tensor;

constexpr int view_size = 128;      // of renderings that are measured or shown
constexpr int novel_views = 3;      // of each head
constexpr int edits_of_a_head = 2;  // measured
constexpr int sheet_heads = 5, sheet_portraits = 5;

Tensor tensor_of(const ImageF& image) {  // [H, W, 3], or [H, W] of one channel
  Tensor values = at::empty({image.height, image.width, image.channels});
  std::copy(image.pixels.begin(), image.pixels.end(), values.data_ptr<float>());
  return image.channels == 1 ? values.squeeze(2) : values;
}

// What a view shows, over white; as RenderedView.
RenderedView exact_view(const synthetic::View& view) {
  TORCH_CHECK(view.rgba.width >= view_size, "held-out views must be at least ", view_size, " pixels wide");
  const Truth truth = truth_of(view, view_size);
  return {tensor_of(truth.rgb), tensor_of(truth.alpha), tensor_of(truth.depth)};
}

double psnr(const Tensor& a, const Tensor& b) {
  return -10 * std::log10(std::max(1e-10, (a - b).square().mean().item<double>()));
}

// Planes of one picture with one prompt (edit 0: none).
class Editor {
 public:
  explicit Editor(const Evaluation& evaluation)
      : evaluation_(evaluation),
        compute_(evaluation.bf16 ? evaluation.weights.to(at::kBFloat16) : evaluation.weights) {}

  void open(const Frame& frame) {
    camera_ = frame.camera;
    maps_ = encode_frame(evaluation_.network, compute_, frame);
    edit(0);
  }
  void edit(int edit) {
    Tensor tokens, present;
    if (edit != 0 && evaluation_.prompts != nullptr) {
      Random random(static_cast<std::uint64_t>(edit));
      const starter::PromptInput prompt = starter::prompt_input({evaluation_.prompts->choose(edit, random)});
      tokens = starter::encode_prompt(evaluation_.network, compute_, prompt);
      present = prompt.present;
    }
    planes_ = starter::make_planes(evaluation_.network, compute_, maps_, tokens, present);
  }
  [[nodiscard]] RenderedView render(const Camera& camera) const {
    return render_view(evaluation_.weights, planes_, camera_, camera, view_size);
  }

 private:
  const Evaluation& evaluation_;
  nn::Weights compute_;
  Camera camera_;
  starter::PictureMaps maps_;
  starter::Planes planes_;
};

struct Sums {
  double input = 0, novel = 0, depth = 0, iou = 0, edit = 0, still = 0;
  int inputs = 0, novels = 0, edits = 0;
};

void add_novel(Sums& sums, const RenderedView& seen, const RenderedView& truth) {
  sums.novel += psnr(seen.color, truth.color);
  const Tensor solid = truth.alpha.gt(0.95).logical_and(truth.depth.gt(0.1));
  const Tensor mask = solid.to(at::kFloat);
  sums.depth += ((seen.depth - truth.depth).abs() * mask).sum().item<double>() /
                std::max(1.0, mask.sum().item<double>());
  const Tensor a = seen.alpha.gt(0.5), b = truth.alpha.gt(0.5);
  sums.iou += a.logical_and(b).sum().item<double>() / std::max(1.0, a.logical_or(b).sum().item<double>());
  ++sums.novels;
}

Status add_edits(Sums& sums, const Evaluation& evaluation, Editor& editor, const HeadViews& head) {
  int count = 0;
  for (const auto& [edit, views] : head.edits) {
    if (edit == 0 || !evaluation.prompts->contains(edit) || count == edits_of_a_head) continue;
    const std::vector<ViewRef>& plain = head.edits.at(0);
    for (const ViewRef& ref : views) {
      if (ref.number == plain.front().number) continue;
      const auto same =
          std::find_if(plain.begin(), plain.end(), [&](const ViewRef& v) { return v.number == ref.number; });
      if (same == plain.end()) continue;
      TRIPTYCH_TRY(const ViewPtr view, evaluation.held_out.view(ref));
      TRIPTYCH_TRY(const ViewPtr before, evaluation.held_out.view(*same));
      const RenderedView truth = exact_view(*view);
      editor.edit(edit);
      sums.edit += psnr(editor.render(view->key.camera).color, truth.color);
      sums.still += psnr(exact_view(*before).color, truth.color);
      ++sums.edits;
      ++count;
      break;
    }
  }
  return {};
}

Status add_head(Sums& sums, const Evaluation& evaluation, Editor& editor, const HeadViews& head) {
  const std::vector<ViewRef>& views = head.edits.at(0);
  TRIPTYCH_TRY(const ViewPtr picture, evaluation.held_out.view(views.front()));
  editor.open({picture, false, picture->key.camera});
  sums.input += psnr(editor.render(picture->key.camera).color, exact_view(*picture).color);
  ++sums.inputs;
  for (std::size_t i = 1; i < views.size() && i <= novel_views; ++i) {
    TRIPTYCH_TRY(const ViewPtr view, evaluation.held_out.view(views[i]));
    add_novel(sums, editor.render(view->key.camera), exact_view(*view));
  }
  return evaluation.prompts == nullptr ? Status{} : add_edits(sums, evaluation, editor, head);
}

// Rows of tiles of view_size.
class Tiles {
 public:
  void row() { rows_.emplace_back(); }
  void add(const Tensor& values) { rows_.back().push_back(to_picture(values)); }
  [[nodiscard]] Image8 sheet() const { return sheet_of(rows_); }

 private:
  std::vector<std::vector<Image8>> rows_;
};

void add_turns(Tiles& tiles, const Editor& editor, const Camera& camera) {
  const Orbit orbit = orbit_of(camera);
  const float fov = fov_of_focal(camera.focal());
  for (const float yaw : {0.0F, 30.0F, -30.0F})
    tiles.add(editor.render(orbit_camera(yaw, 0, fov, orbit.radius)).color);
  const RenderedView own = editor.render(camera);
  const starter::DepthRange range = starter::depth_range(camera);
  tiles.add(own.alpha * (1 - (own.depth - range.near) / (range.far - range.near)).clamp(0, 1));
}

}  // namespace

nlohmann::json to_json(const Figures& f) {
  return {{"heads", f.heads},         {"input_psnr", f.input_psnr}, {"novel_psnr", f.novel_psnr},
          {"depth_l1", f.depth_l1},   {"mask_iou", f.mask_iou},     {"edits", f.edits},
          {"edit_psnr", f.edit_psnr}, {"still_psnr", f.still_psnr}};
}

Result<Figures> evaluate(const Evaluation& evaluation) {
  return nn::guarded("evaluating", [&]() -> Result<Figures> {
    const c10::NoGradGuard no_grad;
    Editor editor(evaluation);
    Sums sums;
    const std::size_t count =
        std::min(static_cast<std::size_t>(evaluation.heads), evaluation.held_out.heads());
    for (std::size_t i = 0; i < count; ++i) {
      TRIPTYCH_CHECK(add_head(sums, evaluation, editor, evaluation.held_out.head(i)));
    }
    const auto mean = [](double sum, int n) { return sum / std::max(1, n); };
    return Figures{sums.inputs,
                   mean(sums.input, sums.inputs),
                   mean(sums.novel, sums.novels),
                   mean(sums.depth, sums.novels),
                   mean(sums.iou, sums.novels),
                   sums.edits,
                   mean(sums.edit, sums.edits),
                   mean(sums.still, sums.edits)};
  });
}

Status write_sheet(const Evaluation& evaluation, const std::filesystem::path& path) {
  return nn::guarded("drawing a sheet", [&]() -> Status {
    const c10::NoGradGuard no_grad;
    Editor editor(evaluation);
    Tiles tiles;
    const auto count = std::min<std::size_t>(sheet_heads, evaluation.held_out.heads());
    for (std::size_t i = 0; i < count; ++i) {
      const HeadViews head = evaluation.held_out.head(i);
      TRIPTYCH_TRY(const ViewPtr picture, evaluation.held_out.view(head.edits.at(0).front()));
      TRIPTYCH_TRY(const ViewPtr other, evaluation.held_out.view(head.edits.at(0).back()));
      editor.open({picture, false, picture->key.camera});
      tiles.row();
      tiles.add(exact_view(*picture).color);
      tiles.add(editor.render(picture->key.camera).color);
      tiles.add(exact_view(*other).color);
      tiles.add(editor.render(other->key.camera).color);
      add_turns(tiles, editor, picture->key.camera);
      if (evaluation.prompts == nullptr) continue;
      for (const auto& [edit, views] : head.edits) {
        if (edit == 0 || !evaluation.prompts->contains(edit)) continue;
        TRIPTYCH_TRY(const ViewPtr truth, evaluation.held_out.view(views.back()));
        editor.edit(edit);
        tiles.add(exact_view(*truth).color);
        tiles.add(editor.render(truth->key.camera).color);
      }
    }
    for (std::size_t i = 0; i < std::min<std::size_t>(sheet_portraits, evaluation.portraits.size()); ++i) {
      const ViewPtr& portrait = evaluation.portraits[i];
      editor.open({portrait, false, portrait->key.camera});
      tiles.row();
      tiles.add(exact_view(*portrait).color);
      tiles.add(editor.render(portrait->key.camera).color);
      add_turns(tiles, editor, portrait->key.camera);
      if (evaluation.prompts == nullptr) continue;
      for (const int edit : evaluation.prompts->edits()) {
        editor.edit(edit);
        tiles.add(editor.render(portrait->key.camera).color);
      }
    }
    return save_picture(path, tiles.sheet());
  });
}

}  // namespace triptych::train
