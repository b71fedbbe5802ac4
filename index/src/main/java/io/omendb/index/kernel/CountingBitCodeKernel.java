package io.omendb.index.kernel;

import static io.omendb.index.kernel.VectorLanes.INTS;
import static io.omendb.index.kernel.VectorLanes.LANES;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import org.jspecify.annotations.Nullable;

/**
 * Vector API bit work that counts bits: with one instruction a register where Java has the operator
 * and the processor the instruction (AVX-512 VPOPCNTDQ), else in fields of bits.
 */
final class CountingBitCodeKernel implements BitCodeKernel {
    /**
     * Bit planes of a quantized query. Levels run from -8 to 7 in two's complement, so the highest
     * plane weighs -8; with no offset to carry, the ones of a code need not be counted.
     */
    static final int PLANES = 4;

    private static final int FIELD_WORDS = 7;

    /**
     * The operator came after Java 17; as a constant it compiles to one instruction where it is.
     */
    private static final VectorOperators.@Nullable Unary BIT_COUNT = bitCount();

    private static final VectorShuffle<Integer> SWAP_1 = swap(1);
    private static final VectorShuffle<Integer> SWAP_2 = swap(2);
    private static final VectorShuffle<Integer> SWAP_4 = swap(4);
    private static final IntVector SHIFT_BYTES = shifts(4, 8);
    private static final IntVector SHIFT_NIBBLES = shifts(8, 4);

    private static VectorShuffle<Integer> swap(int distance) {
        return VectorShuffle.fromOp(INTS, lane -> (lane ^ distance) & (LANES - 1));
    }

    private static IntVector shifts(int lanesAWord, int bitsALane) {
        int[] shifts = new int[LANES];
        for (int lane = 0; lane < LANES; lane++) {
            shifts[lane] = lane % lanesAWord * bitsALane;
        }
        return IntVector.fromArray(INTS, shifts, 0);
    }

    @Override
    public CodeLayout layout() {
        return CodeLayout.WORDS;
    }

    @Override
    public void encode(
            float[] vector,
            int vectorOffset,
            float[] centroid,
            int centroidOffset,
            int n,
            int[] into,
            int offset,
            int lane) {
        int fields = offset + n / 32 * BLOCK + lane;
        VectorLanes.writeFields(vector, vectorOffset, centroid, centroidOffset, n, into, fields);
        for (int group = 0; group < n; group += 128) {
            int size = Math.min(128, n - group);
            for (int part = 0; part < BLOCK; part += LANES) {
                int d = group + part;
                IntVector bits =
                        VectorLanes.signs(
                                vector,
                                vectorOffset + d,
                                centroid,
                                centroidOffset + d,
                                size / BLOCK);
                int word = offset + (group + part * (size / BLOCK)) / 32 * BLOCK + lane;
                pack(bits, size, into, word, BLOCK);
            }
        }
    }

    /** Joins the eight (four) bits of each lane to words: four (eight) lanes a word. */
    private static void pack(IntVector bits, int groupSize, int[] into, int at, int stride) {
        if (groupSize == 128) {
            IntVector v = bits.lanewise(VectorOperators.LSHL, SHIFT_BYTES);
            v = v.or(v.rearrange(SWAP_1));
            v = v.or(v.rearrange(SWAP_2));
            into[at] = v.lane(0);
            into[at + stride] = v.lane(4);
            if (LANES > 8) {
                into[at + 2 * stride] = v.lane(8);
                into[at + 3 * stride] = v.lane(12);
            }
        } else {
            IntVector v = bits.lanewise(VectorOperators.LSHL, SHIFT_NIBBLES);
            v = v.or(v.rearrange(SWAP_1));
            v = v.or(v.rearrange(SWAP_2));
            v = v.or(v.rearrange(SWAP_4));
            into[at] = v.lane(0);
            if (LANES > 8) {
                into[at + stride] = v.lane(8);
            }
        }
    }

    @Override
    public int queryInts(int n) {
        return PLANES * n / Integer.SIZE;
    }

    /** Bit planes: all words of the lowest first. */
    @Override
    public void quantize(float[] residual, int n, int[] planes, QueryScalars into) {
        float range = VectorLanes.largest(residual, n);
        float perLevel = range > 0 ? VectorLanes.LEVELS / range : 0;
        int words = n / 32;
        IntVector sum = IntVector.zero(INTS);
        for (int group = 0; group < n; group += 128) {
            int size = Math.min(128, n - group);
            for (int part = 0; part < BLOCK; part += LANES) {
                IntVector p0 = IntVector.zero(INTS);
                IntVector p1 = IntVector.zero(INTS);
                IntVector p2 = IntVector.zero(INTS);
                IntVector p3 = IntVector.zero(INTS);
                for (int j = 0; j < size / BLOCK; j++) {
                    int d = group + j * BLOCK + part;
                    IntVector level = VectorLanes.levels(residual, d, perLevel);
                    sum = sum.add(level);
                    p0 = p0.or(level.and(1).lanewise(VectorOperators.LSHL, j));
                    p1 = p1.or(plane(level, 1).lanewise(VectorOperators.LSHL, j));
                    p2 = p2.or(plane(level, 2).lanewise(VectorOperators.LSHL, j));
                    p3 = p3.or(plane(level, 3).lanewise(VectorOperators.LSHL, j));
                }
                int word = (group + part * (size / BLOCK)) / 32;
                pack(p0, size, planes, word, 1);
                pack(p1, size, planes, words + word, 1);
                pack(p2, size, planes, 2 * words + word, 1);
                pack(p3, size, planes, 3 * words + word, 1);
            }
        }
        into.step = range / VectorLanes.LEVELS;
        into.levels = sum.reduceLanes(VectorOperators.ADD);
    }

    private static IntVector plane(IntVector level, int plane) {
        return level.lanewise(VectorOperators.LSHR, plane).and(1);
    }

    @Override
    public int lowerBounds(
            int[] list,
            int offset,
            int words,
            int blocks,
            int[] planes,
            QueryScalars scalars,
            float below,
            int[] positions,
            float[] bounds) {
        // Products go where positions will: a position is written after the products of its block
        // were read. Keeping the two passes apart keeps each small enough to be compiled whole.
        if (BIT_COUNT == null) {
            productsByFields(list, offset, words, blocks, planes, positions);
        } else {
            productsByCount(list, offset, words, blocks, planes, positions);
        }
        return VectorBounds.report(list, offset, words, blocks, scalars, below, positions, bounds);
    }

    private static void productsByCount(
            int[] list, int offset, int words, int blocks, int[] planes, int[] into) {
        int stride = (words + FIELDS) * BLOCK;
        for (int block = 0; block < blocks; block++) {
            for (int part = 0; part < BLOCK; part += LANES) {
                int from = offset + block * stride + part;
                IntVector p0 = IntVector.zero(INTS);
                IntVector p1 = IntVector.zero(INTS);
                IntVector p2 = IntVector.zero(INTS);
                IntVector p3 = IntVector.zero(INTS);
                for (int w = 0; w < words; w++) {
                    IntVector word = IntVector.fromArray(INTS, list, from + w * BLOCK);
                    p0 = p0.add(word.and(planes[w]).lanewise(BIT_COUNT));
                    p1 = p1.add(word.and(planes[words + w]).lanewise(BIT_COUNT));
                    p2 = p2.add(word.and(planes[2 * words + w]).lanewise(BIT_COUNT));
                    p3 = p3.add(word.and(planes[3 * words + w]).lanewise(BIT_COUNT));
                }
                p0.add(p1.lanewise(VectorOperators.LSHL, 1))
                        .add(p2.lanewise(VectorOperators.LSHL, 2))
                        .sub(p3.lanewise(VectorOperators.LSHL, 3))
                        .intoArray(into, block * BLOCK + part);
            }
        }
    }

    /**
     * Counts bits in fields of two, four and eight bits side by side; a multiplication adds up the
     * four bytes of a lane, which must not pass 255, so sums move to whole lanes every seven words.
     * One plane at a time: Java 17 compiles a loop that carries one register well, four badly.
     */
    private static void productsByFields(
            int[] list, int offset, int words, int blocks, int[] planes, int[] into) {
        int stride = (words + FIELDS) * BLOCK;
        for (int block = 0; block < blocks; block++) {
            for (int part = 0; part < BLOCK; part += LANES) {
                int from = offset + block * stride + part;
                IntVector total = IntVector.zero(INTS);
                for (int plane = 0; plane < PLANES; plane++) {
                    IntVector ones = IntVector.zero(INTS);
                    for (int first = 0; first < words; first += FIELD_WORDS) {
                        int end = Math.min(words, first + FIELD_WORDS);
                        IntVector bytes = IntVector.zero(INTS);
                        for (int w = first; w < end; w++) {
                            bytes =
                                    bytes.add(
                                            bytesOnes(
                                                    IntVector.fromArray(
                                                                    INTS, list, from + w * BLOCK)
                                                            .and(planes[plane * words + w])));
                        }
                        ones = ones.add(bytes.mul(0x01010101).lanewise(VectorOperators.LSHR, 24));
                    }
                    total = total.add(ones.mul(plane == PLANES - 1 ? -8 : 1 << plane));
                }
                total.intoArray(into, block * BLOCK + part);
            }
        }
    }

    /** The number of ones in each byte. */
    private static IntVector bytesOnes(IntVector v) {
        IntVector pairs = v.sub(v.lanewise(VectorOperators.LSHR, 1).and(0x55555555));
        IntVector nibbles =
                pairs.and(0x33333333).add(pairs.lanewise(VectorOperators.LSHR, 2).and(0x33333333));
        return nibbles.add(nibbles.lanewise(VectorOperators.LSHR, 4)).and(0x0f0f0f0f);
    }

    private static VectorOperators.@Nullable Unary bitCount() {
        try {
            return (VectorOperators.Unary) VectorOperators.class.getField("BIT_COUNT").get(null);
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }
}
