// A package of the published network at a sixteenth of its widths, its weights filled by formula: every
// layer, the real sizes of pictures and planes, and quick.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>

#include "model/package.h"
#include "model/reference/specs.h"
#include "support/formula.h"

namespace triptych::test {

struct NarrowPackage {
  bool with_prompt = true;  // false: kind "live3d"
  bool with_teacher = false;
  bool bf16_fails = false;  // to be run in bf16, where its numbers are none
  std::string name = "narrow";
};

// A weight that is finite in fp32 and infinite in bf16, on a channel that is always zero: 0 * inf is not a
// number.
inline void break_in_bf16(const std::string& name, at::Tensor& values) {
  if (name == "low.resnet.conv1.weight") values[0].zero_();
  if (name == "low.resnet.conv1.bias") values[0].fill_(-1);
  if (name == "low.resnet.layer1.0.conv1.weight") values[0][0].fill_(3.4e38);
}

inline void write_narrow_package(const std::filesystem::path& path, const NarrowPackage& what) {
  std::map<std::string, std::string> fills;  // by the file's names
  for (const auto& entry : formula_table(TRIPTYCH_SOURCE_DIR "/tests/fixtures/reference/state_dict.tsv")) {
    fills[entry.name] = entry.fill == "keep" ? "small" : entry.fill;
  }
  std::vector<StreamedTensor> tensors;
  const auto add = [&](const std::vector<nn::TensorSpec>& specs, const std::string& prefix) {
    for (const nn::TensorSpec& spec : specs) {
      const std::string name = reference::file_name_of(spec.name);
      at::Tensor values = formula_tensor({"", prefix + name, spec.shape, fills.at(name)}).contiguous();
      if (what.bf16_fails) break_in_bf16(spec.name, values);
      tensors.push_back({prefix + spec.name, Dtype::f32, spec.shape, [values](const ByteSink& sink) {
                           return sink({static_cast<const std::byte*>(values.data_ptr()), values.nbytes()});
                         }});
    }
  };
  add(reference::encoder_specs(what.with_prompt, reference::narrowest_trunk), "");
  add(reference::renderer_specs(), "");
  if (what.with_teacher) add(reference::encoder_specs(false, reference::narrowest_trunk), "teacher.");
  Manifest manifest{what.with_prompt ? "3dpe" : "live3d", what.name, "1", nlohmann::json::object()};
  manifest.json["sizes"] = {{"trunk", reference::narrowest_trunk}};
  manifest.json["teacher"] = what.with_teacher;
  if (what.bf16_fails) manifest.json["precision"] = "bf16";
  Progress progress;
  const Status written = write_package(path, manifest, std::move(tensors), progress);
  ASSERT_TRUE(written) << written.error().message;
}

}  // namespace triptych::test
