// What the headers of the march need to be compiled by the host's compiler and by nvcc alike.
#pragma once

#if defined(__CUDACC__)
#define TRIPTYCH_INLINE __host__ __device__ __forceinline__
#define TRIPTYCH_CALLABLE __host__ __device__
#define TRIPTYCH_APART __host__ __device__ __noinline__
#define TRIPTYCH_UNROLL _Pragma("unroll")
#else
// Always inlined: each instruction set compiles these headers with its own flags, and no copy may be shared.
// (The others are templates on the lane type, which are apart anyway; APART keeps a kernel small.)
#define TRIPTYCH_CALLABLE
#define TRIPTYCH_APART
#define TRIPTYCH_INLINE [[gnu::always_inline]] inline
#define TRIPTYCH_UNROLL _Pragma("GCC unroll 16")
#endif
