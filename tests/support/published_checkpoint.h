// Checkpoints as the authors publish them, with every name and shape. Small ones: all tensors are views of
// one storage of half-precision numbers. And one as large as theirs.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "core/atomic_file.h"
#include "core/safetensors.h"
#include "support/formula.h"
#include "support/torch_file.h"

namespace triptych::test {

using CheckpointTable = std::vector<FormulaTensor>;

// What 3dpe.pt holds; without the prompt's branch, what a Live3D checkpoint holds.
inline CheckpointTable published_tensors(bool with_prompt) {
  CheckpointTable table = formula_table(TRIPTYCH_SOURCE_DIR "/tests/fixtures/reference/state_dict.tsv");
  if (!with_prompt)
    std::erase_if(table, [](const auto& entry) { return entry.name.starts_with("Ref_encoder."); });
  return table;
}

// Element i of the shared storage, small enough that the network stays finite.
inline float stored_value(std::int64_t i) {
  static const std::uint64_t hash = fnv1a("storage");
  return half_to_float(float_to_half(0.05F * formula_value(hash, static_cast<std::uint64_t>(i))));
}

inline std::int64_t elements(const FormulaTensor& entry) {
  std::int64_t count = 1;
  for (const std::int64_t length : entry.shape) count *= length;
  return count;
}

inline std::int64_t largest_tensor(const CheckpointTable& table) {
  std::int64_t largest = 0;
  for (const FormulaTensor& entry : table) largest = std::max(largest, elements(entry));
  return largest;
}

inline void add_state_dict(PickleWriter& p, const CheckpointTable& table, const std::string& part,
                           std::int64_t storage) {
  p.text(part + "_state_dict").begin_ordered_dict();
  for (const FormulaTensor& entry : table) {
    if (entry.part != part) continue;
    p.text(entry.name)
        .tensor({.storage = "7",
                 .type = "HalfStorage",
                 .storage_elements = storage,
                 .shape = entry.shape,
                 .strides = row_major(entry.shape)});
  }
  p.end_ordered_dict();
}

// `optimiser`: so many fp32 numbers of an optimiser's state are in the file too.
inline void write_checkpoint(const std::filesystem::path& path, const CheckpointTable& table,
                             std::int64_t optimiser = 0) {
  const std::int64_t largest = largest_tensor(table);
  std::string storage(static_cast<std::size_t>(largest) * 2, '\0');
  for (std::int64_t i = 0; i < largest; ++i) {
    const std::uint16_t half = float_to_half(stored_value(i));
    std::memcpy(storage.data() + 2 * i, &half, 2);
  }
  PickleWriter p;
  p.begin_dict().text("step").integer(1).text("discriminator_state").begin_ordered_dict().end_ordered_dict();
  p.text("opts").global("argparse", "Namespace").raw(")\x81");
  p.begin_dict().text("lr").integer(1).end_dict().raw("b");
  p.text("encoder_optimizer").begin_dict().text("exp_avg");
  p.tensor({.storage = "9", .storage_elements = optimiser, .shape = {optimiser}, .strides = {1}}).end_dict();
  add_state_dict(p, table, "encoder", largest);
  add_state_dict(p, table, "renderer", largest);
  const std::string state(static_cast<std::size_t>(optimiser) * 4, '\0');
  const std::string file = torch_file(p.end_dict().finish(), {{"7", storage}, {"9", state}});
  ASSERT_TRUE(write_file(path, file));
}

// 684 MB: every tensor has a storage of its own, of fp32 numbers by formula.
inline void write_formula_checkpoint(const std::filesystem::path& path) {
  const CheckpointTable table = published_tensors(true);
  PickleWriter p;
  p.begin_dict();
  for (const std::string part : {"encoder", "renderer"}) {
    p.text(part + "_state_dict").begin_ordered_dict();
    for (std::size_t i = 0; i < table.size(); ++i) {
      const FormulaTensor& entry = table[i];
      if (entry.part != part) continue;
      p.text(entry.name)
          .tensor({.storage = std::to_string(i),
                   .storage_elements = elements(entry),
                   .shape = entry.shape,
                   .strides = row_major(entry.shape)});
    }
    p.end_ordered_dict();
  }
  ZipWriter zip;
  zip.add("archive/data.pkl", p.end_dict().finish());
  for (std::size_t i = 0; i < table.size(); ++i) {
    const at::Tensor values = formula_tensor(table[i]).contiguous();
    zip.add("archive/data/" + std::to_string(i),
            {static_cast<const char*>(values.data_ptr()), values.nbytes()});
  }
  zip.add("archive/version", "3\n");
  ASSERT_TRUE(write_file(path, zip.finish()));
}

}  // namespace triptych::test
