#!/usr/bin/env bash
# Runs a program on a display of its own, SCREEN (1400x1000) pixels large: under_xvfb.sh PROGRAM [ARGUMENT...]. Without
# Xvfb or xdotool it says so and ends with 77, which ctest shows as skipped.
set -u
for tool in Xvfb xdotool; do
  command -v "$tool" >/dev/null || { echo "skipped: $tool is not installed"; exit 77; }
done
ready=$(mktemp)
exec 9>"$ready"
# -r: no key repeats; a busy machine would hold keys for longer than a person does.
Xvfb -displayfd 9 -screen 0 "${SCREEN:-1400x1000}x24" -nolisten tcp -r -noreset >/dev/null 2>&1 &
server=$!
exec 9>&-
trap 'kill $server 2>/dev/null; rm -f "$ready"' EXIT
while [ ! -s "$ready" ]; do
  kill -0 $server 2>/dev/null || { echo "skipped: Xvfb does not start here"; exit 77; }
  read -rt 0.05 <> <(:) || true
done
export DISPLAY=:$(head -1 "$ready") LIBGL_ALWAYS_SOFTWARE=1
"$@"
