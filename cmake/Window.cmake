# What the window needs: GLFW from Debian, glad's loader and Dear ImGui unpacked by scripts/setup (third_party/imgui.sh).
# Sets TRIPTYCH_WINDOW to OFF, with a line that says what is missing, where something is not there.
find_package(glfw3 3.3 QUIET)
find_package(Freetype QUIET)
set(IMGUI_ROOT ${CMAKE_SOURCE_DIR}/.deps/imgui CACHE PATH "Folder with imgui/, implot/ and portable_file_dialogs/")
set(GLAD_ROOT ${CMAKE_SOURCE_DIR}/.deps/glad CACHE PATH "glad's generated loader: include/ and src/gl.c")

set(window_missing)
if(NOT glfw3_FOUND)
  list(APPEND window_missing "GLFW (libglfw3-dev)")
endif()
if(NOT FREETYPE_FOUND)
  list(APPEND window_missing "FreeType (libfreetype-dev)")
endif()
if(NOT EXISTS ${IMGUI_ROOT}/imgui/imgui.h OR NOT EXISTS ${IMGUI_ROOT}/implot/implot.h OR NOT EXISTS ${IMGUI_ROOT}/portable_file_dialogs/portable_file_dialogs.h)
  list(APPEND window_missing "Dear ImGui in ${IMGUI_ROOT} (scripts/setup)")
endif()
if(NOT EXISTS ${GLAD_ROOT}/src/gl.c)
  list(APPEND window_missing "glad in ${GLAD_ROOT} (scripts/setup)")
endif()
if(window_missing)
  list(JOIN window_missing ", " window_missing)
  message(STATUS "No window: missing ${window_missing}")
  set(TRIPTYCH_WINDOW OFF)
  return()
endif()

add_library(glad STATIC ${GLAD_ROOT}/src/gl.c)
target_include_directories(glad SYSTEM PUBLIC ${GLAD_ROOT}/include)

set(imgui ${IMGUI_ROOT}/imgui)
add_library(imgui STATIC
  ${imgui}/imgui.cpp ${imgui}/imgui_draw.cpp ${imgui}/imgui_tables.cpp ${imgui}/imgui_widgets.cpp
  ${imgui}/imgui_stacklayout.cpp ${imgui}/misc/cpp/imgui_stdlib.cpp ${imgui}/misc/freetype/imgui_freetype.cpp
  ${imgui}/backends/imgui_impl_glfw.cpp ${imgui}/backends/imgui_impl_opengl3.cpp)
target_include_directories(imgui SYSTEM PUBLIC ${imgui} ${imgui}/backends ${imgui}/misc/cpp
  ${IMGUI_ROOT}/portable_file_dialogs)
target_compile_definitions(imgui PUBLIC IMGUI_ENABLE_FREETYPE IMGUI_DISABLE_OBSOLETE_FUNCTIONS GLFW_INCLUDE_NONE)
target_link_libraries(imgui PUBLIC glfw Freetype::Freetype ${CMAKE_DL_LIBS})

# Its templates only for the one type that is plotted here.
add_library(implot STATIC ${IMGUI_ROOT}/implot/implot.cpp ${IMGUI_ROOT}/implot/implot_items.cpp)
target_include_directories(implot SYSTEM PUBLIC ${IMGUI_ROOT}/implot)
target_compile_definitions(implot PRIVATE "IMPLOT_CUSTOM_NUMERIC_TYPES=(double)")
target_link_libraries(implot PUBLIC imgui)
