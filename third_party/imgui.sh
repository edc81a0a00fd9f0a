#!/bin/sh
# Unpacks what the window needs from the imgui-bundle source distribution:
#   third_party/imgui.sh imgui_bundle-1.93.0.tar.gz .deps/imgui
# gives .deps/imgui/{imgui,implot,portable_file_dialogs}. The archive comes from
#   pip download --no-deps --no-binary imgui-bundle imgui-bundle==1.93.0
set -eu
archive=$1
out=$2
top=$(tar tzf "$archive" | sed -n '1s,/.*,,p')
rm -rf "$out"
mkdir -p "$out"
imgui=$top/external/imgui/imgui
tar xzf "$archive" -C "$out" --strip-components=3 --wildcards --no-wildcards-match-slash \
  "$imgui/*.cpp" "$imgui/*.h" "$imgui/LICENSE.txt" \
  "$imgui/backends/imgui_impl_glfw.cpp" "$imgui/backends/imgui_impl_glfw.h" \
  "$imgui/backends/imgui_impl_opengl3.cpp" "$imgui/backends/imgui_impl_opengl3.h" \
  "$imgui/backends/imgui_impl_opengl3_loader.h" "$imgui/misc/cpp/*" "$imgui/misc/freetype/*"
tar xzf "$archive" -C "$out" --strip-components=3 --wildcards --no-wildcards-match-slash \
  "$top/external/implot/implot/*.cpp" "$top/external/implot/implot/*.h" "$top/external/implot/implot/LICENSE"
mkdir -p "$out/portable_file_dialogs"
tar xzf "$archive" -C "$out/portable_file_dialogs" --strip-components=8 \
  "$top/external/immvision/immvision/src/immvision/internal/misc/portable_file_dialogs.h"
