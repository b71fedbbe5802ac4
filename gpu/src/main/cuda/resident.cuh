// What kernels of exact search share: the layout of vectors in device memory and the constants of
// queries. The Java side of each structure is named beside it.
#pragma once
#include <stdint.h>

#define WARP 32
#define FULL 0xffffffffu

// Rows are handled in tiles of 32: a warp takes a tile, and a bitmap holds a word a tile.
#define TILE_ROWS 32

// Codes lie in blocks of 16 rows x 64 components, a row's 64 bytes end to end, so that a lane's 16
// bytes are the operands of two steps of a matrix instruction and a warp's load is contiguous. The
// order of components differs from what the instruction calls k, for rows and queries alike, which
// changes no inner product.
#define BLOCK_COMPONENTS 64
#define BLOCK_WORDS 64  // 16-byte words in 16 rows x 64 bytes

// A segment in device memory; io.omendb.gpu.resident.SegmentTable writes it (64 bytes).
struct Segment {
    const float* vectors;    // rows x stride
    const uint4* codes;      // tiles x 2 x blocks x 64 words
    const float2* scales;    // a pair per row of whole tiles, see encode
    const uint32_t* dead;    // a bit per row that has a tombstone
    const uint64_t* deaths;  // sequence numbers of those tombstones
    uint32_t firstTile;      // tiles of the segments before
    uint32_t tiles;
    uint32_t rows;
    uint32_t unused[3];
};

// A query's constants, by prepare.
struct Query {
    float scale;       // a code of 1 is worth so much
    float norm;        // |q|
    float error;       // |q - codes * scale|, rounded up
    float squaredNorm; // |q|^2
};

// Maxima over all resident rows that bound what quantization can do; see encode. In units of a row's
// own scale, so that rows of any length have bounds as tight as they can be.
struct Bounds {
    float error;       // max |x - codes * scale| / scale
    float norm;        // max |codes|
    float squaredNorm; // max |x|^2: only to know that it is finite
    uint32_t tiles;    // of all segments, as far as the last one, which may grow, has rows
};

// Scores, smaller is nearer, as Metric.java has them: |x - q|^2, or -x.q. Of a row there are two
// numbers, (inverse, weight), by encode: (1 / 2s, |x|^2 / 2s) under L2 and (1 / s, 0) otherwise, s its
// scale. With p the inner product of codes times the query's scale, both metrics have
//     score = (weight - p) / inverse + offset(q)
// but for spread(q) / inverse, what quantization and rounding of p can do, and what the rounding of
// weights and of the query's own terms can do.
#define ROUNDING 4e-6f  // some ten roundings of 2^-24, and as much room again

// Cauchy-Schwarz: |x - s c| |q| + |s c| |q - s' c'|, over s.
__device__ __forceinline__ float spread(const Bounds& b, const Query& q) {
    return (b.error * q.norm + b.norm * q.error) * 1.0001f + ROUNDING * (b.norm + b.error) * q.norm;
}

__device__ __forceinline__ float offset(bool l2, const Query& q) {
    return l2 ? q.squaredNorm : 0.0f;
}

__device__ __forceinline__ float rounding(bool l2, const Query& q) {
    return l2 ? ROUNDING * q.squaredNorm : 0.0f;
}

// Bounds of a row's score less the offset and rounding of the query.
__device__ __forceinline__ float upperBound(float2 row, float product, float spread) {
    return (row.y * (1.0f + ROUNDING) - (product - spread)) / row.x;
}

__device__ __forceinline__ float lowerBound(float2 row, float product, float spread) {
    return (row.y * (1.0f - ROUNDING) - (product + spread)) / row.x;
}

// Floats as unsigned numbers of the same order.
__device__ __forceinline__ uint32_t ordered(float f) {
    uint32_t u = __float_as_uint(f);
    return u & 0x80000000u ? ~u : u | 0x80000000u;
}

__device__ __forceinline__ float unordered(uint32_t u) {
    return __uint_as_float(u & 0x80000000u ? u & 0x7fffffffu : ~u);
}

// Whether a row is dead to a reader at a sequence number. Later deaths are none of its business.
__device__ __forceinline__ bool isDead(const Segment* s, uint32_t row, uint64_t sequence) {
    return (s->dead[row / 32] >> (row % 32) & 1) && s->deaths[row] <= sequence;
}

#ifndef OMEN_EMULATED
__device__ __forceinline__ uint4 stream(const uint4* p) {
    uint4 v;
    asm("ld.global.nc.L1::no_allocate.v4.u32 {%0,%1,%2,%3}, [%4];"
                 : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w)
                 : "l"(p));
    return v;
}
#endif

// The segment of a tile, from a segment at or before it on.
__device__ __forceinline__ uint32_t segmentOf(
        const Segment* segments, uint32_t from, uint32_t tile) {
    while (tile >= segments[from].firstTile + segments[from].tiles) {
        from++;
    }
    return from;
}

// The last of some ascending numbers, the first of which is 0, that is at most `value`.
template <typename Read>
__device__ __forceinline__ uint32_t lastAtOrBelow(uint32_t value, uint32_t count, Read read) {
    uint32_t low = 0, high = count - 1;
    while (low < high) {
        uint32_t middle = (low + high + 1) >> 1;
        if (read(middle) <= value) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    return low;
}

__device__ __forceinline__ uint32_t findSegment(
        const Segment* segments, uint32_t count, uint32_t tile) {
    return lastAtOrBelow(tile, count, [&](uint32_t i) { return segments[i].firstTile; });
}
