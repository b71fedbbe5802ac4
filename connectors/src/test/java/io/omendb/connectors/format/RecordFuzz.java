package io.omendb.connectors.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.omendb.fuzz.Untrusted;
import io.omendb.record.MergePatch;
import io.omendb.record.PatchJson;
import io.omendb.record.Point;
import io.omendb.record.PointPatch;
import io.omendb.record.PointRules;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.FieldType;
import io.omendb.schema.Metric;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Kafka records of every format. An input is a record's header {@code omen-format}, its key, its
 * header {@code omen-metadata} and its value, each but the last ended by a byte 0; one that is
 * empty is not there.
 */
class RecordFuzz {
    private static final int PARTS = 4;

    private static final CollectionSchema SCHEMA =
            CollectionSchema.of("c", 3, Metric.L2)
                    .withSparse()
                    .withFields(Map.of("price", FieldType.DOUBLE, "tags", FieldType.KEYWORDS));

    @FuzzTest
    void kafka(byte[] input) {
        List<byte[]> parts = parts(input);
        Map<String, byte[]> headers = new HashMap<>();
        put(headers, RecordFormat.FORMAT_HEADER, parts.get(0));
        put(headers, RecordFormat.METADATA_HEADER, parts.get(2));
        byte[] key = parts.get(1).length == 0 ? null : parts.get(1);
        Untrusted.request(input, () -> read(key, parts.get(3), headers));
    }

    /** As the job does it: whatever is thrown here but a refusal stops the job. */
    private static void read(byte @Nullable [] key, byte[] value, Map<String, byte[]> headers) {
        RecordFormat format = RecordFormat.of(headers, RecordFormat.JSON);
        if (format == RecordFormat.ARROW) {
            PointRecordReader.readArrow(key, value, SCHEMA);
            return;
        }
        if (format == RecordFormat.PATCH) {
            PointPatch patch = PointRecordReader.readPatch(key, value);
            PointRules.check(SCHEMA, patch);
            assertThat(PatchJson.read(PatchJson.write(patch), null)).isEqualTo(patch);
            if (patch.metadata() != null) {
                MergePatch.apply(value(patch), patch.metadata());
            }
            return;
        }
        Point point = PointRecordReader.read(key, value, headers, format);
        PointRules.check(SCHEMA, point);
        if (point.sparseIndices() != null && point.sparse() == null) {
            throw new AssertionError("a sparse vector was lost");
        }
    }

    /** Any metadata will do: here the patch's own. */
    private static byte[] value(PointPatch patch) {
        return patch.metadata().toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void put(Map<String, byte[]> headers, String name, byte[] value) {
        if (value.length > 0) {
            headers.put(name, value);
        }
    }

    private static List<byte[]> parts(byte[] input) {
        List<byte[]> parts = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < input.length && parts.size() < PARTS - 1; i++) {
            if (input[i] == 0) {
                parts.add(Arrays.copyOfRange(input, start, i));
                start = i + 1;
            }
        }
        while (parts.size() < PARTS - 1) {
            parts.add(new byte[0]);
        }
        parts.add(Arrays.copyOfRange(input, start, input.length));
        return parts;
    }
}
