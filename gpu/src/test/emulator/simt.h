// CUDA's language on the processor, as far as the kernels here use it: a block's threads are fibers of
// one thread, and what a warp or a block does together waits for all that take part. Slow, exact and
// deterministic; blocks run one after the other.
#pragma once
#include <math.h>
#include <stdint.h>
#include <string.h>

#include <algorithm>
#include <functional>
#include <type_traits>

#define __device__
#define __global__
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __shared__ static

struct uint2 {
    uint32_t x, y;
};
struct uint4 {
    uint32_t x, y, z, w;
};
struct float2 {
    float x, y;
};
struct float4 {
    float x, y, z, w;
};
struct dim3 {
    uint32_t x, y, z;
};

inline uint2 make_uint2(uint32_t x, uint32_t y) { return {x, y}; }
inline uint4 make_uint4(uint32_t x, uint32_t y, uint32_t z, uint32_t w) { return {x, y, z, w}; }
inline float2 make_float2(float x, float y) { return {x, y}; }
inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }

extern dim3 threadIdx, blockIdx, blockDim, gridDim;

namespace simt {
// Waits for the block's threads.
void syncBlock();
// Leaves words for the warp and waits for it; then the words of any lane can be read until the second
// next time.
void exchange(const uint32_t* words, int count);
const uint32_t* wordsOf(int lane);
int lane();
// Shared memory that a launch asks for.
extern char* shared;
void launch(dim3 grid, uint32_t threads, uint32_t sharedBytes, const std::function<void()>& thread);
}  // namespace simt

inline void __syncthreads() { simt::syncBlock(); }
inline void __threadfence() {}
inline void __syncwarp() { simt::exchange(nullptr, 0); }

template <typename T>
T fromLane(T value, int source) {
    uint32_t words[2] = {0, 0};
    memcpy(words, &value, sizeof(T));
    simt::exchange(words, 2);
    T other;
    memcpy(&other, simt::wordsOf(source), sizeof(T));
    return other;
}

template <typename T>
T __shfl_xor_sync(uint32_t, T value, int mask) {
    return fromLane(value, simt::lane() ^ mask);
}

template <typename T>
T __shfl_up_sync(uint32_t, T value, int delta) {
    int source = simt::lane() - delta;
    T other = fromLane(value, source < 0 ? simt::lane() : source);
    return source < 0 ? value : other;
}

template <typename T>
T __ldg(const T* p) {
    return *p;
}

inline uint32_t __float_as_uint(float f) {
    uint32_t u;
    memcpy(&u, &f, 4);
    return u;
}
inline float __uint_as_float(uint32_t u) {
    float f;
    memcpy(&f, &u, 4);
    return f;
}
inline int __float_as_int(float f) { return (int) __float_as_uint(f); }
inline int __float2int_rn(float f) { return (int) nearbyintf(f); }
inline long long __float2ll_rn(float f) { return llrintf(f); }
inline int __ffs(uint32_t u) { return __builtin_ffs((int) u); }
inline int __clzll(long long v) { return v == 0 ? 64 : __builtin_clzll((unsigned long long) v); }

inline uint32_t atomicAdd(uint32_t* at, uint32_t more) {
    uint32_t old = *at;
    *at = old + more;
    return old;
}
inline unsigned long long atomicAdd(unsigned long long* at, unsigned long long more) {
    unsigned long long old = *at;
    *at = old + more;
    return old;
}
inline int atomicMax(int* at, int value) {
    int old = *at;
    *at = std::max(old, value);
    return old;
}
inline uint32_t atomicOr(uint32_t* at, uint32_t bits) {
    uint32_t old = *at;
    *at = old | bits;
    return old;
}

template <typename A, typename B>
std::common_type_t<A, B> min(A a, B b) {
    std::common_type_t<A, B> x = a, y = b;
    return y < x ? y : x;
}
template <typename A, typename B>
std::common_type_t<A, B> max(A a, B b) {
    std::common_type_t<A, B> x = a, y = b;
    return x < y ? y : x;
}

inline uint4 stream(const uint4* p) { return *p; }

inline int dot4(uint32_t a, uint32_t b) {
    int sum = 0;
    for (int i = 0; i < 4; i++) {
        sum += (int) (int8_t) (a >> 8 * i) * (int) (int8_t) (b >> 8 * i);
    }
    return sum;
}

// mma.m16n8k32.row.col.s32.s8.s8.s32, as PTX ISA lays its operands out over lanes.
inline void multiply(
        int (&c)[4], uint32_t a0, uint32_t a1, uint32_t a2, uint32_t a3, uint32_t b0, uint32_t b1) {
    uint32_t words[6] = {a0, a1, a2, a3, b0, b1};
    simt::exchange(words, 6);
    int row = simt::lane() / 4, column = simt::lane() % 4 * 2;
    for (int t = 0; t < 4; t++) {
        const uint32_t* a = simt::wordsOf(row * 4 + t);
        for (int i = 0; i < 2; i++) {
            const uint32_t* b = simt::wordsOf((column + i) * 4 + t);
            c[i] += dot4(a[0], b[4]) + dot4(a[2], b[5]);
            c[2 + i] += dot4(a[1], b[4]) + dot4(a[3], b[5]);
        }
    }
}
