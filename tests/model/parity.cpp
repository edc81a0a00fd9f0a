#include "model/parity.h"

#include "model/reference/specs.h"
#include "support/formula.h"

namespace triptych::test {
namespace {

const std::string fixtures = TRIPTYCH_SOURCE_DIR "/tests/fixtures/reference/";

nn::Weights fill(const std::vector<nn::TensorSpec>& specs) {
  std::map<std::string, FormulaTensor> table;
  for (FormulaTensor& entry : formula_table(fixtures + "state_dict.tsv")) table[entry.name] = entry;
  nn::Weights weights;
  for (const nn::TensorSpec& spec : specs) {
    at::Tensor tensor = formula_tensor(table.at(reference::file_name_of(spec.name)));
    weights.set(spec.name, tensor.dim() == 4 ? tensor.contiguous(at::MemoryFormat::ChannelsLast) : tensor);
  }
  return weights;
}

}  // namespace

const nn::Weights& formula_encoder() {
  static const nn::Weights weights = fill(reference::encoder_specs(true));
  return weights;
}

const nn::Weights& formula_renderer() {
  static const nn::Weights weights = fill(reference::renderer_specs());
  return weights;
}

at::Tensor expected(const std::string& name) {
  static const SafetensorsReader reader = SafetensorsReader::open(fixtures + "expected.safetensors").value();
  return nn::copy_tensor(reader.find(name).value()).to(at::kFloat);
}

double relative_rms(const at::Tensor& actual, const at::Tensor& wanted, at::Tensor reference) {
  if (!reference.defined()) reference = wanted;
  const at::Tensor difference = (actual.to(at::kDouble) - wanted.to(at::kDouble)).square().mean().sqrt();
  return (difference / reference.to(at::kDouble).std()).item<double>();
}

void expect_map(const at::Tensor& map, const std::string& name, double tolerance) {
  const at::Tensor wanted = expected(name);
  const at::Tensor sampled = map[0].slice(1, 0, at::nullopt, 8).slice(2, 0, at::nullopt, 8);
  ASSERT_EQ(sampled.sizes(), wanted.sizes()) << name;
  const double rms = relative_rms(sampled, wanted);
  const double rms_of_means = relative_rms(map[0].mean({1, 2}), expected(name + ".mean"), wanted);
  ::testing::Test::RecordProperty(name, std::to_string(rms));
  std::printf("%-14s %.2e  means %.2e\n", name.c_str(), rms, rms_of_means);
  EXPECT_LT(rms, tolerance) << name;
  EXPECT_LT(rms_of_means, tolerance) << name;
}

}  // namespace triptych::test
