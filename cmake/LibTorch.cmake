# LibTorch::LibTorch, from the PyPI wheel that scripts/setup unpacks, or from TORCH_DIR / CMAKE_PREFIX_PATH.
# The wheel's own CMake package cannot be used: it insists on a CUDA toolkit and links libraries that we load at run
# time instead.
find_path(TORCH_INCLUDE_DIR torch/csrc/api/include/torch/torch.h
  HINTS ${TORCH_DIR} ${CMAKE_SOURCE_DIR}/.deps/python/torch PATH_SUFFIXES include REQUIRED)
get_filename_component(TORCH_ROOT ${TORCH_INCLUDE_DIR} DIRECTORY)
find_library(TORCH_CPU_LIBRARY torch_cpu HINTS ${TORCH_ROOT}/lib REQUIRED NO_DEFAULT_PATH)
find_library(TORCH_C10_LIBRARY c10 HINTS ${TORCH_ROOT}/lib REQUIRED NO_DEFAULT_PATH)

add_library(LibTorch::c10 SHARED IMPORTED)
set_target_properties(LibTorch::c10 PROPERTIES IMPORTED_LOCATION ${TORCH_C10_LIBRARY})
add_library(LibTorch::LibTorch SHARED IMPORTED)
set_target_properties(LibTorch::LibTorch PROPERTIES IMPORTED_LOCATION ${TORCH_CPU_LIBRARY})
target_include_directories(LibTorch::LibTorch SYSTEM INTERFACE
  ${TORCH_INCLUDE_DIR} ${TORCH_INCLUDE_DIR}/torch/csrc/api/include)
target_link_libraries(LibTorch::LibTorch INTERFACE LibTorch::c10)
# libtorch_cpu names CUDA's runtime library although it never calls it on a CPU; it finds it by its own RPATH.
target_link_options(LibTorch::LibTorch INTERFACE -Wl,--allow-shlib-undefined)
