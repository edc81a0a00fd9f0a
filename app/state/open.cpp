// Everything that comes in: drop, menu, command line, paste and recent files all end in App::open.
#include <algorithm>
#include <utility>

#include "core/folder.h"
#include "core/suffix.h"
#include "state/app.h"
#include "state/open_batch.h"
#include "state/preview.h"
#include "state/session_file.h"

namespace triptych::app {

namespace fs = std::filesystem;

namespace {

// Whole, as sessions keep it and open it from other folders. A package in a folder is the folder, which
// dialogs of the desktop do not give: they give its manifest.
fs::path whole_path(const fs::path& named) {
  std::error_code error;
  const fs::path path = fs::absolute(named, error);
  const bool manifest = path.filename() == "manifest.json" && fs::is_regular_file(path, error);
  return manifest || !path.has_filename() ? path.parent_path() : path;
}

}  // namespace

void App::open(const std::vector<fs::path>& files) {
  const auto batch = std::make_shared<OpenBatch>(notices, files.size());
  for (const fs::path& file : files) open_one(file, batch);
  open_head_of(batch);
}

void App::open_one(const fs::path& named, const std::shared_ptr<OpenBatch>& batch) {
  std::error_code error;
  const fs::path path = whole_path(named);
  if (!fs::exists(path, error)) {
    batch->errors.push_back({named.filename().string() + ": there is no such file; was it moved or deleted?",
                             {},
                             ErrorCode::failed});
    return;
  }
  const std::string suffix = lower_suffix(path);
  const bool folder = fs::is_directory(path, error);
  if (folder && !fs::exists(path / "manifest.json", error)) {
    adapting.open_pairs({path});
    remember(path);  // at once: its pairs may have to wait for the model
  } else if (folder || suffix == ".safetensors" || suffix == ".package") {
    open_weights(path, batch);
  } else if (suffix == ".pt" || suffix == ".pth" || suffix == ".ckpt" || suffix == ".pkl") {
    if (batch->checkpoint) return batch->left.push_back(path);
    batch->checkpoint = true;
    checkpoint = path;
  } else {
    batch->heads.push_back(path);
  }
}

// The first that opens is shown; one that does not makes room for the next.
void App::open_head_of(const std::shared_ptr<OpenBatch>& batch) {
  if (batch->heads.empty()) return;
  const fs::path path = batch->heads.front();
  batch->heads.pop_front();
  const std::string suffix = lower_suffix(path);
  if (suffix == ".tri") {
    open_head(path, batch);
  } else if (suffix == ".triptych") {
    open_session(path, batch);
  } else {
    open_picture(path, batch);
  }
}

void App::not_opened(const Error& error, const fs::path& path, const std::shared_ptr<OpenBatch>& batch) {
  if (error.code == ErrorCode::cancelled) return batch->heads.clear();
  batch->add(error, path);
  open_head_of(batch);
}

void App::model_opened(const fs::path& path) {
  model_failed = false;
  model_changed();
  if (!shelf.styles().empty()) shelf.use();
  remember(path);
  notices.add(Notice::Kind::success, "Now using the model " + model.name);
}

// A style or a package: only the file says which, and it is read by the job.
void App::open_weights(const fs::path& path, const std::shared_ptr<OpenBatch>& batch) {
  struct Weights {
    std::optional<LearnedStyle> style;
    bool used = false;  // else it is a package behind another of the batch
  };
  edits.submit(
      "Opening " + path.filename().string(), "",
      [this, path, batch](Progress& progress) -> Result<Weights> {
        if (is_style_file(path)) {
          TRIPTYCH_TRY(LearnedStyle style, services.load_style(path));
          return Weights{std::move(style)};
        }
        if (batch->model.exchange(true)) return Weights{};
        TRIPTYCH_CHECK(services.use_model(path, progress));
        return Weights{std::nullopt, true};
      },
      [this, path, batch](Result<Weights> weights) {
        if (!weights) return batch->add(weights.error(), path);
        if (weights->used) return model_opened(path);
        if (!weights->style) return batch->left.push_back(path);
        const Status taken = shelf.take_in(std::move(*weights->style));
        if (!taken) batch->add(taken.error(), path);
      });
}

fs::path App::package_file(const fs::path& name) {
  std::error_code error;
  const std::string suffix = lower_suffix(name);
  const bool folder = !name.has_filename() || fs::is_directory(name, error);
  if (folder || suffix == ".safetensors" || suffix == ".package") return name;
  return fs::path(name) += ".safetensors";
}

void App::import_checkpoint(const fs::path& name, const fs::path& teacher) {
  if (!checkpoint) return;
  imports.submit(
      "Importing " + checkpoint->filename().string(), "",
      [this, from = *checkpoint, package = package_file(name), teacher](Progress& progress) {
        std::error_code ignored;
        fs::create_directories(package.parent_path(), ignored);
        return services.import_checkpoint(from, package, teacher, progress);
      },
      [this, package = package_file(name)](const Result<std::vector<std::string>>& sentences) {
        if (!sentences) return notices.add(sentences.error());
        for (const std::string& sentence : *sentences) notices.add(Notice::Kind::information, sentence);
        open({package});
      });
  checkpoint.reset();
}

void App::open_picture(const fs::path& path, const std::shared_ptr<OpenBatch>& batch) {
  using Outcome = Result<Opened>;
  edits.submit(
      "Turning " + path.filename().string() + " into a head", "",
      [this, path](Progress& progress) -> Outcome {
        TRIPTYCH_TRY(auto source, services.open_picture(path, progress));
        TRIPTYCH_TRY(auto edit, services.edit(source->portrait, {}, progress));
        return Opened{std::move(source), std::move(edit)};
      },
      [this, path, batch](Outcome opened) {
        if (!opened) return not_opened(opened.error(), path, batch);
        begin_scene(std::move(*opened), path);
      });
}

void App::open_head(const fs::path& path, const std::shared_ptr<OpenBatch>& batch) {
  edits.submit(
      "Opening " + path.filename().string(), "", [this, path](Progress&) { return services.load_head(path); },
      [this, path, batch](Result<Head> head) {
        if (!head) return not_opened(head.error(), path, batch);
        auto edit = std::make_shared<Edit>();
        edit->reconstruction = *head;
        edit->edited = std::move(*head);
        begin_scene({nullptr, std::move(edit)}, path);
      });
}

void App::open_session(const fs::path& path, const std::shared_ptr<OpenBatch>& batch) {
  edits.submit(
      "Opening " + path.filename().string(), "",
      [this, path](Progress&) { return load_session(path, services); },
      [this, path, batch](Result<Session> session) {
        if (!session) return not_opened(session.error(), path, batch);
        show_session(std::move(*session), path);
      });
}

void App::begin_scene(const Opened& opened, const fs::path& path) {
  Scene next;
  next.path = scene().path;
  next.source = opened.source;
  if (opened.source == nullptr) next.head_path = path;
  auto variant = std::make_shared<Variant>();
  variant->id = next_variant_++;
  const std::string& made_by = opened.edit->edited.info.prompt;
  variant->label = opened.source ? "Original" : (made_by.empty() ? path.stem().string() : made_by);
  variant->edit = opened.edit;
  variant->generation = model_generation;
  next.history.push_back(variant);
  next.current = 0;
  look_from_its_camera(*opened.edit);
  edit_times_ms = opened.edit->times_ms;
  act_opening(std::move(next), "Open " + path.filename().string());
  make_thumbnail(variant->id, variant->edit);
  std::error_code error;
  if (!fs::equivalent(path.parent_path(), options.assets / "portraits", error)) remember(path);
}

void App::look_from_its_camera(const Edit& edit) {
  const Orbit orbit = orbit_of(edit.reconstruction.camera);
  OrbitController::Pose pose;
  pose.yaw = orbit.yaw_degrees;
  pose.pitch = orbit.pitch_degrees;
  view.orbit.set_home(pose);
  view.orbit.reset();
}

void App::open_reference(const fs::path& path) {
  references.submit(
      "Opening the reference " + path.filename().string(), "reference",
      [this, path](Progress&) -> Result<std::shared_ptr<const Image8>> {
        TRIPTYCH_TRY(const Image8 image, services.load_image(path));
        return make_preview(image).image;  // as much as any model looks at
      },
      [this, path](const Result<std::shared_ptr<const Image8>>& image) {
        if (!image) {
          references.cancel_key("prompt");  // it was meant with this picture
          return notices.add(image.error());
        }
        draft.reference = *image;
        draft.reference_name = path.filename().string();
        preferences.remember_reference(path);
        save_preferences();
      });
}

void App::open_references(const std::vector<fs::path>& files) {
  if (files.empty()) return;
  open_reference(files.front());
  if (files.size() == 1) return;
  notices.add(Notice::Kind::information,
              "A prompt takes one reference picture: " + files.front().filename().string() + " is used");
}

void App::show_welcome() {
  for (const fs::path& path : list_folder(options.assets / "portraits").value_or(std::vector<fs::path>{})) {
    const std::string suffix = lower_suffix(path);
    if (suffix == ".png" || suffix == ".jpg") return open({path});
  }
}

}  // namespace triptych::app
