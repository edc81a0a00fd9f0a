#include "model/import.h"

#include <memory>

#include "model/checkpoint.h"
#include "model/reference/specs.h"
#include "model/weights.h"

namespace triptych {
namespace {

namespace fs = std::filesystem;
using nn::TensorSpec;

constexpr auto encoder_part = "encoder_state_dict";
constexpr auto renderer_part = "renderer_state_dict";
constexpr auto prompt_prefix = "Ref_encoder.";

// A checkpoint whose tensors have all been checked.
struct Opened {
  std::shared_ptr<const Checkpoint> file;
  bool has_prompt = false;
  Checkpoint::Tensors tensors;  // both parts, by the file's names, which do not collide
  std::vector<std::string> unknown;
};

std::vector<TensorSpec> needed_specs(bool with_prompt, bool with_renderer) {
  std::vector<TensorSpec> specs = reference::encoder_specs(with_prompt);
  if (with_renderer) {
    for (TensorSpec& spec : reference::renderer_specs()) specs.push_back(std::move(spec));
  }
  return specs;
}

// Everything the authors' code saves, by the file's names.
std::vector<TensorSpec> saved_specs(bool with_prompt) {
  std::vector<TensorSpec> specs = needed_specs(with_prompt, true);
  for (TensorSpec& spec : specs) spec.name = reference::file_name_of(spec.name);
  for (const auto& unused : {reference::unused_encoder_specs(), reference::unused_renderer_specs()}) {
    specs.insert(specs.end(), unused.begin(), unused.end());
  }
  return specs;
}

Status check_types(const std::string& name, const Opened& opened) {
  std::string wrong;
  for (const TensorSpec& spec : needed_specs(opened.has_prompt, true)) {
    const std::string in_file = reference::file_name_of(spec.name);
    const Dtype dtype = opened.tensors.find(in_file)->second.dtype;
    const bool number =
        dtype == Dtype::f32 || dtype == Dtype::f16 || dtype == Dtype::bf16 || dtype == Dtype::f64;
    if (!number) wrong += (wrong.empty() ? "" : "; ") + in_file + " is " + std::string(name_of(dtype));
  }
  return wrong.empty() ? Status()
                       : fail(name + ": tensors of whole numbers where fractions are expected (" + wrong +
                              "); save it again with its own types");
}

Result<Opened> open_checked(const fs::path& path) {
  Opened opened;
  TRIPTYCH_TRY(Checkpoint file, Checkpoint::open(path));
  TRIPTYCH_TRY(opened.tensors, file.part(encoder_part));
  TRIPTYCH_TRY(Checkpoint::Tensors renderer, file.part(renderer_part));
  opened.tensors.merge(renderer);
  const auto first = opened.tensors.lower_bound(prompt_prefix);
  opened.has_prompt = first != opened.tensors.end() && first->first.starts_with(prompt_prefix);
  nn::ShapeTable shapes;
  for (const auto& [name, tensor] : opened.tensors) shapes.emplace(name, tensor.shape);
  TRIPTYCH_CHECK(nn::check_tensors(path.string(), shapes, saved_specs(opened.has_prompt), &opened.unknown));
  TRIPTYCH_CHECK(check_types(path.string(), opened));
  opened.file = std::make_shared<const Checkpoint>(std::move(file));
  return opened;
}

void add_tensors(const Opened& opened, const std::vector<TensorSpec>& specs, const std::string& prefix,
                 std::vector<StreamedTensor>& to) {
  for (const TensorSpec& spec : specs) {
    const pickle::TensorRecord record = opened.tensors.find(reference::file_name_of(spec.name))->second;
    to.push_back({.name = prefix + spec.name,
                  .dtype = record.dtype,
                  .shape = record.shape,
                  .produce = [file = opened.file, record](const ByteSink& sink) {
                    return file->stream(record, sink);
                  }});
  }
}

Manifest manifest_of(const fs::path& checkpoint, const Opened& opened, const ImportOptions& options) {
  Manifest manifest{.kind = opened.has_prompt ? "3dpe" : "live3d",
                    .name = checkpoint.stem().string(),
                    .version = "1",
                    .json = nlohmann::json::object()};
  manifest.json["sizes"] = {
      {"picture", 512}, {"reference", 224}, {"triplane", {96, 256, 256}}, {"output", 512}};
  manifest.json["teacher"] = options.teacher.has_value();
  manifest.json["precision"] = options.bf16 ? "bf16" : "fp32";
  manifest.json["source"] = checkpoint.filename().string();
  return manifest;
}

void note_unknown(const fs::path& path, const std::vector<std::string>& unknown,
                  std::vector<std::string>& notices) {
  if (unknown.empty()) return;
  std::string sentence =
      path.string() + ": " + std::to_string(unknown.size()) + " tensors are unknown and left out: ";
  for (std::size_t i = 0; i < unknown.size(); ++i) sentence += (i == 0 ? "" : ", ") + unknown[i];
  notices.push_back(std::move(sentence));
}

}  // namespace

Result<ImportReport> import_checkpoint(const fs::path& checkpoint, const fs::path& package,
                                       const ImportOptions& options, Progress& progress) {
  progress.begin("reading " + checkpoint.filename().string());
  ImportReport report;
  TRIPTYCH_TRY(const Opened student, open_checked(checkpoint));
  std::vector<StreamedTensor> tensors;
  add_tensors(student, needed_specs(student.has_prompt, true), "", tensors);
  note_unknown(checkpoint, student.unknown, report.notices);
  if (options.teacher) {
    const fs::path& teacher = *options.teacher;
    TRIPTYCH_TRY(const Opened opened, open_checked(teacher));
    if (opened.has_prompt) {
      return fail(
          teacher.string() +
              ": is not a Live3D checkpoint (it has a prompt branch); a teacher has none, give another",
          {}, ErrorCode::usage);
    }
    add_tensors(opened, needed_specs(false, false), "teacher.", tensors);
    note_unknown(teacher, opened.unknown, report.notices);
  }
  const Manifest manifest = manifest_of(checkpoint, student, options);
  report.kind = manifest.kind;
  report.tensors = tensors.size();
  TRIPTYCH_CHECK(write_package(package, manifest, std::move(tensors), progress));
  return report;
}

}  // namespace triptych
