package io.omendb.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.omendb.record.Point;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The exact nearest points of a query, from a scan of everything that was sent: what recall is
 * measured against.
 */
final class ExactTruth {
    /** Rounding of float distances: points this close to the k-th count as equally near. */
    private static final double TIE = 1e-5;

    private final Map<String, float[]> latest = new HashMap<>();

    /** Over the latest vector of each id. */
    ExactTruth(List<Point> points) {
        points.forEach(point -> latest.put(point.id(), point.vector()));
    }

    /**
     * The share of the k nearest that an answer holds; points as near as the k-th are equally
     * right.
     */
    double recall(float[] query, JsonNode answer, int k) {
        double[] similarities =
                latest.values().stream().mapToDouble(vector -> -cosine(query, vector)).toArray();
        Arrays.sort(similarities);
        int expected = Math.min(k, similarities.length);
        double worst = -similarities[expected - 1];
        int right = 0;
        for (JsonNode hit : answer.path("hits")) {
            float[] vector = latest.get(hit.path("id").asText());
            if (vector != null && cosine(query, vector) >= worst - TIE) {
                right++;
            }
        }
        return (double) Math.min(right, expected) / expected;
    }

    private static double cosine(float[] a, float[] b) {
        double dot = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            dot += (double) a[i] * b[i];
            aa += (double) a[i] * a[i];
            bb += (double) b[i] * b[i];
        }
        return dot / Math.sqrt(aa * bb);
    }
}
