// From candidates to the k nearest, compared exactly.
#include "resident.cuh"

#define THREADS 512
#define K_MAX 1024

// A lone query's candidates are for one block, and nothing else runs meanwhile.
#define REFINE_THREADS 1024
#define WARPS_MAX (REFINE_THREADS / WARP)

// Segments whose places are looked up in shared memory.
#define PLACES_MAX 256

// Candidates whose bounds are selected from in shared memory.
#define REFINE_SHARED 8192

// The k-th smallest (from 1) of n keys, 8 bits at a time from the first on in which they differ; all
// threads of the block call it and get the answer. Keys are read a few times, from the L2 cache.
template <typename Key, typename Read>
__device__ Key select(uint32_t n, uint32_t k, Read read) {
    __shared__ uint32_t histogram[256];
    __shared__ uint32_t chosen, before;
    __shared__ Key differing[WARPS_MAX];
    // Neighbours' scores begin with the same bits: counting those would be many threads at one counter.
    Key first = read(0);
    Key differs = 0;
    for (uint32_t i = threadIdx.x; i < n; i += blockDim.x) {
        differs |= read(i) ^ first;
    }
    for (int m = 16; m > 0; m >>= 1) {
        differs |= __shfl_xor_sync(FULL, differs, m);
    }
    if (threadIdx.x % WARP == 0) {
        differing[threadIdx.x / WARP] = differs;
    }
    __syncthreads();
    for (int i = 0; i < blockDim.x / WARP; i++) {
        differs |= differing[i];
    }
    int bits = 64 - __clzll((unsigned long long) differs);
    Key mask = bits == sizeof(Key) * 8 ? (Key) 0 : (Key) ~(Key) 0 << bits;
    Key prefix = first & mask;
    uint32_t left = k;
    while (bits > 0) {
        int shift = max(0, bits - 8);
        uint32_t bins = (1u << (bits - shift)) - 1;
        for (int i = threadIdx.x; i < 256; i += blockDim.x) {
            histogram[i] = 0;
        }
        __syncthreads();
        for (uint32_t i = threadIdx.x; i < n; i += blockDim.x) {
            Key key = read(i);
            if ((key & mask) == prefix) {
                atomicAdd(&histogram[(uint32_t) (key >> shift) & bins], 1);
            }
        }
        __syncthreads();
        if (threadIdx.x < WARP) {
            // A warp finds the bin: eight bins a lane, then within the lane.
            int lane = threadIdx.x;
            uint32_t own = 0;
            for (int i = 0; i < 8; i++) {
                own += histogram[lane * 8 + i];
            }
            uint32_t sum = own;
            for (int m = 1; m < WARP; m <<= 1) {
                uint32_t other = __shfl_up_sync(FULL, sum, m);
                sum += lane >= m ? other : 0;
            }
            uint32_t below = sum - own;
            if (below < left && left <= sum) {
                int bin = lane * 8;
                while (below + histogram[bin] < left) {
                    below += histogram[bin++];
                }
                chosen = bin;
                before = below;
            }
        }
        __syncthreads();
        prefix |= (Key) chosen << shift;
        mask |= (Key) bins << shift;
        left -= before;
        bits = shift;
    }
    __syncthreads();
    return prefix;
}

// Of the tiles' minima the k-th smallest: k rows are sure to have a score of at most that. A block a
// query.
extern "C" __global__ void __launch_bounds__(THREADS) threshold(
        const float* minima, uint32_t sampled, uint32_t k, float* thresholds) {
    const float* own = minima + (size_t) blockIdx.x * sampled;
    float found = INFINITY;
    if (sampled >= k) {
        found = unordered(select<uint32_t>(
                sampled, k, [&](uint32_t i) { return ordered(own[i]); }));
    }
    if (threadIdx.x == 0) {
        thresholds[blockIdx.x] = found;
    }
}

__device__ __forceinline__ float exactScore(
        const float* vector, const float* query, int dimension, int l2, int lane) {
    float sum = 0;
    const float4* v = (const float4*) vector;
    const float4* q = (const float4*) query;
    // Both are padded with zeros to whole fours.
    int fours = (dimension + 3) / 4;
#pragma unroll 8
    for (int d = lane; d < fours; d += WARP) {
        float4 a = __ldg(v + d);
        float4 b = __ldg(q + d);
        if (l2) {
            float x = a.x - b.x, y = a.y - b.y, z = a.z - b.z, w = a.w - b.w;
            sum += x * x + y * y + (z * z + w * w);
        } else {
            sum += a.x * b.x + a.y * b.y + (a.z * b.z + a.w * b.w);
        }
    }
    for (int m = 16; m > 0; m >>= 1) {
        sum += __shfl_xor_sync(FULL, sum, m);
    }
    return l2 ? sum : -sum;
}

// Sorts `size` keys, a power of two up to K_MAX, in shared memory.
__device__ void sort(uint64_t* keys, uint32_t size) {
    for (uint32_t run = 2; run <= size; run <<= 1) {
        for (uint32_t gap = run >> 1; gap > 0; gap >>= 1) {
            __syncthreads();
            for (uint32_t i = threadIdx.x; i < size; i += blockDim.x) {
                uint32_t j = i ^ gap;
                if (j > i) {
                    bool up = (i & run) == 0;
                    uint64_t a = keys[i], b = keys[j];
                    if ((a > b) == up) {
                        keys[i] = b;
                        keys[j] = a;
                    }
                }
            }
        }
    }
    __syncthreads();
}

// The k smallest of n keys in order, as (score, row); fewer than k are followed by (infinity, ~0).
// Ties go to the smaller row. A key is ordered(score) << 32 | row, so no two are the same.
__device__ void putNearest(const uint64_t* keys, uint32_t n, uint32_t k, float* scores, uint32_t* rows) {
    __shared__ uint64_t best[K_MAX];
    __shared__ uint32_t taken;
    uint32_t found = min(n, k);
    uint64_t last = ~0ull;
    if (n > K_MAX) {
        last = select<uint64_t>(n, found, [&](uint32_t i) { return keys[i]; });
    }
    uint32_t size = 1;
    while (size < (n > K_MAX ? found : n)) {
        size <<= 1;
    }
    for (uint32_t i = threadIdx.x; i < size; i += blockDim.x) {
        best[i] = ~0ull;
    }
    if (threadIdx.x == 0) {
        taken = 0;
    }
    __syncthreads();
    for (uint32_t i = threadIdx.x; i < n; i += blockDim.x) {
        uint64_t key = keys[i];
        if (key <= last) {
            best[atomicAdd(&taken, 1)] = key;
        }
    }
    __syncthreads();
    sort(best, size);
    for (uint32_t i = threadIdx.x; i < k; i += blockDim.x) {
        scores[i] = i < found ? unordered((uint32_t) (best[i] >> 32)) : INFINITY;
        rows[i] = i < found ? (uint32_t) best[i] : ~0u;
    }
    __syncthreads();
}

__device__ __forceinline__ const float* vectorOf(
        const Segment* segments, uint32_t segmentCount, uint32_t row, int stride) {
    const Segment* s = segments + findSegment(segments, segmentCount, row / TILE_ROWS);
    return s->vectors + (size_t) (row - s->firstTile * TILE_ROWS) * stride;
}

// A block a query. Candidates are cut down by the k-th smallest of their own upper bounds; the rows left,
// kept[q] of them, go to `keys`, which has room for `capacity` a query. Where more candidates were found
// than that, the bound becomes the query's threshold: another scan will find fewer.
extern "C" __global__ void __launch_bounds__(REFINE_THREADS) refine(
        const Segment* segments, uint32_t segmentCount, const Query* queryConstants,
        const Bounds* boundsAt, int l2, const uint2* candidates, const uint32_t* counts,
        uint32_t capacity, uint32_t k, uint64_t* keys, uint32_t* keptCounts, float* thresholds) {
    __shared__ uint32_t kept;
    __shared__ uint32_t uppers[REFINE_SHARED];
    __shared__ uint32_t firstTiles[PLACES_MAX];
    __shared__ const float2* scalesOf[PLACES_MAX];
    // The binary search of each candidate would wait for memory at every step.
    bool near = segmentCount <= PLACES_MAX;
    for (uint32_t i = threadIdx.x; near && i < segmentCount; i += blockDim.x) {
        firstTiles[i] = segments[i].firstTile;
        scalesOf[i] = segments[i].scales;
    }
    __syncthreads();
    int q = blockIdx.x;
    uint32_t n = min(counts[q], capacity);
    const uint2* own = candidates + (size_t) q * capacity;
    uint64_t* ownKeys = keys + (size_t) q * capacity;
    Query query = queryConstants[q];
    float wide = spread(*boundsAt, query);
    float shift = offset(l2, query);
    float around = rounding(l2, query);
    // Upper bounds go to the high halves, lower bounds to the low halves of the keys.
    for (uint32_t i = threadIdx.x; i < n; i += blockDim.x) {
        uint2 candidate = own[i];
        uint32_t tile = candidate.x / TILE_ROWS;
        const float2* scales;
        uint32_t firstTile;
        if (near) {
            uint32_t place = lastAtOrBelow(tile, segmentCount, [&](uint32_t at) { return firstTiles[at]; });
            scales = scalesOf[place];
            firstTile = firstTiles[place];
        } else {
            const Segment* s = segments + findSegment(segments, segmentCount, tile);
            scales = s->scales;
            firstTile = s->firstTile;
        }
        float2 scale = __ldg(scales + (candidate.x - firstTile * TILE_ROWS));
        float product = (float) (int) candidate.y * query.scale;
        float upper = upperBound(scale, product, wide) + shift + around;
        float lower = lowerBound(scale, product, wide) + shift - around;
        ownKeys[i] = (uint64_t) ordered(upper) << 32 | ordered(lower - ROUNDING * fabsf(upper));
        if (i < REFINE_SHARED) {
            uppers[i] = ordered(upper);
        }
    }
    if (threadIdx.x == 0) {
        kept = 0;
    }
    __syncthreads();
    uint32_t bound = ordered(INFINITY);
    if (n > k && n <= REFINE_SHARED) {
        bound = select<uint32_t>(n, k, [&](uint32_t i) { return uppers[i]; });
    } else if (n > k) {
        bound = select<uint32_t>(n, k, [&](uint32_t i) { return (uint32_t) (ownKeys[i] >> 32); });
    }
    // Rows that are left move to the front. Each round reads before it writes, and writes no further
    // than it has read.
    for (uint32_t from = 0; from < n; from += blockDim.x) {
        uint32_t i = from + threadIdx.x;
        bool keep = i < n && (uint32_t) ownKeys[i] <= bound;
        __syncthreads();
        if (keep) {
            ownKeys[atomicAdd(&kept, 1)] = own[i].x;
        }
        __syncthreads();
    }
    if (threadIdx.x == 0) {
        keptCounts[q] = kept;
        if (counts[q] > capacity) {
            thresholds[q] = unordered(bound);
        }
    }
}

// Exact scores of what refine kept. A warp a row; gridDim.y queries, gridDim.x blocks for each.
extern "C" __global__ void __launch_bounds__(256) scoreKept(
        const Segment* segments, uint32_t segmentCount, int stride, int dimension,
        const float* queries, int l2, uint32_t capacity, const uint32_t* keptCounts,
        uint64_t* keys) {
    int q = blockIdx.y;
    uint32_t n = keptCounts[q];
    uint64_t* own = keys + (size_t) q * capacity;
    uint32_t warps = blockDim.x / WARP;
    for (uint32_t i = blockIdx.x * warps + threadIdx.x / WARP; i < n; i += gridDim.x * warps) {
        uint32_t row = (uint32_t) own[i];
        float score = exactScore(
                vectorOf(segments, segmentCount, row, stride), queries + (size_t) q * stride,
                dimension, l2, threadIdx.x % WARP);
        if (threadIdx.x % WARP == 0) {
            own[i] = (uint64_t) ordered(score) << 32 | row;
        }
    }
}

// The k best of what was kept. A block a query.
extern "C" __global__ void __launch_bounds__(THREADS) nearestKept(
        const uint64_t* keys, uint32_t capacity, const uint32_t* keptCounts, uint32_t k,
        float* scores, uint32_t* rows) {
    int q = blockIdx.x;
    putNearest(
            keys + (size_t) q * capacity, keptCounts[q], k, scores + (size_t) q * k,
            rows + (size_t) q * k);
}

// Exact scores of listed rows: a warp a row; starts[q] is where the list of query q starts.
extern "C" __global__ void __launch_bounds__(256) score(
        const Segment* segments, uint32_t segmentCount, int stride, int dimension,
        const float* queries, int queryCount, int l2, const uint32_t* starts, const uint32_t* rows,
        uint64_t* keys) {
    int lane = threadIdx.x % WARP;
    uint32_t step = gridDim.x * (blockDim.x / WARP);
    uint32_t total = starts[queryCount];
    uint32_t q = 0;
    for (uint32_t i = blockIdx.x * (blockDim.x / WARP) + threadIdx.x / WARP; i < total; i += step) {
        while (i >= starts[q + 1]) {
            q++;
        }
        uint32_t row = rows[i];
        float value = exactScore(
                vectorOf(segments, segmentCount, row, stride), queries + (size_t) q * stride,
                dimension, l2, lane);
        if (lane == 0) {
            keys[i] = (uint64_t) ordered(value) << 32 | row;
        }
    }
}

// The k best of each query's keys. A block a query.
extern "C" __global__ void __launch_bounds__(THREADS) nearest(
        const uint64_t* keys, const uint32_t* starts, uint32_t k, float* scores, uint32_t* rows) {
    int q = blockIdx.x;
    putNearest(
            keys + starts[q], starts[q + 1] - starts[q], k, scores + (size_t) q * k,
            rows + (size_t) q * k);
}

// All rows of a range, exactly, for one query: the way out where bounds tell nothing, as for
// thousands of equal rows. Keys of rows that are dead or filtered out are larger than any other.
extern "C" __global__ void __launch_bounds__(256) scoreRange(
        const Segment* segments, uint32_t segmentCount, int stride, int dimension,
        const float* query, int l2, uint64_t sequence, uint32_t limit, const uint32_t* filter,
        uint32_t firstRow, uint32_t count, uint64_t* keys) {
    int lane = threadIdx.x % WARP;
    uint32_t step = gridDim.x * (blockDim.x / WARP);
    for (uint32_t i = blockIdx.x * (blockDim.x / WARP) + threadIdx.x / WARP; i < count; i += step) {
        uint32_t row = firstRow + i;
        uint32_t tile = row / TILE_ROWS;
        const Segment* s = segments + findSegment(segments, segmentCount, tile);
        uint32_t own = row - s->firstTile * TILE_ROWS;
        bool matches = own < s->rows && row < limit
                && (filter == nullptr || (__ldg(filter + tile) >> (row % TILE_ROWS) & 1));
        uint64_t key = ~0ull - i;
        if (matches && !isDead(s, own, sequence)) {
            float value = exactScore(s->vectors + (size_t) own * stride, query, dimension, l2, lane);
            key = (uint64_t) ordered(value) << 32 | row;
        }
        if (lane == 0) {
            keys[i] = key;
        }
    }
}

// Tombstones that came since the last time.
extern "C" __global__ void __launch_bounds__(256) bury(
        const uint32_t* rows, const uint64_t* sequences, uint32_t count, uint64_t* deaths,
        uint32_t* dead) {
    uint32_t i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < count) {
        deaths[rows[i]] = sequences[i];
        __threadfence();
        atomicOr(dead + rows[i] / 32, 1u << rows[i] % 32);
    }
}
