package io.omendb.gateway.chroma;

import io.omendb.schema.Metric;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Chroma's distance functions, and what they are of OmenDB's. */
enum Space {
    /** The squared Euclidean distance. */
    L2(Metric.L2) {
        @Override
        double fromStored(float distance) {
            return (double) distance * distance;
        }

        @Override
        double between(float[] query, float[] stored) {
            double sum = 0;
            for (int i = 0; i < query.length; i++) {
                double difference = (double) query[i] - stored[i];
                sum += difference * difference;
            }
            return sum;
        }
    },
    /** 1 − cosine similarity. */
    COSINE(Metric.COSINE) {
        @Override
        double fromStored(float distance) {
            return distance;
        }

        @Override
        double between(float[] query, float[] stored) {
            double norms = Math.sqrt(dot(query, query) * dot(stored, stored));
            return norms == 0 ? 1 : Math.max(0, 1 - dot(query, stored) / norms);
        }
    },
    /** 1 − inner product. */
    IP(Metric.DOT) {
        @Override
        double fromStored(float distance) {
            return 1 + (double) distance;
        }

        @Override
        double between(float[] query, float[] stored) {
            return 1 - dot(query, stored);
        }
    };

    private final Metric metric;

    Space(Metric metric) {
        this.metric = metric;
    }

    /** Chroma's distance where OmenDB answered this one. */
    abstract double fromStored(float distance);

    /** The distance of two vectors, computed here. */
    abstract double between(float[] query, float[] stored);

    Metric metric() {
        return metric;
    }

    String chromaName() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Space of(Metric metric) {
        return switch (metric) {
            case L2 -> L2;
            case COSINE -> COSINE;
            case DOT -> IP;
        };
    }

    /** The space of a name; null if there is none. */
    static @Nullable Space ofName(String name) {
        for (Space space : values()) {
            if (space.chromaName().equals(name)) {
                return space;
            }
        }
        return null;
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }
}
