package io.omendb.index.kernel;

import static io.omendb.index.kernel.VectorLanes.LANES;

import java.util.Arrays;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Vector API bit work without counting bits: four bits of a code are a place in a table of the
 * sixteen sums that their levels can have, and one instruction looks up four bits of sixteen
 * entries. Look-ups have registers of 128 bits, which the processor's byte shuffles do not cross,
 * and all else has 256: in the narrow ones ints are only loaded, and in the wide ones shorts,
 * because a method of a vector that has met two widths is slower for both. Source: André, Kermarrec
 * and Le Scouarnec, Quicker ADC (TPAMI 2021).
 */
final class LookupBitCodeKernel implements BitCodeKernel {
    private static final VectorSpecies<Integer> QUARTER = IntVector.SPECIES_128;
    private static final VectorSpecies<Short> PAIRS = ShortVector.SPECIES_128;
    private static final int PAIR_LANES = 8;
    private static final byte NIBBLE = 0xf;

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
        int sum = 0;
        for (int half = 0; half < n; half += HALF) {
            // In a group of 128 two halves take turns, table by table.
            int group = half - half % 128;
            int step = Math.min(128, n - group) / HALF * TABLE_INTS;
            int to = group + half % 128 / HALF * TABLE_INTS;
            for (int part = 0; part < BLOCK; part += LANES) {
                tables(residual, half + part, perLevel, query, n);
                sum += arrange(query, n, to + part * step, step);
            }
        }
        into.step = range / VectorLanes.LEVELS;
        into.levels = sum;
    }

    /**
     * Tables of as many times four bits as a register has lanes. Four sums in an int at a time:
     * each is positive, so bytes do not borrow from each other.
     *
     * @param at receives the first ints of all these tables, their second ints, and so on
     */
    private static void tables(float[] residual, int from, float perLevel, int[] query, int at) {
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
    }

    /**
     * Brings the ints of each table together.
     *
     * @return sum of the levels: a table's last sum is of all four
     */
    private static int arrange(int[] query, int from, int to, int step) {
        int sum = 0;
        for (int table = 0; table < LANES; table++) {
            int at = to + table * step;
            query[at] = query[from + table];
            query[at + 1] = query[from + LANES + table];
            query[at + 2] = query[from + 2 * LANES + table];
            int last = query[from + 3 * LANES + table];
            query[at + 3] = last;
            sum += (last >>> 24) - BIAS;
        }
        return sum;
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
        short[] sums = scalars.shorts(blocks * BLOCK);
        products(list, offset, words, blocks, query, sums);
        split(sums, positions, blocks, words * Integer.SIZE / 4 * BIAS);
        return VectorBounds.report(list, offset, words, blocks, scalars, below, positions, bounds);
    }

    /**
     * Sums of what entries look up, two bytes of their codes at a time: of even bytes with 256
     * times those of odd bytes, modulo 65,536, and of odd bytes alone. Neither sum by itself
     * reaches 65,536. Vectors stay within a turn of the loop, and pass no call of ours: Java 17
     * makes objects of those that do, in most processes whose trap limit is not raised
     * (docs/index.md).
     */
    private static void products(
            int[] list, int offset, int words, int blocks, int[] tables, short[] into) {
        Arrays.fill(into, 0, blocks * BLOCK, (short) 0);
        int stride = (words + FIELDS) * BLOCK;
        for (int block = 0; block < blocks; block++) {
            int from = offset + block * stride;
            int at = block * BLOCK;
            for (int i = 0; i < words * BLOCK; i += 2 * TABLE_INTS) {
                int table = 2 * i;
                ByteVector first =
                        IntVector.fromArray(QUARTER, list, from + i).reinterpretAsBytes();
                ByteVector second =
                        IntVector.fromArray(QUARTER, list, from + i + TABLE_INTS)
                                .reinterpretAsBytes();
                ByteVector high =
                        first.reinterpretAsShorts()
                                .lanewise(VectorOperators.LSHR, 4)
                                .reinterpretAsBytes();
                ByteVector secondHigh =
                        second.reinterpretAsShorts()
                                .lanewise(VectorOperators.LSHR, 4)
                                .reinterpretAsBytes();
                ByteVector sums =
                        first.and(NIBBLE)
                                .selectFrom(
                                        IntVector.fromArray(QUARTER, tables, table)
                                                .reinterpretAsBytes());
                sums =
                        sums.add(
                                high.and(NIBBLE)
                                        .selectFrom(
                                                IntVector.fromArray(
                                                                QUARTER, tables, table + TABLE_INTS)
                                                        .reinterpretAsBytes()));
                sums =
                        sums.add(
                                second.and(NIBBLE)
                                        .selectFrom(
                                                IntVector.fromArray(
                                                                QUARTER,
                                                                tables,
                                                                table + 2 * TABLE_INTS)
                                                        .reinterpretAsBytes()));
                sums =
                        sums.add(
                                secondHigh
                                        .and(NIBBLE)
                                        .selectFrom(
                                                IntVector.fromArray(
                                                                QUARTER,
                                                                tables,
                                                                table + 3 * TABLE_INTS)
                                                        .reinterpretAsBytes()));
                ShortVector both = sums.reinterpretAsShorts();
                ShortVector.fromArray(PAIRS, into, at).add(both).intoArray(into, at);
                ShortVector.fromArray(PAIRS, into, at + PAIR_LANES)
                        .add(both.lanewise(VectorOperators.LSHR, Byte.SIZE))
                        .intoArray(into, at + PAIR_LANES);
            }
            ShortVector odd = ShortVector.fromArray(PAIRS, into, at + PAIR_LANES);
            ShortVector.fromArray(PAIRS, into, at)
                    .sub(odd.lanewise(VectorOperators.LSHL, Byte.SIZE))
                    .intoArray(into, at);
        }
    }

    /**
     * Sums of each entry, less their bias. As shorts are loaded, ints follow in the order that
     * {@link CodeLayout#BYTES} has.
     */
    private static void split(short[] sums, int[] products, int blocks, int bias) {
        for (int at = 0; at < blocks * BLOCK; at += BLOCK) {
            IntVector pairs =
                    ShortVector.fromArray(ShortVector.SPECIES_256, sums, at).reinterpretAsInts();
            pairs.and(0xffff).sub(bias).intoArray(products, at);
            pairs.lanewise(VectorOperators.LSHR, Short.SIZE).sub(bias).intoArray(products, at + 8);
        }
    }
}
