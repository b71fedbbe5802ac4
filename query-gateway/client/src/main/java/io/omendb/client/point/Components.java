package io.omendb.client.point;

/** What a vector may hold. */
final class Components {
    private Components() {}

    static void check(String field, float[] values) {
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new IllegalArgumentException(
                        field + "[" + i + "]: found " + values[i] + ", expected a finite number");
            }
        }
    }
}
