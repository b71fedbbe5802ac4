package io.omendb.connectors.table;

import io.omendb.client.collection.Metric;

/**
 * What {@code VECTOR_SEARCH} tells of a hit: its similarity under cosine and dot, more being
 * nearer; its distance under l2, less being nearer.
 */
enum Score {
    SIMILARITY_OF_COSINE {
        @Override
        double of(double distance) {
            return 1 - distance;
        }
    },
    INNER_PRODUCT {
        @Override
        double of(double distance) {
            return -distance;
        }
    },
    DISTANCE {
        @Override
        double of(double distance) {
            return distance;
        }
    };

    abstract double of(double distance);

    static Score of(Metric metric) {
        return switch (metric) {
            case COSINE -> SIMILARITY_OF_COSINE;
            case DOT -> INNER_PRODUCT;
            case L2 -> DISTANCE;
        };
    }
}
