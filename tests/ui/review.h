// Pictures of every main state of the window, to be looked at.
#pragma once

#include "photographer.h"

namespace triptych::test {

// Dark and light, at 100 and 200 %; false where a state was not reached.
[[nodiscard]] bool review(Photographer& p);

}  // namespace triptych::test
