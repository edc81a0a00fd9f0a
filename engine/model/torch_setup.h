// What a program sets up once, before it uses any model.
#pragma once

namespace triptych {

// Call at the start of main(), before other threads exist: `threads` of LibTorch (0: as many as the machine
// has), and an allocator that keeps big blocks instead of giving them back after every layer (a convolution
// is twice as fast so). Precision of matrix products stays at fp32.
void set_up_torch(int threads = 0);

// The CPU multiplies bf16 in hardware; without it bf16 is slower than fp32.
[[nodiscard]] bool cpu_has_bf16() noexcept;

}  // namespace triptych
