#include "core/guarded.h"

#include <exception>
#include <new>
#include <string>

namespace triptych {

Error error_of_exception() {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return {"out of memory; close other programs or ask for a smaller size", {}, ErrorCode::out_of_memory};
  } catch (const std::exception& exception) {
    return {std::string("unexpected failure: ") + exception.what(), {}, ErrorCode::failed};
  } catch (...) {
    return {"unexpected failure of a library", {}, ErrorCode::failed};
  }
}

}  // namespace triptych
