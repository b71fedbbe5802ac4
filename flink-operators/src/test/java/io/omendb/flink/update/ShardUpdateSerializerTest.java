package io.omendb.flink.update;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.flink.update.ShardUpdate.Patch;
import io.omendb.flink.update.ShardUpdate.Position;
import io.omendb.flink.update.ShardUpdate.Upsert;
import io.omendb.flink.update.ShardUpdate.UpsertBatch;
import io.omendb.record.ByteStrings;
import io.omendb.record.Point;
import io.omendb.record.PointColumns;
import io.omendb.record.PointPatch;
import io.omendb.record.PointPatch.Part;
import io.omendb.record.SparseColumn;
import io.omendb.record.SparseVector;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShardUpdateSerializerTest {

    /** From less than a piece of the wire form to several. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 500, 9_000})
    void batch_roundTrip(int rows) throws IOException {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        int dimension = 1 + random.nextInt(20);
        float[] vectors = new float[rows * dimension];
        long[] hashes = new long[rows];
        ByteStrings.Builder ids = new ByteStrings.Builder(rows, 0);
        ByteStrings.Builder metadata = new ByteStrings.Builder(rows, 0);
        for (int i = 0; i < vectors.length; i++) {
            vectors[i] = random.nextFloat();
        }
        SparseColumn.Builder sparse = new SparseColumn.Builder();
        for (int row = 0; row < rows; row++) {
            sparse.add(
                    row % 3 == 0
                            ? null
                            : new SparseVector(
                                    new int[] {row, row + 9}, new float[] {random.nextFloat(), 1}));
            hashes[row] = random.nextLong();
            ids.add(("id" + random.nextInt()).getBytes(StandardCharsets.UTF_8));
            metadata.add(random.nextBoolean() ? null : new byte[random.nextInt(30)]);
        }
        PointColumns points =
                new PointColumns(
                        dimension, vectors, ids.build(), metadata.build(), null, sparse.build());
        UpsertBatch batch =
                new UpsertBatch("c", 3, 77, new Position("omen.c-1", 12, 34), hashes, points);
        ShardUpdateSerializer serializer = new ShardUpdateSerializer();
        DataOutputSerializer out = new DataOutputSerializer(64);
        serializer.serialize(batch, out);
        serializer.serialize(batch, out);
        DataInputDeserializer in = new DataInputDeserializer(out.getCopyOfBuffer());
        for (int i = 0; i < 2; i++) {
            UpsertBatch read = (UpsertBatch) serializer.deserialize(in);
            assertThat(read.collection()).isEqualTo("c");
            assertThat(read.generation()).isEqualTo(3);
            assertThat(read.keyHash()).isEqualTo(77);
            assertThat(read.position()).isEqualTo(batch.position());
            assertThat(read.idHashes()).isEqualTo(hashes);
            assertThat(read.points().vectors()).isEqualTo(vectors);
            assertThat(read.points().dimension()).isEqualTo(dimension);
            assertThat(read.points().texts()).isNull();
            for (int row = 0; row < rows; row++) {
                assertThat(read.points().ids().get(row)).isEqualTo(points.ids().get(row));
                assertThat(read.points().metadata().get(row)).isEqualTo(points.metadata().get(row));
                assertThat(read.points().sparse().get(row)).isEqualTo(points.sparse().get(row));
            }
        }
        assertThat(in.available()).isZero();
    }

    @Test
    void patch_roundTrip() throws IOException {
        ShardUpdateSerializer serializer = new ShardUpdateSerializer();
        ObjectNode metadata = JsonNodeFactory.instance.objectNode();
        metadata.put("price", 9.5).putNull("offer");
        for (PointPatch patch :
                List.of(
                        PointPatch.ofMetadata("ä", metadata),
                        new PointPatch(
                                "b",
                                new float[] {1, -2},
                                null,
                                "text",
                                new SparseVector(new int[] {3}, new float[] {0.5f}),
                                Set.of(Part.METADATA)),
                        new PointPatch(
                                "c",
                                Point.NO_VECTOR,
                                null,
                                null,
                                null,
                                EnumSet.of(Part.TEXT, Part.SPARSE)))) {
            Patch update = new Patch("c", 3, 77, new Position("omen.c-1", 12, 34), patch);
            DataOutputSerializer out = new DataOutputSerializer(64);
            serializer.serialize(update, out);
            DataInputDeserializer in = new DataInputDeserializer(out.getCopyOfBuffer());
            assertThat(serializer.deserialize(in)).isEqualTo(update);
            assertThat(in.available()).isZero();
        }
    }

    @Test
    void upsert_textAndSparseVector_roundTrip() throws Exception {
        Upsert upsert =
                new Upsert(
                        "c",
                        3,
                        77,
                        new byte[] {1},
                        new Position("omen.c-1", 12, 34),
                        new float[] {1, 2},
                        null,
                        new byte[] {'t'},
                        new SparseVector(new int[] {3, 1 << 30}, new float[] {-0.5f, 2}));
        ShardUpdateSerializer serializer = new ShardUpdateSerializer();
        DataOutputSerializer out = new DataOutputSerializer(64);
        serializer.serialize(upsert, out);
        DataInputDeserializer in = new DataInputDeserializer(out.getCopyOfBuffer());

        Upsert read = (Upsert) serializer.deserialize(in);

        assertThat(read.sparse()).isEqualTo(upsert.sparse());
        assertThat(read.text()).isEqualTo(upsert.text());
        assertThat(read.vector()).isEqualTo(upsert.vector());
        assertThat(in.available()).isZero();
    }

    @Test
    void subtaskOf_isWhatKeyByDoes() {
        Random random = new Random(5);
        for (int i = 0; i < 1_000; i++) {
            long key = random.nextLong();
            for (int parallelism : new int[] {1, 2, 3, 7}) {
                assertThat(SubtaskKeys.subtaskOf(key, parallelism, 128))
                        .isEqualTo(
                                org.apache.flink.runtime.state.KeyGroupRangeAssignment
                                        .assignKeyToParallelOperator(key, 128, parallelism));
            }
        }
    }
}
