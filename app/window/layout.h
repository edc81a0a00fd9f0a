// Where the panels are until the user moves them.
#pragma once

#include "window/ui.h"

namespace triptych::app {

// Draws the menu bar, the status bar, the dock space with every panel, dialogs and overlays: one whole frame.
void draw_interface(Ui& ui);

}  // namespace triptych::app
