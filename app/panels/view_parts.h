// What lies around and over the head in the viewport's panel.
#pragma once

#include "window/widgets.h"

namespace triptych::app {

void view_toolbar(Ui& ui);
// With nothing open: what to drop here, and what was open lately.
void empty_view(Ui& ui, ImVec2 size);

// Over the head; `from` and `size` are the room that the view has. The rows of buttons come before the view's
// own item, so that they get the mouse.
void path_row(Ui& ui, ImVec2 from, ImVec2 size);
void welcome_row(Ui& ui, ImVec2 from, ImVec2 size);
void view_hints(Ui& ui, ImVec2 from, ImVec2 size);
// Moves the camera along its path while that is played.
void play_path(Ui& ui);

// A short text on a dark ground; `align` 0: it begins at `at`, 1: it ends there.
void view_label(Ui& ui, ImVec2 at, const char* text, float align);

}  // namespace triptych::app
