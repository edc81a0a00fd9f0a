// What a pickle asks to be made: the allowed classes by name, storages, and tensors as views of them.
#pragma once

#include "model/pickle_stack.h"

namespace triptych::pickle {

// Stack with the objects of pickle_classes.h; anything else is refused.
class Objects : protected Stack {
 protected:
  using Stack::Stack;

  // The class `name` of `module`.
  Value global(std::string_view module, std::string_view name);
  // Of a persistent id ("storage", torch.FloatStorage, "0", "cpu", 64): the entry data/0 with 64 numbers.
  Value storage(Value id);
  // What the call `what(*arguments)` gives; nothing is called.
  Value build(Value what, Value arguments);

 private:
  // _rebuild_tensor_v2(storage, offset, shape, strides, requires_grad, hooks)
  Value tensor(const std::vector<Value>& items);
};

}  // namespace triptych::pickle
