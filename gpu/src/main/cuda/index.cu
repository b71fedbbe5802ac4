// Making an index: k-means, and assigning and encoding rows. Java: io.omendb.gpu.build.
//
// Centroids lie in panels of 32, a lane of a warp each: component d of lane l of panel p is
// panels[(p * dimension + d) * 32 + l]. A warp works for one vector; each lane compares it with the
// centroid of its own, so nothing passes between lanes until all are compared. Lanes without a
// centroid have an infinite half norm. Dimensions are multiples of 64.
#include "resident.cuh"

__device__ __forceinline__ uint32_t firstWarp() {
    return blockIdx.x * (blockDim.x / WARP) + threadIdx.x / WARP;
}

__device__ __forceinline__ uint32_t warps() {
    return gridDim.x * (blockDim.x / WARP);
}

// A block a vector: rounds of factors and unscaled Hadamard transforms, as ivf/Rotation.java has them.
// Shared memory: the padded vector.
__device__ __forceinline__ void rotateRows(
        const float* vectors, int dimension, int padded, int window, int rounds,
        const float* factors, uint32_t rows, float* into) {
    extern __shared__ uint4 shared[];
    float* v = (float*) shared;
    for (uint32_t row = blockIdx.x; row < rows; row += gridDim.x) {
        for (int d = threadIdx.x; d < padded; d += blockDim.x) {
            v[d] = d < dimension ? vectors[(size_t) row * dimension + d] : 0.0f;
        }
        __syncthreads();
        for (int round = 0; round < rounds; round++) {
            // Each thread touches what it wrote itself, until the transform.
            for (int d = threadIdx.x; d < padded; d += blockDim.x) {
                v[d] *= factors[round * padded + d];
            }
            float* w = v + (round % 2 == 0 ? 0 : padded - window);
            for (int half = 1; half < window; half <<= 1) {
                __syncthreads();
                for (int i = threadIdx.x; i < window / 2; i += blockDim.x) {
                    int low = (i & ~(half - 1)) << 1 | (i & (half - 1));
                    float a = w[low], b = w[low + half];
                    w[low] = a + b;
                    w[low + half] = a - b;
                }
            }
            __syncthreads();
        }
        for (int d = threadIdx.x; d < padded; d += blockDim.x) {
            into[(size_t) row * padded + d] = v[d];
        }
        __syncthreads();
    }
}

extern "C" __global__ void __launch_bounds__(256) rotate(
        const float* vectors, int dimension, int padded, int window, int rounds,
        const float* factors, uint32_t rows, float* into) {
    rotateRows(vectors, dimension, padded, window, rounds, factors, rows, into);
}

// Puts a score among the best of a lane, which are in descending order.
template <int TOP>
__device__ __forceinline__ void keep(float (&best)[TOP], int (&at)[TOP], float score, int lane) {
    if (!(score > best[TOP - 1])) {
        return;
    }
    best[TOP - 1] = score;
    at[TOP - 1] = lane;
#pragma unroll
    for (int i = TOP - 1; i > 0; i--) {
        if (best[i] > best[i - 1]) {
            float s = best[i];
            best[i] = best[i - 1];
            best[i - 1] = s;
            int a = at[i];
            at[i] = at[i - 1];
            at[i - 1] = a;
        }
    }
}

// The nearest TOP lanes of each row among the panels of its groups: highest x.c - |c|^2 / 2.
// `order` names the rows, null for all in order; `groups` has `groupsEach` groups for each, -1 for
// none, null for group 0. What is not found is -1.
template <int TOP>
__device__ __forceinline__ void nearestLanes(
        const float* vectors, int dimension, const uint32_t* order, uint32_t rows,
        const int* groups, int groupsEach, const int* firstPanels, const float* panels,
        const float* halfNorms, int* into) {
    int lane = threadIdx.x % WARP;
    for (uint32_t i = firstWarp(); i < rows; i += warps()) {
        const float4* x = (const float4*) (vectors + (size_t) (order ? order[i] : i) * dimension);
        float best[TOP];
        int at[TOP];
#pragma unroll
        for (int t = 0; t < TOP; t++) {
            best[t] = -INFINITY;
            at[t] = -1;
        }
        for (int g = 0; g < groupsEach; g++) {
            int group = groups ? groups[(size_t) i * groupsEach + g] : 0;
            if (group < 0) {
                continue;
            }
            for (int panel = firstPanels[group]; panel < firstPanels[group + 1]; panel++) {
                const float* c = panels + (size_t) panel * dimension * WARP + lane;
                float p0 = 0, p1 = 0, p2 = 0, p3 = 0;
                for (int d = 0; d < dimension; d += 4) {
                    float4 v = x[d / 4];
                    p0 = fmaf(v.x, c[(d + 0) * WARP], p0);
                    p1 = fmaf(v.y, c[(d + 1) * WARP], p1);
                    p2 = fmaf(v.z, c[(d + 2) * WARP], p2);
                    p3 = fmaf(v.w, c[(d + 3) * WARP], p3);
                }
                keep<TOP>(
                        best, at, (p0 + p1) + (p2 + p3) - halfNorms[panel * WARP + lane],
                        panel * WARP + lane);
            }
        }
#pragma unroll
        for (int t = 0; t < TOP; t++) {
            float highest = best[0];
            int where = at[0];
            for (int m = 16; m > 0; m >>= 1) {
                float other = __shfl_xor_sync(FULL, highest, m);
                int otherAt = __shfl_xor_sync(FULL, where, m);
                // Ties go to the lower lane, so that all lanes agree.
                if (other > highest || (other == highest && otherAt < where)) {
                    highest = other;
                    where = otherAt;
                }
            }
            if (lane == 0) {
                into[(size_t) i * TOP + t] = where;
            }
            if (where >= 0 && at[0] == where) {
#pragma unroll
                for (int u = 0; u + 1 < TOP; u++) {
                    best[u] = best[u + 1];
                    at[u] = at[u + 1];
                }
                best[TOP - 1] = -INFINITY;
                at[TOP - 1] = -1;
            }
        }
    }
}

extern "C" __global__ void __launch_bounds__(256) nearestCentroid(
        const float* vectors, int dimension, const uint32_t* order, uint32_t rows,
        const int* groups, int groupsEach, const int* firstPanels, const float* panels,
        const float* halfNorms, int* into) {
    nearestLanes<1>(
            vectors, dimension, order, rows, groups, groupsEach, firstPanels, panels, halfNorms,
            into);
}

extern "C" __global__ void __launch_bounds__(256) nearestThree(
        const float* vectors, int dimension, const uint32_t* order, uint32_t rows,
        const int* groups, int groupsEach, const int* firstPanels, const float* panels,
        const float* halfNorms, int* into) {
    nearestLanes<3>(
            vectors, dimension, order, rows, groups, groupsEach, firstPanels, panels, halfNorms,
            into);
}

// A warp a lane: copies the vector of a row, if there is one, into its place.
__device__ __forceinline__ void placeCentroid(
        const float* vector, int dimension, uint32_t at, float* panels, float* halfNorms) {
    int lane = threadIdx.x % WARP;
    float* c = panels + (size_t) (at / WARP) * dimension * WARP + at % WARP;
    float squares = 0;
    for (int d = lane; d < dimension; d += WARP) {
        float value = vector ? vector[d] : 0.0f;
        c[(size_t) d * WARP] = value;
        squares = fmaf(value, value, squares);
    }
    squares = warpSum(squares);
    if (lane == 0) {
        halfNorms[at] = vector ? squares / 2 : INFINITY;
    }
}

// Vectors into panels. -1 where a lane has none.
extern "C" __global__ void __launch_bounds__(256) placeCentroids(
        const float* vectors, int dimension, const int* rowOfLane, uint32_t lanes, float* panels,
        float* halfNorms) {
    for (uint32_t at = firstWarp(); at < lanes; at += warps()) {
        int row = rowOfLane[at];
        placeCentroid(
                row < 0 ? nullptr : vectors + (size_t) row * dimension, dimension, at, panels,
                halfNorms);
    }
}

// Sums of the rows of each lane, in units so small that they are whole numbers: their sum is the same
// in whatever order they come. |component| * scale is below 2^31, so 2^32 rows fit.
extern "C" __global__ void __launch_bounds__(256) sumRows(
        const float* vectors, int dimension, const uint32_t* order, uint32_t rows,
        const int* laneOf, float scale, unsigned long long* sums, uint32_t* counts) {
    int lane = threadIdx.x % WARP;
    for (uint32_t i = firstWarp(); i < rows; i += warps()) {
        const float* x = vectors + (size_t) order[i] * dimension;
        uint32_t to = laneOf[i];
        for (int d = lane; d < dimension; d += WARP) {
            atomicAdd(
                    &sums[(size_t) to * dimension + d],
                    (unsigned long long) __float2ll_rn(x[d] * scale));
        }
        if (lane == 0) {
            atomicAdd(&counts[to], 1u);
        }
    }
}

// A warp a lane: its centroid moves to the mean of its rows; one without rows goes to some row of its
// group, whose rows are order[range.x] to order[range.x + range.y], exclusive. Lanes whose range is
// empty have no centroid.
extern "C" __global__ void __launch_bounds__(256) moveCentroids(
        const float* vectors, int dimension, const uint32_t* order, const uint2* rangeOfLane,
        uint32_t lanes, const unsigned long long* sums, const uint32_t* counts, double unit,
        uint32_t seed, float* panels, float* halfNorms) {
    int lane = threadIdx.x % WARP;
    for (uint32_t at = firstWarp(); at < lanes; at += warps()) {
        uint2 range = rangeOfLane[at];
        if (range.y == 0) {
            continue;
        }
        if (counts[at] == 0) {
            // Any mix of bits will do; this one is the finalizer of MurmurHash3.
            uint32_t h = seed ^ at;
            h = (h ^ h >> 16) * 0x85ebca6bu;
            h = (h ^ h >> 13) * 0xc2b2ae35u;
            h ^= h >> 16;
            placeCentroid(
                    vectors + (size_t) order[range.x + h % range.y] * dimension, dimension, at,
                    panels, halfNorms);
            continue;
        }
        double share = unit / counts[at];
        float* c = panels + (size_t) (at / WARP) * dimension * WARP + at % WARP;
        float squares = 0;
        for (int d = lane; d < dimension; d += WARP) {
            float value = (float) ((double) (long long) sums[(size_t) at * dimension + d] * share);
            c[(size_t) d * WARP] = value;
            squares = fmaf(value, value, squares);
        }
        squares = warpSum(squares);
        if (lane == 0) {
            halfNorms[at] = squares / 2;
        }
    }
}

// Panels into rows: the centroid of lane laneOf[i] becomes row i.
extern "C" __global__ void __launch_bounds__(256) collectCentroids(
        const float* panels, int dimension, const int* laneOf, uint32_t count, float* into) {
    int lane = threadIdx.x % WARP;
    for (uint32_t i = firstWarp(); i < count; i += warps()) {
        const float* c =
                panels + (size_t) (laneOf[i] / WARP) * dimension * WARP + laneOf[i] % WARP;
        for (int d = lane; d < dimension; d += WARP) {
            into[(size_t) i * dimension + d] = c[(size_t) d * WARP];
        }
    }
}

// RaBitQ codes of residuals, a warp a row: the signs as kernel/BitCodeKernel.java orders them, the
// squared norm, and twice that over the sum of absolutes. laneOf becomes the number of the list.
extern "C" __global__ void __launch_bounds__(256) encodeResiduals(
        const float* rotated, int dimension, uint32_t rows, const int* listInLane,
        const float* centroids, int* laneOf, uint32_t* entries) {
    int lane = threadIdx.x % WARP;
    int words = dimension / 32;
    for (uint32_t row = firstWarp(); row < rows; row += warps()) {
        const float* x = rotated + (size_t) row * dimension;
        int list = listInLane[laneOf[row]];
        const float* c = centroids + (size_t) list * dimension;
        uint32_t* entry = entries + (size_t) row * (words + 2);
        float squares = 0, absolutes = 0;
        for (int d = lane; d < dimension; d += WARP) {
            float r = x[d] - c[d];
            squares = fmaf(r, r, squares);
            absolutes += fabsf(r);
        }
        squares = warpSum(squares);
        absolutes = warpSum(absolutes);
        // Bit b of a group of 128 (64) components is that of component b % 8 * 16 + b / 8 (4).
        for (int w = lane; w < words; w += WARP) {
            int group = w / 4 * 128;
            int bits = dimension - group >= 128 ? 8 : 4;
            uint32_t word = 0;
            for (int b = 0; b < 32; b++) {
                int bit = w % 4 * 32 + b;
                int d = group + bit % bits * 16 + bit / bits;
                word |= (~__float_as_uint(x[d] - c[d]) >> 31) << b;
            }
            entry[w] = word;
        }
        __syncwarp();
        if (lane == 0) {
            entry[words] = __float_as_uint(squares);
            entry[words + 1] =
                    __float_as_uint(absolutes > 0 ? 2 * squares / absolutes : 0.0f);
            laneOf[row] = list;
        }
        __syncwarp();
    }
}
