package io.omendb.gateway.chroma;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.omendb.fuzz.Choice;
import io.omendb.fuzz.Untrusted;
import io.omendb.record.PointRules;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.Metric;
import java.util.UUID;

/** The bodies of Chroma's requests: collections, records, and which records are wanted. */
public class BodiesFuzz {
    private static final CollectionSchema SCHEMA = CollectionSchema.of("c", 3, Metric.L2);
    private static final int RECORDS_MAX = 100;

    @FuzzTest
    void bodies(byte[] input) {
        read(input);
    }

    /** Reads an input and checks what became of it. */
    public static void read(byte[] input) {
        Choice choice = Choice.of(input, 4);
        Untrusted.request(input, () -> Refusals.chroma(() -> read(choice.reader(), choice.body())));
    }

    private static void read(int reader, byte[] body) {
        switch (reader) {
            case 0 -> {
                for (Row row : RecordSet.read(body, RECORDS_MAX)) {
                    PointRules.check(SCHEMA, row.withoutNulls().point());
                }
            }
            case 1 -> {
                Selection selection = Selection.read(body);
                selection.includeOr(Include.OF_GET).forEach(Include::chromaName);
            }
            case 2 -> {
                CreateCollection create = CreateCollection.read(DatabaseName.DEFAULT, body);
                create.name().check();
                CollectionEntry entry = create.entry(new UUID(1, 2));
                assertThat(CollectionEntry.of(entry.key(), entry.json())).isEqualTo(entry);
            }
            default -> {
                UpdateCollection update = UpdateCollection.read(body);
                update.checkSpace(Space.L2);
                update.configured(JsonNodeFactory.instance.objectNode());
            }
        }
    }
}
