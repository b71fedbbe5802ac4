package io.omendb.index.kernel;

import static io.omendb.index.kernel.VectorLanes.LANES;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Vector API bit work without counting bits: four bits of a code are a place in a table of the
 * sixteen sums that their levels can have, and one instruction looks up four bits of sixteen
 * entries. Look-ups have registers of 128 bits, which the processor's byte shuffles do not cross,
 * and all else has 256: ints in the narrow ones are only loaded and stored, because a method of the
 * Vector API that has met two widths is slower for both. Source: André, Kermarrec and Le Scouarnec,
 * Quicker ADC (TPAMI 2021).
 */
final class LookupBitCodeKernel implements BitCodeKernel {
    private static final VectorSpecies<Integer> QUARTER = IntVector.SPECIES_128;
    private static final VectorSpecies<Short> PAIRS = ShortVector.SPECIES_128;

    /** Makes every sum of four levels a positive one: at most 60, so a byte holds four of them. */
    private static final int BIAS = 32;

    /** So that sums of 60 for each four components stay below 65,536. */
    private static final int COMPONENTS_MAX = 4352;

    private static final int TABLE_INTS = 4;

    /** Components whose tables follow each other in steps. */
    private static final int HALF = 64;

    private static final int ALL = 0x01010101;
    private static final int WITH_FIRST = 0x01000100;
    private static final int WITH_SECOND = 0x01010000;

    @Override
    public CodeLayout layout() {
        return CodeLayout.BYTES;
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
        int[] bits = new int[BLOCK];
        int shift = CodeLayout.shift(lane);
        int to = offset + lane % 4;
        for (int group = 0; group < n; group += 128) {
            int size = Math.min(128, n - group);
            for (int part = 0; part < BLOCK; part += LANES) {
                int d = group + part;
                VectorLanes.signs(
                                vector,
                                vectorOffset + d,
                                centroid,
                                centroidOffset + d,
                                size / BLOCK)
                        .intoArray(bits, part);
            }
            int step = 128 / size;
            for (int i = 0; i < BLOCK; i += step) {
                int code = step == 1 ? bits[i] : bits[i] | bits[i + 1] << 4;
                CodeLayout.put(into, to, shift, code);
                to += 4;
            }
        }
    }

    /** Tables, in the order of the codes' bits, and room to make some. */
    @Override
    public int queryInts(int n) {
        if (n > COMPONENTS_MAX) {
            throw new IllegalArgumentException(n + " components, at most " + COMPONENTS_MAX);
        }
        return n + TABLE_INTS * LANES;
    }

    @Override
    public void quantize(float[] residual, int n, int[] query, QueryScalars into) {
        float range = VectorLanes.largest(residual, n);
        float perLevel = range > 0 ? VectorLanes.LEVELS / range : 0;
        IntVector sum = IntVector.zero(VectorLanes.INTS);
        for (int half = 0; half < n; half += HALF) {
            // In a group of 128 two halves take turns, table by table.
            int group = half - half % 128;
            int step = Math.min(128, n - group) / HALF * TABLE_INTS;
            int to = group + half % 128 / HALF * TABLE_INTS;
            for (int part = 0; part < BLOCK; part += LANES) {
                sum = sum.add(tables(residual, half + part, perLevel, query, n));
                arrange(query, n, to + part * step, step);
            }
        }
        into.step = range / VectorLanes.LEVELS;
        into.levels = sum.reduceLanes(VectorOperators.ADD);
    }

    /**
     * Tables of as many times four bits as a register has lanes. Four sums in an int at a time:
     * each is positive, so bytes do not borrow from each other.
     *
     * @param at receives the first ints of all these tables, their second ints, and so on
     * @return sums of the levels
     */
    private static IntVector tables(
            float[] residual, int from, float perLevel, int[] query, int at) {
        IntVector first = VectorLanes.levels(residual, from, perLevel);
        IntVector second = VectorLanes.levels(residual, from + BLOCK, perLevel);
        IntVector third = VectorLanes.levels(residual, from + 2 * BLOCK, perLevel);
        IntVector fourth = VectorLanes.levels(residual, from + 3 * BLOCK, perLevel);
        IntVector without = first.mul(WITH_FIRST).add(second.mul(WITH_SECOND)).add(BIAS * ALL);
        IntVector withThird = without.add(third.mul(ALL));
        IntVector more = fourth.mul(ALL);
        without.intoArray(query, at);
        withThird.intoArray(query, at + LANES);
        without.add(more).intoArray(query, at + 2 * LANES);
        withThird.add(more).intoArray(query, at + 3 * LANES);
        return first.add(second).add(third.add(fourth));
    }

    /** Brings the ints of each table together. */
    private static void arrange(int[] query, int from, int to, int step) {
        for (int table = 0; table < LANES; table++) {
            int at = to + table * step;
            query[at] = query[from + table];
            query[at + 1] = query[from + LANES + table];
            query[at + 2] = query[from + 2 * LANES + table];
            query[at + 3] = query[from + 3 * LANES + table];
        }
    }

    @Override
    public int lowerBounds(
            int[] list,
            int offset,
            int words,
            int blocks,
            int[] query,
            QueryScalars scalars,
            float below,
            int[] positions,
            float[] bounds) {
        products(list, offset, words, blocks, query, positions);
        split(positions, blocks, words * Integer.SIZE / 4 * BIAS);
        return VectorBounds.report(list, offset, words, blocks, scalars, below, positions, bounds);
    }

    private static void products(
            int[] list, int offset, int words, int blocks, int[] tables, int[] into) {
        int codeBytes = words * Integer.BYTES;
        int stride = (words + FIELDS) * BLOCK;
        for (int block = 0; block < blocks; block++) {
            int from = offset + block * stride;
            // Sums of even bytes with 256 times those of odd bytes, modulo 65,536, and of odd bytes
            // alone. Neither sum by itself reaches 65,536.
            ShortVector both = ShortVector.zero(PAIRS);
            ShortVector odd = ShortVector.zero(PAIRS);
            for (int i = 0; i < codeBytes; i += 2) {
                ShortVector sums =
                        look(list, from + 4 * i, tables, 8 * i)
                                .add(look(list, from + 4 * i + 4, tables, 8 * i + 8))
                                .reinterpretAsShorts();
                both = both.add(sums);
                odd = odd.add(sums.lanewise(VectorOperators.LSHR, Byte.SIZE));
            }
            ShortVector even = both.sub(odd.lanewise(VectorOperators.LSHL, Byte.SIZE));
            even.reinterpretAsInts().intoArray(into, block * BLOCK);
            odd.reinterpretAsInts().intoArray(into, block * BLOCK + 4);
        }
    }

    private static void split(int[] products, int blocks, int bias) {
        for (int at = 0; at < blocks * BLOCK; at += BLOCK) {
            IntVector pairs = IntVector.fromArray(IntVector.SPECIES_256, products, at);
            pairs.and(0xffff).sub(bias).intoArray(products, at);
            pairs.lanewise(VectorOperators.LSHR, Short.SIZE).sub(bias).intoArray(products, at + 8);
        }
    }

    /** One byte of each entry's code. */
    private static ByteVector look(int[] list, int at, int[] tables, int table) {
        ByteVector codes = bytes(list, at);
        ByteVector low = codes.and((byte) 0xf);
        ByteVector high =
                codes.reinterpretAsShorts()
                        .lanewise(VectorOperators.LSHR, 4)
                        .reinterpretAsBytes()
                        .and((byte) 0xf);
        return low.selectFrom(bytes(tables, table))
                .add(high.selectFrom(bytes(tables, table + TABLE_INTS)));
    }

    private static ByteVector bytes(int[] ints, int at) {
        return IntVector.fromArray(QUARTER, ints, at).reinterpretAsBytes();
    }
}
