package io.omendb.index.kernel;

import java.util.Arrays;

/** Plain Java twin of {@link CountingBitCodeKernel}. */
final class ScalarBitCodeKernel implements BitCodeKernel {
    private static final int PLANES = CountingBitCodeKernel.PLANES;

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
        float squares = 0;
        float absolutes = 0;
        for (int w = 0; w < n / 32; w++) {
            into[offset + w * BLOCK + lane] = 0;
        }
        for (int d = 0; d < n; d++) {
            float r = vector[vectorOffset + d] - centroid[centroidOffset + d];
            squares += r * r;
            absolutes += Math.abs(r);
            int bit = BitCodeKernel.bit(d, n);
            into[offset + bit / 32 * BLOCK + lane] |= (~Float.floatToRawIntBits(r) >>> 31) << bit;
        }
        int fields = offset + n / 32 * BLOCK + lane;
        into[fields] = Float.floatToRawIntBits(squares);
        into[fields + BLOCK] = Float.floatToRawIntBits(BitCodeKernel.slope(squares, absolutes));
    }

    @Override
    public int queryInts(int n) {
        return PLANES * n / Integer.SIZE;
    }

    @Override
    public void quantize(float[] residual, int n, int[] planes, QueryScalars into) {
        float largest = 0;
        for (int d = 0; d < n; d++) {
            largest = Math.max(largest, Math.abs(residual[d]));
        }
        float perLevel = largest > 0 ? 7.5f / largest : 0;
        int sum = 0;
        Arrays.fill(planes, 0, PLANES * n / 32, 0);
        for (int d = 0; d < n; d++) {
            int level = Math.min(7, (int) Math.rint(residual[d] * perLevel));
            sum += level;
            int bit = BitCodeKernel.bit(d, n);
            for (int plane = 0; plane < PLANES; plane++) {
                planes[plane * n / 32 + bit / 32] |= (level >> plane & 1) << bit;
            }
        }
        into.step = largest / 7.5f;
        into.levels = sum;
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
        int found = 0;
        for (int entry = 0; entry < blocks * BLOCK; entry++) {
            int from = offset + entry / BLOCK * (words + FIELDS) * BLOCK + entry % BLOCK;
            int product = 0;
            for (int w = 0; w < words; w++) {
                int word = list[from + w * BLOCK];
                product +=
                        Integer.bitCount(word & planes[w])
                                + 2 * Integer.bitCount(word & planes[words + w])
                                + 4 * Integer.bitCount(word & planes[2 * words + w])
                                - 8 * Integer.bitCount(word & planes[3 * words + w]);
            }
            float square = Float.intBitsToFloat(list[from + words * BLOCK]);
            float slope = Float.intBitsToFloat(list[from + (words + 1) * BLOCK]);
            float bound = bound(product, words * 32, square, slope, scalars);
            if (bound < below) {
                positions[found] = entry;
                bounds[found] = bound;
                found++;
            }
        }
        return found;
    }

    private static float bound(int product, int n, float square, float slope, QueryScalars query) {
        float x = query.step * (2 * product - query.levels);
        float error = (float) Math.sqrt(Math.max(0, n * slope * slope - 4 * square));
        return query.a * square + query.base - query.b * slope * x - query.e * error;
    }
}
