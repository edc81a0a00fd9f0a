#include "model/torch_cuda.h"

#include <ATen/Context.h>
#include <dlfcn.h>

#include <filesystem>
#include <system_error>

namespace triptych {
namespace {

namespace fs = std::filesystem;

Status load() {
  constexpr const char* name = "libtorch_cuda.so";
  // Without the driver LibTorch would name the first of its own libraries that is missing, which helps
  // nobody.
  void* const driver = dlopen("libcuda.so.1", RTLD_LAZY);
  if (driver == nullptr) return fail("no NVIDIA driver is installed");
  dlclose(driver);
  Dl_info torch{};
  if (dladdr(reinterpret_cast<const void*>(&at::globalContext), &torch) == 0 || torch.dli_fname == nullptr) {
    return fail("LibTorch's folder cannot be found");
  }
  const fs::path library = fs::path(torch.dli_fname).parent_path() / name;
  std::error_code ignored;
  if (!fs::exists(library, ignored)) {
    return fail("LibTorch has no CUDA part here: there is no " + std::string(name) + " in " +
                library.parent_path().string());
  }
  // Registers itself with LibTorch, and stays for as long as the program runs.
  if (dlopen(library.c_str(), RTLD_NOW | RTLD_GLOBAL) == nullptr) {
    const char* why = dlerror();
    return fail(std::string("LibTorch's CUDA part does not load (") + (why != nullptr ? why : name) + ")");
  }
  if (!at::globalContext().hasCUDA()) {
    return fail("LibTorch's CUDA part finds no GPU, or no driver that is new enough for it");
  }
  return {};
}

}  // namespace

Status load_torch_cuda() {
  static const Status loaded = load();
  return loaded;
}

}  // namespace triptych
