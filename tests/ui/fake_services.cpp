#include "fake_services.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <thread>

#include "core/atomic_file.h"
#include "fake_styles.h"
#include "head/tri_file.h"
#include "image/picture.h"
#include "image/resample.h"
#include "state/engine_export.h"
#include "state/preview.h"
#include "support/analytic_head.h"

namespace triptych::test {
namespace {

constexpr int quick_samples = 16;  // a third of the real march: the head is simple

struct FakeBaked final : app::Baked {
  explicit FakeBaked(std::shared_ptr<const BakedHead> head_) : head(std::move(head_)) {}
  std::shared_ptr<const BakedHead> head;
};

// Moves the colours of the front plane (logits behind the features and the depth) towards one that the words
// choose.
Head tinted(const Head& head, const std::string& words) {
  Head result = head;
  result.info.prompt = words;
  const std::size_t hash = std::hash<std::string>{}(words);
  Plane& front = result.planes[0];
  const auto channels = static_cast<std::size_t>(front.channels);
  for (std::size_t texel = 0; texel * channels < front.texels.size(); ++texel) {
    float* color = &front.texels[(texel + 1) * channels - 4];
    const float grey = (color[0] + color[1] + color[2]) / 3;
    for (std::size_t c = 0; c < 3; ++c) {
      const float shift = static_cast<float>((hash >> (8 * c)) & 255) / 255 * 3 - 1.5F;
      color[c] = 0.3F * color[c] + 0.7F * grey + shift;
    }
  }
  return result;
}

Status take_until_cancelled(Progress& progress) {
  progress.begin("thinking");
  progress.advance(0.25);
  progress.wait_for_cancel();
  return progress.check();
}

// Around the mean of the landmarks.
CropFrame frame_of(const Face& face, float picture_height) {
  CropFrame frame{{0, 0}, picture_height * 0.45F, 0};
  for (const Point2& point : face.landmarks) {
    frame.centre.x += point.x / static_cast<float>(face.landmarks.size());
    frame.centre.y += point.y / static_cast<float>(face.landmarks.size());
  }
  return frame;
}

Result<std::shared_ptr<const app::Source>> make_source(const std::filesystem::path& path,
                                                       const Image8& picture, int face) {
  if (std::ranges::all_of(picture.pixels, [](std::uint8_t value) { return value == 0; })) {
    return fail(path.filename().string() + ": no face found; use a picture with one face and eyes visible");
  }
  auto source = std::make_shared<app::Source>();
  source->path = path;
  app::Preview preview = app::make_preview(picture);
  source->preview = std::move(preview.image);
  source->preview_scale = preview.scale;
  const int count = picture.width > 2 * picture.height ? 2 : 1;
  const auto height = static_cast<float>(picture.height);
  for (int i = 0; i < count; ++i) {
    const float centre =
        static_cast<float>(picture.width) * (static_cast<float>(i) + 0.5F) / static_cast<float>(count);
    Face found{centre - height * 0.25F, height * 0.25F, centre + height * 0.25F, height * 0.75F, 1, {}, {}};
    for (const float y : {0.5F, 0.35F, 0.65F}) {
      for (const float x : {0.0F, 0.15F, -0.15F})
        found.landmarks.push_back({centre + x * height, y * height});
    }
    source->faces.push_back(std::move(found));
  }
  source->face = std::clamp(face, 0, count - 1);
  source->portrait.frame = frame_of(source->faces[static_cast<std::size_t>(source->face)], height);
  source->portrait.rgb = resize(picture, 128, 128);
  source->portrait.mask = ImageF(128, 128, 1, 1.0F);
  source->portrait.camera = plain_head().camera;
  return source;
}

// Looks for the file now and then, which takes no processor from what the test does meanwhile.
void wait_for_file(const std::filesystem::path& file, const Progress& progress) {
  constexpr std::chrono::milliseconds pause{5};
  while (!std::filesystem::exists(file) && !progress.cancelled()) std::this_thread::sleep_for(pause);
}

// Renders by `render`, which takes options, with no more than `most_rows` rows.
template <typename Render>
Result<View> render_small(const RenderOptions& options, int most_rows, Render render) {
  if (options.height <= most_rows) return render(options);
  RenderOptions small = options;
  small.width = std::max(1, options.width * most_rows / options.height);
  small.height = most_rows;
  TRIPTYCH_TRY(View view, render(small));
  for (ImageF* image : {&view.rgb, &view.alpha, &view.depth, &view.normal}) {
    if (!image->empty()) *image = resize(*image, options.width, options.height);
  }
  for (float& alpha : view.alpha.pixels) alpha = std::clamp(alpha, 0.0F, 1.0F);  // resizing overshoots
  return view;
}

}  // namespace

const Head& plain_head() {
  static const Head head = [] {
    AnalyticHeadOptions options;
    options.front_size = 96;
    options.side_size = 64;
    options.hidden = 16;
    return analytic_frustum_head(options);
  }();
  return head;
}

Status FakeServices::load(Progress& progress) {
  progress.begin("reading the weights");
  if (before_load) before_load();
  TRIPTYCH_CHECK(progress.check());
  {
    const std::scoped_lock lock(mutex_);
    faces_ = true;
  }
  if (missing_model)
    return fail("starter.safetensors: the model is missing; run scripts/setup or pass --model");
  static_cast<void>(plain_head());
  const std::scoped_lock lock(mutex_);
  loaded_ = true;
  return {};
}

Status FakeServices::use_model(const std::filesystem::path& package, Progress& progress) {
  TRIPTYCH_CHECK(progress.check());
  const bool folder = std::filesystem::is_directory(package);
  const auto text = read_file(folder ? package / "manifest.json" : package);
  if (!text || *text != fake_package) {
    return fail(package.filename().string() + ": not a model package; manifest.json is missing");
  }
  const std::scoped_lock lock(mutex_);
  model_name_ = package.stem().string();
  loaded_ = true;
  return {};
}

Result<std::vector<std::string>> FakeServices::import_checkpoint(const std::filesystem::path& checkpoint,
                                                                 const std::filesystem::path& package,
                                                                 const std::filesystem::path& /*teacher*/,
                                                                 Progress& progress) {
  progress.begin("reading the checkpoint");
  if (checkpoint.filename().string().starts_with("stubborn")) {
    wait_for_file(checkpoint.parent_path() / "go", Progress());
  }
  TRIPTYCH_CHECK(progress.check());
  TRIPTYCH_CHECK(write_file(package, fake_package));
  return std::vector<std::string>{"Two tensors of the file were not needed"};
}

Result<app::StylePairs> FakeServices::load_pairs(const std::vector<std::filesystem::path>& paths,
                                                 Progress& progress) {
  {
    const std::scoped_lock lock(mutex_);
    if (!faces_) return fail("the face models are missing");
  }
  if (!paths.empty() && paths.front().filename() == "slow") {
    progress.begin("waiting");
    wait_for_file(paths.front() / "go", progress);
    TRIPTYCH_CHECK(take_until_cancelled(progress));
  }
  return load_fake_pairs(paths);
}

Result<std::shared_ptr<app::StyleRun>> FakeServices::learn_style(const std::vector<app::StylePair>& pairs,
                                                                 const app::StyleRunConfig& config,
                                                                 Progress& progress) {
  TRIPTYCH_CHECK(progress.check());
  if (std::ranges::none_of(pairs, &app::StylePair::keep)) return fail("none of the pairs is kept");
  return std::make_shared<FakeRun>(config, FakeLearning{learning_turn, learning_notices, before_info});
}

Result<app::LearnedStyle> FakeServices::load_style(const std::filesystem::path& path) {
  return load_fake_style(path);
}

Status FakeServices::save_style(const std::filesystem::path& path, const app::LearnedStyle& style) {
  return save_fake_style(path, style);
}

Status FakeServices::use_styles(const std::vector<app::LearnedStyle>& styles) {
  const std::scoped_lock lock(mutex_);
  styles_.clear();
  for (const app::LearnedStyle& style : styles) styles_.push_back(style.name);
  return {};
}

Result<std::shared_ptr<const Edit>> FakeServices::edit_with(const app::LearnedStyle& style,
                                                            const Portrait& portrait, Progress& progress) {
  return edit(portrait, {style.name, std::nullopt}, progress);
}

ModelInfo FakeServices::model() const {
  const std::scoped_lock lock(mutex_);
  ModelInfo info;
  if (!loaded_) return info;
  info.name = model_name_;
  info.hash = fake_model_hash;
  info.view_range = view_range;
  info.takes_text = info.takes_reference = true;
  info.limits = {"It paints heads and shapes none.", "Its ears are those of an ellipsoid."};
  for (const char* name : {"bronze statue", "marble bust", "green elf", "clown", "zombie", "oil painting"}) {
    info.styles.push_back({name, {}});
  }
  for (const std::string& name : styles_) info.styles.push_back({name, {}});
  return info;
}

Result<Image8> FakeServices::load_image(const std::filesystem::path& path) const {
  TRIPTYCH_TRY(Picture picture, load_picture(path));
  return std::move(picture.rgb);
}

Result<std::shared_ptr<const app::Source>> FakeServices::open_picture(const std::filesystem::path& path,
                                                                      Progress& progress) {
  progress.begin("finding the face");
  TRIPTYCH_TRY(const Picture picture, load_picture(path));
  return make_source(path, picture.rgb, 0);
}

Result<std::shared_ptr<const app::Source>> FakeServices::choose_face(const app::Source& source, int face,
                                                                     Progress& /*progress*/) {
  TRIPTYCH_TRY(const Image8 picture, app::read_again(source));
  return make_source(source.path, picture, face);
}

Result<std::shared_ptr<const app::Source>> FakeServices::correct_landmarks(
    const app::Source& source, const std::vector<Point2>& landmarks, Progress& /*progress*/) {
  TRIPTYCH_TRY(const Image8 picture, app::read_again(source));
  auto corrected = std::make_shared<app::Source>(source);
  Face& face = corrected->faces[static_cast<std::size_t>(source.face)];
  face.landmarks = landmarks;
  corrected->corrected = true;
  corrected->portrait.frame = frame_of(face, static_cast<float>(picture.height));
  return corrected;
}

Result<std::shared_ptr<const Edit>> FakeServices::edit(const Portrait& /*portrait*/, const Prompt& prompt,
                                                       Progress& progress) {
  if (missing_model) return fail("there is no model; run scripts/setup or pass --model");
  progress.begin("encoding the prompt");
  if (prompt.text.starts_with("slow")) TRIPTYCH_CHECK(take_until_cancelled(progress));
  if (prompt.text == "nonsense")
    return fail("\"nonsense\" is not a style this model knows; try \"bronze statue\"");
  auto edit = std::make_shared<Edit>();
  edit->reconstruction = plain_head();
  edit->edited =
      prompt.empty() ? plain_head() : tinted(plain_head(), prompt.reference ? "reference" : prompt.text);
  if (prompt.text.starts_with("as ")) edit->understood = prompt.text.substr(3);
  edit->times_ms = {{"picture", 3}, {"prompt", 1}, {"triplane", 2}};
  const std::scoped_lock lock(mutex_);
  for (Head* head : {&edit->reconstruction, &edit->edited}) {
    head->info.model_name = model_name_;
    head->info.model_hash = fake_model_hash;
  }
  ++edits;
  return edit;
}

Result<Head> FakeServices::load_head(const std::filesystem::path& path) {
  return triptych::load_head(path);
}

Result<std::shared_ptr<const app::Baked>> FakeServices::bake(const Head& head, Progress& progress) {
  if (before_bake) before_bake(progress);
  TRIPTYCH_TRY(auto baked, triptych::bake(head, baking_pool_, progress));
  auto result = std::make_shared<FakeBaked>(std::move(baked));
  result->on_gpu = gpu;
  return result;
}

Status FakeServices::draw_fast(const app::Baked& /*head*/, const Camera& /*camera*/,
                               const RenderOptions& /*options*/, FrameTarget& /*target*/) {
  return fail("this GPU draws nothing");
}

Result<View> FakeServices::render_fast(const app::Baked& head, const Camera& camera,
                                       const RenderOptions& options, Progress& progress) {
  return render_small(options, most_rows, [&](const RenderOptions& small) {
    return triptych::render_fast(*static_cast<const FakeBaked&>(head).head, camera, small, pool_, progress);
  });
}

Result<View> FakeServices::render_exact(const Head& head, const Camera& camera, const RenderOptions& options,
                                        Progress& progress) {
  if (before_exact) before_exact();
  RenderOptions quick = options;
  quick.coarse_samples = std::min(options.coarse_samples, quick_samples);
  quick.importance_samples = std::min(options.importance_samples, quick_samples);
  if (options.super_resolution && head.super_resolution != nullptr) {
    super_resolved_rows.push_back(options.height);
    quick.super_resolution = false;
  }
  return render_small(quick, most_rows, [&](const RenderOptions& small) {
    return triptych::render_exact(head, camera, small, pool_, progress);
  });
}

Status FakeServices::export_head(const Head& head, const app::ExportRequest& request, Progress& progress) {
  using Kind = app::ExportRequest::Kind;
  if (request.kind == Kind::picture) {
    RenderOptions small{.width = 96, .height = 96};  // of the size asked for it would take seconds
    const bool transparent = request.transparent && app::keeps_alpha(request.path);
    small.background = transparent ? Vec3{} : request.background;
    TRIPTYCH_TRY(const View view, render_exact(head, request.camera, small, progress));
    const Image8 picture = transparent ? app::with_alpha(view, true) : to_bytes(view.rgb);
    return save_picture(request.path, resize(picture, request.size, request.size), request.text);
  }
  if (request.kind != Kind::video) return app::write_export(head, request, pool_, progress);
  if (request.path.filename().string().starts_with("slow")) {
    TRIPTYCH_TRY(const AtomicFile unfinished, AtomicFile::create(request.path));
    return take_until_cancelled(progress);
  }
  return write_file(request.path, std::to_string(request.cameras.size()) + " cameras");
}

}  // namespace triptych::test
