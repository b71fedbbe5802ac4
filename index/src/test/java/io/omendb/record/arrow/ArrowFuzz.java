package io.omendb.record.arrow;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.omendb.OmenException;
import io.omendb.fuzz.Choice;
import io.omendb.fuzz.Untrusted;
import io.omendb.record.Point;
import io.omendb.record.PointColumns;
import io.omendb.record.PointRules;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.FieldType;
import io.omendb.schema.Metric;
import java.util.Map;

/** Points in Arrow IPC streams. */
public class ArrowFuzz {
    private static final int POINTS_MAX = 10_000;

    private static final CollectionSchema SCHEMA =
            CollectionSchema.of("c", 3, Metric.COSINE)
                    .withFields(
                            Map.of(
                                    "n", FieldType.LONG,
                                    "price", FieldType.DOUBLE,
                                    "category", FieldType.KEYWORD,
                                    "tags", FieldType.KEYWORDS,
                                    "new", FieldType.BOOL,
                                    "body", FieldType.TEXT));

    @FuzzTest
    void arrow(byte[] input) {
        read(input);
    }

    /** Reads an input and checks what became of it. */
    public static void read(byte[] input) {
        Choice choice = Choice.of(input, 2);
        Untrusted.request(input, () -> read(choice));
        // Memory outside the heap is given back, also where reading fails half way.
        assertThat(StreamMemory.held()).isZero();
    }

    /** What is taken keeps the rules that points in JSON keep. */
    private static void read(Choice choice) {
        if (choice.reader() == 0) {
            PointColumns columns = ArrowPoints.read(choice.body(), SCHEMA);
            for (int row = 0; row < columns.rows(); row++) {
                check(columns.point(row));
            }
        } else {
            ArrowPoints.readBatch(choice.body(), SCHEMA, POINTS_MAX)
                    .points()
                    .forEach(ArrowFuzz::check);
        }
    }

    private static void check(Point point) {
        try {
            PointRules.check(SCHEMA, point);
        } catch (OmenException e) {
            throw new AssertionError(point + " was taken", e);
        }
    }
}
