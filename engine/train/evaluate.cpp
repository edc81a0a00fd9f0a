#include "train/evaluate.h"

#include <c10/core/GradMode.h>

#include <algorithm>

#include "image/picture.h"
#include "image/resample.h"
#include "image/sheet.h"
#include "train/figures.h"
#include "train/image_tensor.h"
#include "train/render_view.h"

namespace triptych::train {
namespace {

using at::Tensor;

constexpr int novel_views = 3;      // of each head
constexpr int edits_of_a_head = 2;  // measured
constexpr int sheet_portraits = 5;

// What a view shows, over white.
Truth exact_view(const synthetic::View& view) {
  TORCH_CHECK(view.rgba.width % measured_size == 0, "views of ", view.rgba.width,
              " pixels cannot be compared at ", measured_size);
  return truth_of(view, measured_size);
}

// The view, unless the evaluation is cancelled.
Result<ViewPtr> held_out_view(const Evaluation& evaluation, const ViewRef& ref) {
  TRIPTYCH_CHECK(evaluation.progress.check());
  return evaluation.held_out.view(ref);
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
    return render_view(evaluation_.weights, planes_, camera_, camera, measured_size);
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

void add_novel(Sums& sums, const RenderedView& seen, const Truth& truth) {
  sums.novel += psnr(image_of(seen.color), truth.rgb);
  sums.depth += depth_error(image_of(seen.depth), truth);
  sums.iou += mask_iou(image_of(seen.alpha), truth.alpha);
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
      TRIPTYCH_TRY(const ViewPtr view, held_out_view(evaluation, ref));
      TRIPTYCH_TRY(const ViewPtr before, held_out_view(evaluation, *same));
      const Truth truth = exact_view(*view);
      editor.edit(edit);
      sums.edit += psnr(image_of(editor.render(view->key.camera).color), truth.rgb);
      sums.still += psnr(exact_view(*before).rgb, truth.rgb);
      ++sums.edits;
      ++count;
      break;
    }
  }
  return {};
}

Status add_head(Sums& sums, const Evaluation& evaluation, Editor& editor, const HeadViews& head) {
  const std::vector<ViewRef>& views = head.edits.at(0);
  TRIPTYCH_TRY(const ViewPtr picture, held_out_view(evaluation, views.front()));
  editor.open({picture, false, picture->key.camera});
  sums.input += psnr(image_of(editor.render(picture->key.camera).color), exact_view(*picture).rgb);
  ++sums.inputs;
  for (std::size_t i = 1; i < views.size() && i <= novel_views; ++i) {
    TRIPTYCH_TRY(const ViewPtr view, held_out_view(evaluation, views[i]));
    add_novel(sums, editor.render(view->key.camera), exact_view(*view));
  }
  return evaluation.prompts == nullptr ? Status{} : add_edits(sums, evaluation, editor, head);
}

// Rows of tiles of measured_size.
class Tiles {
 public:
  void row() { rows_.emplace_back(); }
  void add(const Tensor& values) { rows_.back().push_back(to_picture(values)); }
  void add(const Truth& truth) { rows_.back().push_back(to_bytes(truth.rgb)); }
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
      evaluation.progress.advance(static_cast<double>(i + 1) / static_cast<double>(count));
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
      TRIPTYCH_TRY(const ViewPtr picture, held_out_view(evaluation, head.edits.at(0).front()));
      TRIPTYCH_TRY(const ViewPtr other, held_out_view(evaluation, head.edits.at(0).back()));
      editor.open({picture, false, picture->key.camera});
      tiles.row();
      tiles.add(exact_view(*picture));
      tiles.add(editor.render(picture->key.camera).color);
      tiles.add(exact_view(*other));
      tiles.add(editor.render(other->key.camera).color);
      add_turns(tiles, editor, picture->key.camera);
      if (evaluation.prompts == nullptr) continue;
      for (const auto& [edit, views] : head.edits) {
        if (edit == 0 || !evaluation.prompts->contains(edit)) continue;
        TRIPTYCH_TRY(const ViewPtr truth, held_out_view(evaluation, views.back()));
        editor.edit(edit);
        tiles.add(exact_view(*truth));
        tiles.add(editor.render(truth->key.camera).color);
      }
    }
    for (std::size_t i = 0; i < std::min<std::size_t>(sheet_portraits, evaluation.portraits.size()); ++i) {
      const ViewPtr& portrait = evaluation.portraits[i];
      TRIPTYCH_CHECK(evaluation.progress.check());
      editor.open({portrait, false, portrait->key.camera});
      tiles.row();
      tiles.add(exact_view(*portrait));
      tiles.add(editor.render(portrait->key.camera).color);
      add_turns(tiles, editor, portrait->key.camera);
      if (evaluation.prompts == nullptr) continue;
      for (const int edit : evaluation.prompts->edits()) {
        TRIPTYCH_CHECK(evaluation.progress.check());
        editor.edit(edit);
        tiles.add(editor.render(portrait->key.camera).color);
      }
    }
    return save_picture(path, tiles.sheet());
  });
}

}  // namespace triptych::train
