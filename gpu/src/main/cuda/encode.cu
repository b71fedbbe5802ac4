// Brings vectors and queries into the form that scan.cu reads.
#include "resident.cuh"

__device__ __forceinline__ float warpMax(float v) {
    for (int m = 16; m > 0; m >>= 1) {
        v = fmaxf(v, __shfl_xor_sync(FULL, v, m));
    }
    return v;
}

__device__ __forceinline__ float warpSum(float v) {
    for (int m = 16; m > 0; m >>= 1) {
        v += __shfl_xor_sync(FULL, v, m);
    }
    return v;
}

// Not zero, so that vectors of zeros have codes too.
#define SCALE_MIN 1e-30f

// The code of a component. |component| <= 127 scale but for rounding.
__device__ __forceinline__ int code(float component, float inverse) {
    return max(-127, min(127, __float2int_rn(component * inverse)));
}

// Codes a vector with a warp. Returns its scale; the error |v - codes * scale|, the norms |v|^2 and
// |codes * scale|^2 are the same in all lanes.
template <typename Put>
__device__ __forceinline__ float codeVector(
        const float* v, int dimension, int padded, int lane, Put put, float& error, float& squared,
        float& coded) {
    float most = 0;
    for (int d = lane; d < dimension; d += WARP) {
        most = fmaxf(most, fabsf(v[d]));
    }
    float scale = fmaxf(warpMax(most) / 127.0f, SCALE_MIN);
    float inverse = 1.0f / scale;
    float errors = 0, squares = 0, codes = 0;
    for (int d = lane; d < padded; d += WARP) {
        float component = d < dimension ? v[d] : 0;
        int c = code(component, inverse);
        put(d, (int8_t) c);
        float value = c * scale;
        errors = fmaf(component - value, component - value, errors);
        squares = fmaf(component, component, squares);
        codes = fmaf(value, value, codes);
    }
    error = sqrtf(warpSum(errors)) * 1.0001f;
    squared = warpSum(squares);
    coded = warpSum(codes);
    return scale;
}

// Floats that are not negative, as ints.
__device__ __forceinline__ void raise(float* at, float value) {
    atomicMax((int*) at, __float_as_int(value));
}

// A warp a row: codes, and the pair (1 / (2 scale), |x|^2 / (2 scale)) under L2, (1 / scale, 0)
// otherwise, for rows from `first` up to `rows`. From there up to `end` rows are empty: they get
// codes that never pass. Raises the maxima that bound errors.
extern "C" __global__ void __launch_bounds__(256) encode(
        const float* vectors, int stride, int dimension, uint32_t first, uint32_t rows,
        uint32_t end, int l2, int8_t* codes, float2* scales, Bounds* bounds) {
    int lane = threadIdx.x % WARP;
    int blocks = (dimension + BLOCK_COMPONENTS - 1) / BLOCK_COMPONENTS;
    uint32_t step = gridDim.x * (blockDim.x / WARP);
    float errorMax = 0, normMax = 0, squaredMax = 0;
    for (uint32_t row = first + blockIdx.x * (blockDim.x / WARP) + threadIdx.x / WARP; row < end;
            row += step) {
        int8_t* into = codes + (size_t) (row / 16) * blocks * 1024 + row % 16 * 64;
        auto put = [&](int d, int8_t c) { into[(size_t) (d / 64) * 1024 + d % 64] = c; };
        if (row >= rows) {
            for (int d = lane; d < blocks * BLOCK_COMPONENTS; d += WARP) {
                put(d, 0);
            }
            if (lane == 0) {
                scales[row] = make_float2(1, INFINITY);
            }
            continue;
        }
        float error, squared, coded;
        float scale = codeVector(
                vectors + (size_t) row * stride, dimension, blocks * BLOCK_COMPONENTS, lane, put,
                error, squared, coded);
        if (lane == 0) {
            float inverse = 1.0f / scale;
            scales[row] = l2 ? make_float2(0.5f * inverse, 0.5f * inverse * squared)
                             : make_float2(inverse, 0);
            errorMax = fmaxf(errorMax, error * inverse);
            normMax = fmaxf(normMax, sqrtf(coded) * inverse);
            // Not fmaxf, which drops NaN.
            squaredMax = squared <= squaredMax ? squaredMax : squared;
        }
    }
    if (lane == 0) {
        raise(&bounds->error, errorMax * 1.0001f);
        raise(&bounds->norm, normMax * 1.0001f);
        raise(&bounds->squaredNorm, squaredMax * 1.0001f);
    }
}

// A warp a query.
extern "C" __global__ void __launch_bounds__(256) prepare(
        const float* queries, int stride, int dimension, int count, int8_t* codes, Query* constants,
        uint32_t* counts) {
    int lane = threadIdx.x % WARP;
    int q = blockIdx.x * (blockDim.x / WARP) + threadIdx.x / WARP;
    int blocks = (dimension + BLOCK_COMPONENTS - 1) / BLOCK_COMPONENTS;
    if (q >= (count + 7) / 8 * 8) {
        return;
    }
    int8_t* into = codes + (size_t) (q / 8) * blocks * 512 + q % 8 * 64;
    auto put = [&](int d, int8_t c) { into[(size_t) (d / 64) * 512 + d % 64] = c; };
    if (q >= count) {
        for (int d = lane; d < blocks * BLOCK_COMPONENTS; d += WARP) {
            put(d, 0);
        }
        return;
    }
    Query constant;
    float coded;
    constant.scale = codeVector(
            queries + (size_t) q * stride, dimension, blocks * BLOCK_COMPONENTS, lane, put,
            constant.error, constant.squaredNorm, coded);
    constant.norm = sqrtf(constant.squaredNorm) * 1.0001f;
    if (lane == 0) {
        constants[q] = constant;
        counts[q] = 0;
    }
}
