package io.omendb.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.index.kernel.Kernels;
import io.omendb.schema.FieldType;
import java.util.Map;

/**
 * Metadata that goes with the vectors: each row's region is the nearest of some anchors, so that a
 * filter may leave what is near a query, or only what is far from it. Two conditions, {@code low}
 * and {@code high}, hold for about half of the rows each, and together for one in two thousand.
 */
final class FilterRegions {
    private static final int ANCHORS_MAX = 16;
    private static final int BOTH_EVERY = 1000;

    private final float[][] anchors;

    /** With some of the queries as anchors. */
    FilterRegions(float[][] queries) {
        anchors = new float[Math.min(ANCHORS_MAX, queries.length)][];
        for (int i = 0; i < anchors.length; i++) {
            anchors[i] = queries[i * (queries.length / anchors.length)];
        }
    }

    static Map<String, FieldType> fields() {
        return Map.of("region", FieldType.KEYWORD, "low", FieldType.BOOL, "high", FieldType.BOOL);
    }

    void describe(int row, float[] vector, ObjectNode into) {
        int region = nearest(vector);
        boolean low = region < anchors.length / 2;
        into.put("region", name(region));
        into.put("low", low);
        into.put("high", !low || row % BOTH_EVERY == 0);
    }

    static String name(int region) {
        return "r" + region;
    }

    int nearest(float[] vector) {
        return best(vector, 1);
    }

    /** The one whose anchor is farthest. */
    int farthest(float[] vector) {
        return best(vector, -1);
    }

    private int best(float[] vector, int sign) {
        int best = 0;
        float bestScore = Float.POSITIVE_INFINITY;
        for (int i = 0; i < anchors.length; i++) {
            float score =
                    sign * Kernels.active().squaredL2(vector, 0, anchors[i], 0, vector.length);
            if (score < bestScore) {
                best = i;
                bestScore = score;
            }
        }
        return best;
    }
}
