package io.omendb.index.kernel;

/** Plain Java twin of {@link VectorHadamardKernel}. */
final class ScalarHadamardKernel implements HadamardKernel {

    @Override
    public void transform(float[] a, int offset, int n) {
        for (int h = n / 2; h >= 1; h /= 2) {
            for (int i = offset; i < offset + n; i += 2 * h) {
                for (int j = i; j < i + h; j++) {
                    float x = a[j];
                    float y = a[j + h];
                    a[j] = x + y;
                    a[j + h] = x - y;
                }
            }
        }
    }

    @Override
    public void multiply(float[] a, int offset, float[] by, int byOffset, int n) {
        for (int i = 0; i < n; i++) {
            a[offset + i] *= by[byOffset + i];
        }
    }
}
