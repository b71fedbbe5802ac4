// Exact k nearest neighbours in two passes over 8-bit codes.
//
// A row x and a query q are held as codes c (8 bits a component) times a scale, with known errors:
// |x - s c| and |q - s' c'|. The inner product of codes, on tensor cores, is then x.q up to
// |x - s c| |q| + |s c| |q - s' c'| (Cauchy-Schwarz), so that each row has a lower and an upper bound
// of its score. `sample` takes the upper bounds of some tiles of rows: the k-th smallest of their
// minima, found by `threshold`, is a score that k rows are sure to reach. `scan` reads all codes and
// puts down rows whose lower bound reaches it; `finish` (select.cu) compares those exactly. A quarter
// of the bytes are read that the float vectors have, and the answer is that of comparing all of them.
#include "resident.cuh"

#ifndef AHEAD_FROM
#define AHEAD_FROM 4
#endif

#ifndef OMEN_EMULATED
__device__ __forceinline__ void multiply(
        int (&c)[4], uint32_t a0, uint32_t a1, uint32_t a2, uint32_t a3, uint32_t b0, uint32_t b1) {
#if __CUDA_ARCH__ >= 800
    asm(
        "mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, "
        "{%0,%1,%2,%3};"
        : "+r"(c[0]), "+r"(c[1]), "+r"(c[2]), "+r"(c[3])
        : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
#else
    asm(
        "mma.sync.aligned.m8n8k16.row.col.s32.s8.s8.s32 {%0,%1}, {%2}, {%3}, {%0,%1};"
        : "+r"(c[0]), "+r"(c[1]) : "r"(a0), "r"(b0));
    asm(
        "mma.sync.aligned.m8n8k16.row.col.s32.s8.s8.s32 {%0,%1}, {%2}, {%3}, {%0,%1};"
        : "+r"(c[0]), "+r"(c[1]) : "r"(a2), "r"(b1));
    asm(
        "mma.sync.aligned.m8n8k16.row.col.s32.s8.s8.s32 {%0,%1}, {%2}, {%3}, {%0,%1};"
        : "+r"(c[2]), "+r"(c[3]) : "r"(a1), "r"(b0));
    asm(
        "mma.sync.aligned.m8n8k16.row.col.s32.s8.s8.s32 {%0,%1}, {%2}, {%3}, {%0,%1};"
        : "+r"(c[2]), "+r"(c[3]) : "r"(a3), "r"(b1));
#endif
}
#endif

// What a lane holds of a tile's codes, 64 components of 32 rows.
struct Words {
    uint4 x0, y0, x1, y1;
};

__device__ __forceinline__ Words load(const uint4* codes, int blocks, int b, int lane) {
    const uint4* low = codes + b * BLOCK_WORDS + lane;
    const uint4* high = low + blocks * BLOCK_WORDS;
    return {stream(low), stream(low + WARP), stream(high), stream(high + WARP)};
}

// Inner products of a tile's 32 rows and NT x 8 queries. Lane l holds rows l/4 + {0, 8, 16, 24} and,
// of every 8 queries, l%4 * 2 + {0, 1}.
template <int NT>
__device__ __forceinline__ void add(
        const Words& w, const uint4* queries, int blocks, int b, int lane, int (&acc)[2][NT][4]) {
#pragma unroll
    for (int n = 0; n < NT; n++) {
        uint4 q = queries[(n * blocks + b) * WARP + lane];
        multiply(acc[0][n], w.x0.x, w.y0.x, w.x0.y, w.y0.y, q.x, q.y);
        multiply(acc[1][n], w.x1.x, w.y1.x, w.x1.y, w.y1.y, q.x, q.y);
        multiply(acc[0][n], w.x0.z, w.y0.z, w.x0.w, w.y0.w, q.z, q.w);
        multiply(acc[1][n], w.x1.z, w.y1.z, w.x1.w, w.y1.w, q.z, q.w);
    }
}

template <int NT>
__device__ __forceinline__ void clear(int (&acc)[2][NT][4]) {
#pragma unroll
    for (int n = 0; n < NT; n++) {
#pragma unroll
        for (int i = 0; i < 4; i++) {
            acc[0][n][i] = 0;
            acc[1][n][i] = 0;
        }
    }
}

template <int NT>
__device__ __forceinline__ void products(
        const uint4* codes, int blocks, const uint4* queries, int lane, int (&acc)[2][NT][4]) {
    clear<NT>(acc);
#pragma unroll(NT <= 4 ? 2 : 1)
    for (int b = 0; b < blocks; b++) {
        add<NT>(load(codes, blocks, b, lane), queries, blocks, b, lane, acc);
    }
}

// The same, with the words of the next block, or at last those of the next tile, on their way while
// the present ones are multiplied. Where warps are few, nothing else hides how long that takes.
template <int NT>
__device__ __forceinline__ void productsAhead(
        Words& words, const uint4* codes, const uint4* next, int blocks, const uint4* queries,
        int lane, int (&acc)[2][NT][4]) {
    clear<NT>(acc);
#pragma unroll 1
    for (int b = 0; b < blocks; b++) {
        bool last = b + 1 == blocks;
        Words ahead = load(last ? next : codes, blocks, last ? 0 : b + 1, lane);
        add<NT>(words, queries, blocks, b, lane, acc);
        words = ahead;
    }
}

__device__ __forceinline__ const uint4* codesOf(const Segment* s, uint32_t tile, int blocks) {
    return s->codes + (size_t) (tile - s->firstTile) * 2 * blocks * BLOCK_WORDS;
}

template <int NT>
__device__ __forceinline__ void loadQueries(
        uint4* into, const uint4* queryCodes, int group, int groupQueries, int queries, int blocks) {
    int words = NT * blocks * WARP;
    const uint4* from = queryCodes + (size_t) group * words;
    // Query codes are padded to whole eights, not to whole groups.
    int present = ((min(queries - group * groupQueries, groupQueries) + 7) / 8) * blocks * WARP;
    for (int i = threadIdx.x; i < words; i += blockDim.x) {
        into[i] = i < present ? from[i] : make_uint4(0, 0, 0, 0);
    }
}

// Rows that may be among the nearest. Blocks beside each other take the same tiles for other queries,
// so that codes come from memory once and from the L2 cache afterwards.
template <int NT, bool AHEAD>
__device__ __forceinline__ void scanTiles(
        const Segment* segments, int blocks, const uint4* queryCodes,
        const Query* queryConstants, int queries, int groups, const Bounds* boundsAt, int l2,
        const float* thresholds, const uint64_t* sequences, const uint32_t* limits,
        const uint32_t* const* filters, uint2* candidates, uint32_t* counts, uint32_t capacity) {
    extern __shared__ uint4 shared[];
    __shared__ float4 constants[NT * 8];
    int group = blockIdx.x % groups;
    loadQueries<NT>(shared, queryCodes, group, NT * 8, queries, blocks);
    Bounds bounds = *boundsAt;
    for (int i = threadIdx.x; i < NT * 8; i += blockDim.x) {
        int q = group * NT * 8 + i;
        float4 c = make_float4(0, -INFINITY, INFINITY, 0);
        if (q < queries) {
            Query query = queryConstants[q];
            c.x = query.scale;
            // A row stays when its lower bound is at most the threshold: in one multiplication each,
            // product + spread >= inverse * z + weight. Weights round in proportion to products.
            float threshold = thresholds[q];
            c.y = spread(bounds, query);
            c.z = offset(l2, query) - threshold - rounding(l2, query)
                    - ROUNDING * (isinf(threshold) ? 0.0f : fabsf(threshold));
        }
        constants[i] = c;
    }
    __syncthreads();

    int lane = threadIdx.x % WARP;
    uint32_t warps = blockDim.x / WARP;
    uint32_t step = gridDim.x / groups * warps;
    uint32_t tiles = bounds.tiles;
    uint32_t tile = blockIdx.x / groups * warps + threadIdx.x / WARP;
    if (tile >= tiles) {
        return;
    }
    uint32_t segment = segmentOf(segments, 0, tile);
    const uint4* codes = codesOf(segments + segment, tile, blocks);
    Words words;
    if (AHEAD) {
        words = load(codes, blocks, 0, lane);
    }
    while (tile < tiles) {
        const Segment* s = segments + segment;
        uint32_t own = tile - s->firstTile;
        uint32_t nextTile = tile + step;
        uint32_t nextSegment = segment;
        const uint4* next = codes;
        if (nextTile < tiles) {
            nextSegment = segmentOf(segments, segment, nextTile);
            next = codesOf(segments + nextSegment, nextTile, blocks);
        }
        float2 scale[4];
#pragma unroll
        for (int r = 0; r < 4; r++) {
            scale[r] = __ldg(s->scales + (size_t) own * TILE_ROWS + r * 8 + lane / 4);
        }
        int acc[2][NT][4];
        if (AHEAD) {
            productsAhead<NT>(words, codes, next, blocks, shared, lane, acc);
        } else {
            products<NT>(codes, blocks, shared, lane, acc);
        }
        float weight[4];
#pragma unroll
        for (int r = 0; r < 4; r++) {
            weight[r] = scale[r].y * (1.0f - ROUNDING);
        }
#pragma unroll
        for (int n = 0; n < NT; n++) {
            float4 even = constants[n * 8 + lane % 4 * 2];
            float4 odd = constants[n * 8 + lane % 4 * 2 + 1];
            uint32_t passed = 0;
#pragma unroll
            for (int r = 0; r < 4; r++) {
                int a = acc[r / 2][n][r % 2 * 2];
                int b = acc[r / 2][n][r % 2 * 2 + 1];
                bool first = fmaf((float) a, even.x, even.y) >= fmaf(scale[r].x, even.z, weight[r]);
                bool second = fmaf((float) b, odd.x, odd.y) >= fmaf(scale[r].x, odd.z, weight[r]);
                passed |= (first ? 1u << (2 * r) : 0) | (second ? 2u << (2 * r) : 0);
            }
            // Rare, so small rather than fast: unrolled, this would push the loop out of the
            // instruction cache.
#pragma unroll 1
            while (passed != 0) {
                int i = __ffs(passed) - 1;
                passed &= passed - 1;
                int product = acc[0][n][0];
#pragma unroll
                for (int r = 0; r < 4; r++) {
                    product = i == 2 * r ? acc[r / 2][n][r % 2 * 2] : product;
                    product = i == 2 * r + 1 ? acc[r / 2][n][r % 2 * 2 + 1] : product;
                }
                uint32_t row = i / 2 * 8 + lane / 4;
                uint32_t q = group * NT * 8 + n * 8 + lane % 4 * 2 + i % 2;
                bool matches = filters == nullptr || filters[q] == nullptr
                        || (__ldg(filters[q] + tile) >> row & 1);
                matches = matches && tile * TILE_ROWS + row < limits[q];
                if (matches && !isDead(s, own * TILE_ROWS + row, sequences[q])) {
                    uint32_t at = atomicAdd(counts + q, 1);
                    if (at < capacity) {
                        candidates[(size_t) q * capacity + at] =
                                make_uint2(tile * TILE_ROWS + row, (uint32_t) product);
                    }
                }
            }
        }
        tile = nextTile;
        segment = nextSegment;
        codes = next;
    }
}

// The smallest upper bound in each of some tiles, evenly spread: minima[q * sampled + i].
template <int NT>
__device__ __forceinline__ void sampleTiles(
        const Segment* segments, uint32_t segmentCount, uint32_t sampled, int blocks,
        const uint4* queryCodes, const Query* queryConstants, int queries, int groups,
        const Bounds* boundsAt, int l2, const uint32_t* limits, const uint32_t* const* filters,
        float* minima) {
    extern __shared__ uint4 shared[];
    __shared__ float4 constants[NT * 8];
    int group = blockIdx.x % groups;
    loadQueries<NT>(shared, queryCodes, group, NT * 8, queries, blocks);
    Bounds bounds = *boundsAt;
    for (int i = threadIdx.x; i < NT * 8; i += blockDim.x) {
        int q = group * NT * 8 + i;
        float4 c = make_float4(0, 0, 0, 0);
        if (q < queries) {
            Query query = queryConstants[q];
            c.x = query.scale;
            c.y = spread(bounds, query);
            c.z = offset(l2, query) + rounding(l2, query);
        }
        constants[i] = c;
    }
    __syncthreads();

    int lane = threadIdx.x % WARP;
    uint32_t warps = blockDim.x / WARP;
    uint32_t step = gridDim.x / groups * warps;
    for (uint32_t i = blockIdx.x / groups * warps + threadIdx.x / WARP; i < sampled; i += step) {
        uint32_t tile = (uint32_t) ((uint64_t) i * bounds.tiles / sampled);
        // Where there are fewer tiles than samples, as while the last segment is filling, some tiles
        // come up again. Their best rows must not count twice: the bound would be that of fewer rows.
        bool again = i > 0 && tile == (uint32_t) ((uint64_t) (i - 1) * bounds.tiles / sampled);
        const Segment* s = segments + findSegment(segments, segmentCount, tile);
        uint32_t own = tile - s->firstTile;
        float2 scale[4];
#pragma unroll
        for (int r = 0; r < 4; r++) {
            scale[r] = __ldg(s->scales + (size_t) own * TILE_ROWS + r * 8 + lane / 4);
        }
        // Whoever is dead to some readers is left out for all: a bound needs k rows, not all rows.
        uint32_t live = ~s->dead[own];
        int acc[2][NT][4];
        products<NT>(
                s->codes + (size_t) own * 2 * blocks * BLOCK_WORDS, blocks, shared, lane, acc);
#pragma unroll
        for (int n = 0; n < NT; n++) {
#pragma unroll
            for (int c = 0; c < 2; c++) {
                int q = group * NT * 8 + n * 8 + lane % 4 * 2 + c;
                float4 constant = constants[n * 8 + lane % 4 * 2 + c];
                uint32_t word = live;
                uint32_t limit = q < queries ? limits[q] : 0;
                if (limit < (tile + 1) * TILE_ROWS) {
                    word = limit <= tile * TILE_ROWS ? 0 : word & ((1u << limit % TILE_ROWS) - 1);
                }
                if (filters != nullptr && q < queries && filters[q] != nullptr) {
                    word &= __ldg(filters[q] + tile);
                }
                float least = INFINITY;
#pragma unroll
                for (int r = 0; r < 4; r++) {
                    float product = (float) acc[r / 2][n][r % 2 * 2 + c] * constant.x;
                    float upper = upperBound(scale[r], product, constant.y) + constant.z;
                    if (word >> (r * 8 + lane / 4) & 1) {
                        least = fminf(least, upper);
                    }
                }
                least = fminf(least, __shfl_xor_sync(FULL, least, 4));
                least = fminf(least, __shfl_xor_sync(FULL, least, 8));
                least = fminf(least, __shfl_xor_sync(FULL, least, 16));
                if (lane < 4 && q < queries) {
                    minima[(size_t) q * sampled + i] = again ? INFINITY : least;
                }
            }
        }
    }
}

#define ENTRIES(N, NT, THREADS, MIN_BLOCKS)                                                         \
    extern "C" __global__ void __launch_bounds__(THREADS, MIN_BLOCKS) scan_##N(                     \
            const Segment* segments, int blocks, const uint4* queryCodes,                           \
            const Query* queryConstants, int queries, int groups, const Bounds* bounds, int l2,     \
            const float* thresholds, const uint64_t* sequences, const uint32_t* limits,             \
            const uint32_t* const* filters, uint2* candidates, uint32_t* counts,                    \
            uint32_t capacity) {                                                                    \
        scanTiles<NT, (NT >= AHEAD_FROM)>(                                                                              \
                segments, blocks, queryCodes, queryConstants, queries, groups, bounds, l2,          \
                thresholds, sequences, limits, filters, candidates, counts, capacity);              \
    }                                                                                               \
    extern "C" __global__ void __launch_bounds__(THREADS, MIN_BLOCKS) sample_##N(                   \
            const Segment* segments, uint32_t segmentCount, uint32_t sampled, int blocks,           \
            const uint4* queryCodes, const Query* queryConstants, int queries, int groups,          \
            const Bounds* bounds, int l2, const uint32_t* limits, const uint32_t* const* filters,   \
            float* minima) {                                                                        \
        sampleTiles<NT>(                                                                            \
                segments, segmentCount, sampled, blocks, queryCodes, queryConstants, queries,       \
                groups, bounds, l2, limits, filters, minima);                                       \
    }

// Threads of a block and blocks a multiprocessor: with few queries, memory is what counts, so many
// warps with few registers; with many, the tensor cores, so few warps with many results each. Groups
// of 128 queries, with 8 warps a multiprocessor, were slower than of 64.
ENTRIES(8, 1, 256, 4)
ENTRIES(16, 2, 256, 3)
ENTRIES(32, 4, 256, 2)
ENTRIES(64, 8, 256, 2)
