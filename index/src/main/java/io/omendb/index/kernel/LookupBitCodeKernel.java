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
 * entries. Registers of 128 bits, whatever the processor has: its byte shuffles do not cross those.
 * Ints in such registers are only loaded and stored, because a method of the Vector API that has
 * met two widths is slower for both. Source: André, Kermarrec and Le Scouarnec, Quicker ADC (TPAMI
 * 2021).
 */
final class LookupBitCodeKernel implements BitCodeKernel {
    private static final VectorSpecies<Integer> QUARTER = IntVector.SPECIES_128;
    private static final VectorSpecies<Short> PAIRS = ShortVector.SPECIES_128;

    /** Makes every sum of four levels a positive one: at most 60, so a byte holds four of them. */
    private static final int BIAS = 32;

    private static final int TABLE_INTS = 4;
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

    @Override
    public int queryInts(int n) {
        return 2 * n;
    }

    /**
     * Tables, in the order of the codes' bits, and behind them the levels that they are made of.
     */
    @Override
    public void quantize(float[] residual, int n, int[] query, QueryScalars into) {
        float range = VectorLanes.largest(residual, n);
        float perLevel = range > 0 ? VectorLanes.LEVELS / range : 0;
        IntVector sum = IntVector.zero(VectorLanes.INTS);
        for (int d = 0; d < n; d += LANES) {
            IntVector levels = VectorLanes.levels(residual, d, perLevel);
            sum = sum.add(levels);
            levels.intoArray(query, n + d);
        }
        into.step = range / VectorLanes.LEVELS;
        into.levels = sum.reduceLanes(VectorOperators.ADD);
        for (int d = 0; d < n; d += 64) {
            // In a group of 128 two halves take turns, table by table.
            int group = d - d % 128;
            int step = Math.min(128, n - group) / 64 * TABLE_INTS;
            tables(query, n + d, group + d % 128 / 64 * TABLE_INTS, step);
        }
    }

    /** Four sums in an int at a time: each is positive, so bytes do not borrow from each other. */
    private static void tables(int[] query, int level, int to, int step) {
        for (int i = 0; i < BLOCK; i++) {
            int first =
                    BIAS * ALL
                            + query[level + i] * WITH_FIRST
                            + query[level + BLOCK + i] * WITH_SECOND;
            int second = first + query[level + 2 * BLOCK + i] * ALL;
            int last = query[level + 3 * BLOCK + i] * ALL;
            int at = to + i * step;
            query[at] = first;
            query[at + 1] = second;
            query[at + 2] = first + last;
            query[at + 3] = second + last;
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
            // Sums of even bytes with 256 times those of odd bytes, and of odd bytes alone: up to
            // 4,096 components they stay below 65,536.
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
