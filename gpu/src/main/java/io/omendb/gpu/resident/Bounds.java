package io.omendb.gpu.resident;

/**
 * What coding rows with 8 bits a component can do to inner products, at most.
 *
 * @param error largest |x − scale · codes| / scale of a row x
 * @param norm largest |codes|
 * @param squaredNorm largest |x|²
 */
public record Bounds(float error, float norm, float squaredNorm) {
    static final int BYTES = 4 * Float.BYTES;

    private static final float SQUARED_NORM_MIN = 1e-30f;

    static final Bounds NONE = new Bounds(0, 0, 0);

    Bounds max(Bounds other) {
        return new Bounds(
                Math.max(error, other.error),
                Math.max(norm, other.norm),
                Math.max(squaredNorm, other.squaredNorm));
    }

    /**
     * Whether scores of such rows can be told in floats at all: squares must neither leave their
     * range nor vanish.
     */
    boolean areUsable() {
        return Float.isFinite(error)
                && Float.isFinite(norm)
                && Float.isFinite(squaredNorm)
                && (squaredNorm == 0 || squaredNorm >= SQUARED_NORM_MIN);
    }
}
