#include <array>

#include "train/losses/identity.h"

namespace triptych::train {
namespace {

// Mean embedding of 479 official portraits of different people (members of the US Congress, public domain),
// chips from the landmarks of engine/face. With it removed, the cosine of two strangers is 0 on average
// (deviation 0.18).
constexpr std::array<float, Identity::numbers> mean_embedding{
    -0.09806F, 0.09373F,  0.03401F,  -0.02957F, -0.10016F, -0.00544F, -0.00543F, -0.09762F, 0.12765F,
    -0.06572F, 0.20847F,  -0.04050F, -0.27051F, -0.04141F, -0.01283F, 0.13542F,  -0.14472F, -0.10783F,
    -0.14934F, -0.09282F, 0.00060F,  0.02798F,  0.01840F,  0.01001F,  -0.12441F, -0.29567F, -0.07144F,
    -0.10993F, 0.05439F,  -0.08392F, 0.00048F,  0.04376F,  -0.16876F, -0.05854F, 0.02988F,  0.04656F,
    -0.06070F, -0.05588F, 0.19653F,  -0.00194F, -0.16367F, -0.00043F, 0.04206F,  0.24745F,  0.20911F,
    0.02730F,  0.01720F,  -0.08142F, 0.10404F,  -0.27471F, 0.03750F,  0.13719F,  0.09299F,  0.07472F,
    0.08145F,  -0.14285F, 0.01600F,  0.12633F,  -0.18612F, 0.04613F,  0.05497F,  -0.10544F, -0.05518F,
    -0.05641F, 0.18861F,  0.09754F,  -0.09724F, -0.12422F, 0.18830F,  -0.15526F, -0.03610F, 0.07272F,
    -0.09006F, -0.15827F, -0.27457F, 0.03128F,  0.40129F,  0.13082F,  -0.16299F, 0.00552F,  -0.08227F,
    -0.03180F, 0.04401F,  0.03589F,  -0.07572F, -0.07025F, -0.08689F, 0.02996F,  0.20279F,  -0.06255F,
    0.00095F,  0.20400F,  0.00842F,  -0.01439F, 0.03291F,  0.04932F,  -0.11118F, -0.03276F, -0.09855F,
    -0.02080F, 0.05482F,  -0.11370F, 0.01460F,  0.09357F,  -0.17044F, 0.15190F,  -0.01780F, -0.03067F,
    0.00011F,  -0.03791F, -0.05757F, -0.00792F, 0.18217F,  -0.24032F, 0.20667F,  0.17956F,  -0.01572F,
    0.12113F,  0.04129F,  0.06985F,  -0.02732F, -0.01132F, -0.16318F, -0.10949F, 0.03425F,  -0.02104F,
    0.00831F,  0.02633F};

}  // namespace

at::Tensor mean_face() {
  return at::tensor(at::ArrayRef<float>(mean_embedding.data(), mean_embedding.size()));
}

}  // namespace triptych::train
