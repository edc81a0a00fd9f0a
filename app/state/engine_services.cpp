#include "state/engine_services.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>

#include "core/thread_pool.h"
#include "face/align.h"
#include "head/tri_file.h"
#include "image/picture.h"
#include "model/import.h"
#include "model/model.h"
#include "model/torch_cuda.h"
#include "render/cuda/cuda_renderer.h"
#include "state/engine_export.h"
#include "state/engine_styles.h"
#include "state/preview.h"

namespace triptych::app {
namespace {

namespace fs = std::filesystem;

struct EngineBaked final : Baked {
  std::shared_ptr<const BakedHead> head;
  std::shared_ptr<CudaRenderer> gpu;        // that holds it; null: none does
  std::shared_ptr<const GpuHead> uploaded;  // null: not on the GPU
};

// Errors of the aligner speak of "the picture"; the user wants to know which.
tl::unexpected<Error> about(const fs::path& path, Error error) {
  const std::string name = path.filename().string();
  if (error.message.find(name) == std::string::npos) error.message = name + ": " + error.message;
  return tl::unexpected<Error>(std::move(error));
}

class EngineServices final : public Services {
 public:
  explicit EngineServices(EngineOptions options)
      : options_(std::move(options)),
        drawing_(options_.threads),
        baking_(std::max(1, drawing_.size() - 1)),
        working_(options_.threads) {}

  Status load(Progress& progress) override {
    progress.begin("looking for a GPU");
    look_for_gpu();
    progress.begin("opening the face models");
    TRIPTYCH_TRY(FaceAligner aligner, FaceAligner::open(options_.face_models));
    {
      const std::scoped_lock lock(mutex_);
      aligner_ = std::make_shared<const FaceAligner>(std::move(aligner));
    }
    look_for_cuda();
    TRIPTYCH_CHECK(progress.check());
    return use_model(options_.model, progress);
  }

  [[nodiscard]] std::vector<std::string> missing() const override {
    const std::scoped_lock lock(mutex_);
    return missing_;
  }

  [[nodiscard]] std::string no_gpu() const override {
    const std::scoped_lock lock(mutex_);
    return no_gpu_;
  }

  Status use_model(const fs::path& package, Progress& progress) override {
    progress.begin("opening the model");
    ModelOptions settings;
    settings.device = options_.device;
    settings.threads = options_.threads;
    settings.prompt_assets = options_.prompt_assets;
    auto opened = open_model(package, settings);
    if (!opened) return about(package, opened.error());
    TRIPTYCH_CHECK(progress.check());
    auto editor = std::make_shared<Editor>(*opened);
    std::shared_ptr<const Model> model = std::move(*opened);
    {
      const std::scoped_lock lock(mutex_);
      editor_.swap(editor);
      base_.swap(model);
    }
    return {};  // the model used so far is freed here, while nobody waits
  }

  Result<std::vector<std::string>> import_checkpoint(const fs::path& checkpoint, const fs::path& package,
                                                     const fs::path& teacher, Progress& progress) override {
    ImportOptions settings;
    if (!teacher.empty()) settings.teacher = teacher;
    TRIPTYCH_TRY(ImportReport report, triptych::import_checkpoint(checkpoint, package, settings, progress));
    return std::move(report.notices);
  }

  Result<StylePairs> load_pairs(const std::vector<fs::path>& paths, Progress& progress) override {
    TRIPTYCH_TRY(const auto aligner, this->aligner());
    return read_pairs(paths, *aligner, portrait_size(), progress);
  }

  Result<std::shared_ptr<StyleRun>> learn_style(const std::vector<StylePair>& pairs,
                                                const StyleRunConfig& config, Progress& progress) override {
    TRIPTYCH_TRY(const auto base, this->base());
    return begin_learning(base, pairs, config, options_.loss_models, options_.prompt_assets, progress);
  }

  Result<LearnedStyle> load_style(const fs::path& path) override { return read_style(path); }
  Status save_style(const fs::path& path, const LearnedStyle& style) override {
    return write_style(path, style);
  }

  Status use_styles(const std::vector<LearnedStyle>& styles) override {
    TRIPTYCH_TRY(const auto base, this->base());
    TRIPTYCH_TRY(auto model, model_with(base, styles));
    auto editor = std::make_shared<Editor>(std::move(model));
    const std::scoped_lock lock(mutex_);
    if (base_ == base) editor_.swap(editor);
    return {};
  }

  Result<std::shared_ptr<const Edit>> edit_with(const LearnedStyle& style, const Portrait& portrait,
                                                Progress& progress) override {
    TRIPTYCH_TRY(const auto base, this->base());
    return preview_.edit(base, style, portrait, progress);
  }

  [[nodiscard]] ModelInfo model() const override {
    const auto editor = this->editor();
    return editor ? editor->model().info() : ModelInfo{};
  }

  [[nodiscard]] std::string device() const override {
    const auto kernels = cpu_kernels();
    return (has_gpu_ ? "GPU and CPU " : "CPU ") + (kernels.empty() ? std::string() : kernels.front()) + ", " +
           std::to_string(drawing_.size()) + (drawing_.size() == 1 ? " thread" : " threads");
  }

  [[nodiscard]] Result<Image8> load_image(const fs::path& path) const override {
    TRIPTYCH_TRY(Picture picture, load_picture(path));
    return std::move(picture.rgb);
  }

  Result<std::shared_ptr<const Source>> open_picture(const fs::path& path, Progress& progress) override {
    progress.begin("reading the picture");
    TRIPTYCH_TRY(const Picture picture, load_picture(path));
    return source_of(path, picture.rgb, -1, progress);
  }

  Result<std::shared_ptr<const Source>> choose_face(const Source& source, int face,
                                                    Progress& progress) override {
    progress.begin("reading the picture");
    TRIPTYCH_TRY(const Image8 picture, read_again(source));
    return source_of(source.path, picture, face, progress);
  }

  Result<std::shared_ptr<const Source>> correct_landmarks(const Source& source,
                                                          const std::vector<Point2>& landmarks,
                                                          Progress& progress) override {
    progress.begin("reading the picture");
    TRIPTYCH_TRY(const Image8 picture, read_again(source));
    auto corrected = std::make_shared<Source>(source);
    Face& face = corrected->faces[static_cast<std::size_t>(corrected->face)];
    face.landmarks = landmarks;
    corrected->corrected = true;
    progress.begin("cutting out the face");
    TRIPTYCH_TRY(corrected->portrait, cut_out(source.path, picture, face));
    return corrected;
  }

  Result<std::shared_ptr<const Edit>> edit(const Portrait& portrait, const Prompt& prompt,
                                           Progress& progress) override {
    const auto editor = this->editor();
    if (!editor)
      return fail("there is no model to make heads with; run scripts/setup, or drop a model package here");
    return editor->edit(portrait, prompt, progress);
  }

  Result<Head> load_head(const fs::path& path) override { return triptych::load_head(path); }

  Result<std::shared_ptr<const Baked>> bake(const Head& head, Progress& progress) override {
    TRIPTYCH_TRY(const auto prepared, PreparedHead::borrow(head, &baking_));
    return bake_prepared(*prepared, progress);
  }

  Result<std::shared_ptr<const PreparedHead>> prepare(std::shared_ptr<const Head> head) override {
    return PreparedHead::make(std::move(head), &drawing_);
  }

  Result<std::shared_ptr<const Baked>> bake_prepared(const PreparedHead& head, Progress& progress) override {
    TRIPTYCH_TRY(auto baked, triptych::bake(head, baking_, progress));
    auto result = std::make_shared<EngineBaked>();
    result->head = std::move(baked);
    if (const auto gpu = this->gpu()) {  // a head that does not fit is drawn by the processor
      if (auto uploaded = gpu->upload(*head.head(), *result->head)) {
        result->gpu = gpu;
        result->uploaded = std::move(*uploaded);
      }
    }
    result->on_gpu = result->uploaded != nullptr;
    return result;
  }

  Result<View> render_fast(const Baked& head, const Camera& camera, const RenderOptions& options,
                           Progress& progress) override {
    return triptych::render_fast(*static_cast<const EngineBaked&>(head).head, camera, options, drawing_,
                                 progress);
  }

  Result<View> render_exact(const Head& head, const Camera& camera, const RenderOptions& options,
                            Progress& progress) override {
    return triptych::render_exact(head, camera, options, drawing_, progress);
  }

  Status show_fast(const Baked& head, const Camera& camera, const RenderOptions& options, Progress& progress,
                   View& view) override {
    return triptych::render_fast(*static_cast<const EngineBaked&>(head).head, camera, options, drawing_,
                                 progress, view);
  }

  Status show_exact(const PreparedHead& head, const Camera& camera, const RenderOptions& options,
                    Progress& progress, View& view) override {
    return triptych::render_exact(head, camera, options, drawing_, progress, view);
  }

  Status draw_fast(const Baked& head, const Camera& camera, const RenderOptions& options,
                   FrameTarget& target) override {
    const auto& own = static_cast<const EngineBaked&>(head);
    if (!own.uploaded) return fail("no GPU renders here");
    return own.gpu->draw_fast(*own.uploaded, camera, options, target);
  }

  Status export_head(const Head& head, const ExportRequest& request, Progress& progress) override {
    return write_export(head, request, working_, progress);
  }

 private:
  // Where nobody asked for one its absence is no notice: no_gpu() says it to who looks.
  void look_for_gpu() {
    if (options_.device == Device::cpu) return;
    auto found = CudaRenderer::create();
    const std::scoped_lock lock(mutex_);
    if (found) {
      gpu_ = std::move(*found);
      has_gpu_ = true;
      return;
    }
    no_gpu_ = "Rendering on the processor: " + found.error().message;
    if (options_.device == Device::cuda) missing_.push_back(no_gpu_);
  }

  [[nodiscard]] std::shared_ptr<CudaRenderer> gpu() const {
    const std::scoped_lock lock(mutex_);
    return gpu_;
  }

  void look_for_cuda() {
    if (options_.device != Device::cuda) return;
    const Status cuda = load_torch_cuda();
    if (cuda) return;
    const std::scoped_lock lock(mutex_);
    missing_.push_back("The networks run on the processor: " + cuda.error().message);
  }

  [[nodiscard]] std::shared_ptr<Editor> editor() const {
    const std::scoped_lock lock(mutex_);
    return editor_;
  }

  // The model as it was opened, without learned styles.
  [[nodiscard]] Result<std::shared_ptr<const Model>> base() const {
    const std::scoped_lock lock(mutex_);
    if (!base_) return fail("there is no model; run scripts/setup, or drop a model package here");
    return base_;
  }

  // `chosen` -1: the largest face.
  Result<std::shared_ptr<const Source>> source_of(const fs::path& path, const Image8& picture, int chosen,
                                                  Progress& progress) {
    TRIPTYCH_TRY(const auto aligner, this->aligner());
    progress.begin("finding the face");
    auto faces = aligner->find(picture);
    if (!faces) return about(path, faces.error());
    TRIPTYCH_CHECK(progress.check());
    auto source = std::make_shared<Source>();
    source->path = path;
    source->face = std::max(chosen, 0);
    const auto index = static_cast<std::size_t>(source->face);
    if (index < faces->size()) {
      TRIPTYCH_TRY(source->portrait, cut_out(path, picture, (*faces)[index]));
    } else {  // the aligner says what is wrong
      auto portrait = aligner->align(picture, {.size = portrait_size(), .face = chosen});
      if (!portrait) return about(path, portrait.error());
      source->portrait = std::move(*portrait);
    }
    source->faces = std::move(*faces);
    Preview preview = make_preview(picture);
    source->preview = std::move(preview.image);
    source->preview_scale = preview.scale;
    return source;
  }

  [[nodiscard]] Result<std::shared_ptr<const FaceAligner>> aligner() const {
    const std::scoped_lock lock(mutex_);
    if (!aligner_)
      return fail("the face models are missing, so no portrait can be opened; run scripts/setup");
    return aligner_;
  }

  [[nodiscard]] int portrait_size() const { return std::max(model().picture_size, 256); }

  [[nodiscard]] Result<Portrait> cut_out(const fs::path& path, const Image8& picture,
                                         const Face& face) const {
    TRIPTYCH_TRY(const auto aligner, this->aligner());
    auto portrait = aligner->align(picture, face, portrait_size());
    if (!portrait) return about(path, portrait.error());
    return portrait;
  }

  const EngineOptions options_;
  ThreadPool drawing_;
  ThreadPool baking_;  // beside drawing_, to which it leaves a core
  ThreadPool working_;
  mutable std::mutex mutex_;
  std::shared_ptr<CudaRenderer> gpu_;  // where there is one, and unless the processor was asked for
  std::atomic<bool> has_gpu_ = false;  // as gpu_ says: device() is asked in every frame and waits for nobody
  std::string no_gpu_;
  std::vector<std::string> missing_;
  std::shared_ptr<const FaceAligner> aligner_;
  std::shared_ptr<const Model> base_;
  std::shared_ptr<Editor> editor_;  // of the base model with the learned styles
  StylePreview preview_;
};

}  // namespace

std::unique_ptr<Services> make_engine_services(const EngineOptions& options) {
  return std::make_unique<EngineServices>(options);
}

}  // namespace triptych::app
