// The classes that dictionaries of tensors need, and those that are skipped; a pickle may ask for no other.
#pragma once

#include <array>
#include <string_view>

#include "core/safetensors.h"

namespace triptych::pickle {

enum class Class { ordered_dict, tensor, parameter, size, opaque, storage };

struct ClassRow {
  std::string_view name;
  Class what;
  Dtype dtype = Dtype::f32;
};

inline constexpr auto classes = std::to_array<ClassRow>({
    {"collections.OrderedDict", Class::ordered_dict},
    {"torch._utils._rebuild_tensor_v2", Class::tensor},
    {"torch._utils._rebuild_parameter", Class::parameter},
    {"torch.Size", Class::size},
    {"torch.DoubleStorage", Class::storage, Dtype::f64},
    {"torch.FloatStorage", Class::storage, Dtype::f32},
    {"torch.HalfStorage", Class::storage, Dtype::f16},
    {"torch.BFloat16Storage", Class::storage, Dtype::bf16},
    {"torch.LongStorage", Class::storage, Dtype::i64},
    {"torch.IntStorage", Class::storage, Dtype::i32},
    {"torch.ShortStorage", Class::storage, Dtype::i16},
    {"torch.CharStorage", Class::storage, Dtype::i8},
    {"torch.ByteStorage", Class::storage, Dtype::u8},
    {"torch.BoolStorage", Class::storage, Dtype::boolean},
    {"argparse.Namespace", Class::opaque},
    {"numpy.core.multiarray.scalar", Class::opaque},
    {"numpy._core.multiarray.scalar", Class::opaque},
    {"numpy.dtype", Class::opaque},
    {"_codecs.encode", Class::opaque},
});

}  // namespace triptych::pickle
