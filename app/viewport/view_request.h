// When to ask the renderer for what: a new request when anything that shows has changed, "moving" while a
// drag goes on and shortly after, then once more when all is still.
#pragma once

#include "state/app.h"

namespace triptych::app {

// `width`, `height`: pixels of the room for a picture; `now`: seconds of any steady clock. Returns whether
// the view still settles, so that the caller comes again soon.
bool update_request(App& app, float width, float height, double now);

// The GPU could not draw a frame into the window, for this reason: tells it once, and asks for what is shown
// again, as pictures.
void go_on_without_gpu(App& app, const Error& reason);

// What is on the screen is the last word on what the document and the camera are now.
[[nodiscard]] bool settled(const App& app);

}  // namespace triptych::app
