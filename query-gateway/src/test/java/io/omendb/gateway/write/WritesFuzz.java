package io.omendb.gateway.write;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.InvalidProtocolBufferException;
import io.omendb.fuzz.Choice;
import io.omendb.fuzz.Untrusted;
import io.omendb.record.PointBatch;
import io.omendb.record.PointBatch.BadPoint;
import io.omendb.record.PointRules;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.Metric;
import io.omendb.v1.PatchRequest;
import io.omendb.v1.UpsertRequest;
import java.util.function.Consumer;

/** Deletions, and points that come over gRPC; those in JSON and Arrow are read by the index. */
public class WritesFuzz {
    private static final int COUNT_MAX = 100;

    private static final CollectionSchema SCHEMA =
            CollectionSchema.of("c", 3, Metric.L2).withSparse();

    @FuzzTest
    void writes(byte[] input) {
        read(input);
    }

    /** Reads an input and checks what became of it. */
    public static void read(byte[] input) {
        Choice choice = Choice.of(input, 2);
        Untrusted.request(
                input,
                () -> {
                    if (choice.reader() == 0) {
                        DeleteJson delete = DeleteJson.read(choice.body(), COUNT_MAX);
                        assertThat(delete.ids() == null).isNotEqualTo(delete.filterJson() == null);
                    } else {
                        points(choice.body());
                    }
                });
    }

    private static void points(byte[] message) {
        try {
            check(
                    point -> PointRules.checkSent(SCHEMA, point),
                    PointMessages.read(
                            UpsertRequest.parseFrom(message).getPointsList(), COUNT_MAX));
        } catch (InvalidProtocolBufferException e) {
            // gRPC answers it.
        }
        try {
            check(
                    patch -> PointRules.checkSent(SCHEMA, patch),
                    PointMessages.readPatches(
                            PatchRequest.parseFrom(message).getPatchesList(), COUNT_MAX));
        } catch (InvalidProtocolBufferException e) {
            // As above.
        }
    }

    private static <P> void check(Consumer<P> rule, PointBatch<P> sent) {
        for (BadPoint bad : sent.checked(rule).bad()) {
            Untrusted.requireRefusal(bad.reason());
        }
    }
}
