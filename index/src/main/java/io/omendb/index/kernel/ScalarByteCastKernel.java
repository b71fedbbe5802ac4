package io.omendb.index.kernel;

/** Plain Java. */
class ScalarByteCastKernel implements ByteCastKernel {
    /**
     * Added to an integer of 0 to 255 it gives a float whose lowest eight bits are that integer,
     * and the others these; to anything else, a float with other high bits, or one from which what
     * was added does not come back.
     */
    private static final float SHIFT = 1 << 23;

    private static final int SHIFT_BITS = Float.floatToRawIntBits(SHIFT);
    private static final int BYTE = 0xFF;
    private static final int SIGN = 0x80;

    @Override
    public final boolean narrow(
            float[] from, int offset, byte[] into, int at, int n, boolean signed) {
        float shift = signed ? SHIFT + SIGN : SHIFT;
        int sign = signed ? SIGN : 0;
        int wrong = 0;
        for (int i = 0; i < n; i++) {
            float component = from[offset + i];
            float shifted = component + shift;
            int bits = Float.floatToRawIntBits(shifted);
            wrong |= (bits ^ SHIFT_BITS) & ~BYTE;
            wrong |= Float.floatToRawIntBits(shifted - shift) ^ Float.floatToRawIntBits(component);
            into[at + i] = (byte) (bits ^ sign);
        }
        return wrong == 0;
    }

    @Override
    public void widen(byte[] from, int offset, float[] into, int at, int n, boolean signed) {
        int mask = signed ? -1 : BYTE;
        for (int i = 0; i < n; i++) {
            into[at + i] = from[offset + i] & mask;
        }
    }
}
