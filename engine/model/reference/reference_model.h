// The published networks behind the interface of every model: kinds "3dpe" (a picture and a reference
// picture) and "live3d" (a picture alone).
#pragma once

#include <memory>

#include "core/error.h"
#include "model/model.h"
#include "model/package.h"

namespace triptych::reference {

[[nodiscard]] Result<std::shared_ptr<const Model>> open_reference_model(const Package& package,
                                                                        const ModelOptions& options);

}  // namespace triptych::reference
