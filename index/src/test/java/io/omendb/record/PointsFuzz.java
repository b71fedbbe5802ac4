package io.omendb.record;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonParser;
import io.omendb.OmenException;
import io.omendb.fuzz.Choice;
import io.omendb.fuzz.Untrusted;
import io.omendb.record.PointBatch.BadPoint;
import io.omendb.record.PointJson.Vectors;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.FieldType;
import io.omendb.schema.Metric;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Points in JSON: one, a batch, or one a line. */
public class PointsFuzz {
    private static final int POINTS_MAX = 1_000;

    private static final Map<String, FieldType> FIELDS =
            Map.of(
                    "category", FieldType.KEYWORD,
                    "tags", FieldType.KEYWORDS,
                    "price", FieldType.DOUBLE,
                    "year", FieldType.LONG,
                    "new", FieldType.BOOL,
                    "body", FieldType.TEXT);

    @FuzzTest
    void points(byte[] input) {
        read(input);
    }

    /** Reads an input and checks what became of it. */
    public static void read(byte[] input) {
        Choice choice = Choice.of(input, 3);
        Untrusted.request(
                input,
                () -> {
                    PointBatch<Point> batch = read(choice);
                    for (BadPoint bad : batch.bad()) {
                        Untrusted.requireRefusal(bad.reason());
                    }
                    batch.points().forEach(PointsFuzz::check);
                });
    }

    private static PointBatch<Point> read(Choice choice) {
        byte[] body = choice.body();
        return switch (choice.reader()) {
            case 0 -> new PointBatch<>(List.of(PointJson.read(body)), List.of());
            case 1 -> {
                try (JsonParser parser = StrictJson.parser(body)) {
                    yield PointBatch.readPoints(parser, POINTS_MAX);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            default -> PointBatch.readNdjson(body, POINTS_MAX, Vectors.OR_TEXT);
        };
    }

    /** What a collection takes can be written and read again, and is stored as it was sent. */
    private static void check(Point point) {
        int dimension = point.vector().length;
        if (dimension < 1 || dimension > CollectionSchema.DIMENSION_MAX) {
            return;
        }
        try {
            PointRules.check(
                    CollectionSchema.of("c", dimension, Metric.L2).withFields(FIELDS).withSparse(),
                    point);
        } catch (OmenException e) {
            Untrusted.requireRefusal(e);
            return;
        }
        assertThat(PointJson.read(PointJson.write(point))).isEqualTo(point);
        byte[] metadata = point.metadataJson();
        if (metadata != null) {
            assertThat(StrictJson.object(metadata, "metadata")).isEqualTo(point.metadata());
        }
        String text = point.text();
        if (text != null) {
            byte[] stored = text.getBytes(StandardCharsets.UTF_8);
            assertThat(new String(stored, StandardCharsets.UTF_8)).isEqualTo(text);
        }
    }
}
