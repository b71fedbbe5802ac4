package io.omendb.index.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.index.file.RowImage;
import io.omendb.index.segment.IdHash;
import io.omendb.record.PatchJson;
import io.omendb.record.PointPatch;
import io.omendb.record.SparseVector;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.Metric;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ShardPatchTest {
    private final Shard shard =
            new Shard(
                    CollectionSchema.of("c", 2, Metric.COSINE).withSparse(),
                    new ShardOptions(3, 1 << 20));

    @AfterEach
    void close() {
        shard.close();
    }

    @Test
    void patch_ofMetadata_leavesTheRestBitByBit_howeverOften() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        shard.upsert(
                image("a", 0, "{\"price\":1,\"tags\":[\"x\"]}", "some text"),
                new float[] {random.nextFloat(), random.nextFloat() + 0.1f});
        float[] vector = shard.get("a").orElseThrow().vector();

        for (int i = 1; i <= 20; i++) {
            assertThat(patch(i, "{\"metadata\":{\"price\":" + i + "}}")).isEqualTo(Patched.APPLIED);
        }

        Hit hit = shard.get("a").orElseThrow();
        assertThat(hit.vector()).as("seed %d", seed).isEqualTo(vector);
        assertThat(metadata(hit)).isEqualTo("{\"price\":20,\"tags\":[\"x\"]}");
        assertThat(hit.text()).isEqualTo("some text");
        assertThat(hit.segment().rows().offset(hit.row())).isEqualTo(20);
        assertThat(shard.snapshot().count(null)).isOne();
    }

    /** Restored without its patch it would be gone before that is read again. */
    @Test
    void patch_doesNotRenewTheAgeOfAPoint() {
        shard.upsert(image("a", 0, null, null), new float[] {1, 0});
        patch(50, "{\"text\":\"t\"}");

        assertThat(shard.expire(1000)).isZero();
        assertThat(shard.expire(1001)).isOne();
    }

    @Test
    void patch_isInvisibleToEarlierSnapshots_andNeverHalfDone() {
        shard.upsert(image("a", 0, "{\"n\":1}", "one"), new float[] {1, 0});
        ShardSnapshot before = shard.snapshot();

        patch(1, "{\"metadata\":{\"n\":2},\"text\":\"two\",\"vector\":[0,5]}");

        assertThat(before.liveRows())
                .singleElement()
                .satisfies(hit -> assertThat(metadata(hit) + hit.text()).isEqualTo("{\"n\":1}one"));
        Hit after = shard.get("a").orElseThrow();
        assertThat(metadata(after) + after.text()).isEqualTo("{\"n\":2}two");
        assertThat(after.vector()).containsExactly(0, 1);
    }

    @Test
    void patch_null_removesTextMetadataAndSparseVector() {
        shard.upsert(
                image("a", 0, "{\"n\":1}", "one", new SparseVector(new int[] {4}, new float[] {1})),
                new float[] {1, 0});

        patch(1, "{\"metadata\":null,\"text\":null,\"sparse\":null}");

        Hit hit = shard.get("a").orElseThrow();
        assertThat(hit.metadata()).isNull();
        assertThat(hit.text()).isNull();
        assertThat(sparse(hit)).isNull();
    }

    @Test
    void patch_ofAnAbsentOrDeletedPoint_doesNothing() {
        assertThat(patch(0, "{\"text\":\"t\",\"vector\":[1,1]}")).isEqualTo(Patched.ABSENT);
        shard.upsert(image("a", 1, null, null), new float[] {1, 0});
        byte[] id = bytes("a");
        shard.delete(IdHash.of(id), id, "t-0", 2);

        assertThat(patch(3, "{\"text\":\"t\"}")).isEqualTo(Patched.ABSENT);
        assertThat(shard.get("a")).isEmpty();
        assertThat(shard.snapshot().count(null)).isZero();
    }

    @Test
    void patch_olderPositionOfTheSameSource_changesNothing() {
        shard.upsert(image("a", 5, "{\"n\":1}", null), new float[] {1, 0});

        assertThat(patch(5, "{\"metadata\":{\"n\":2}}")).isEqualTo(Patched.STALE);
        assertThat(patch(6, "{\"metadata\":{\"n\":3}}")).isEqualTo(Patched.APPLIED);
        assertThat(patch(6, "{\"metadata\":{\"n\":4}}")).isEqualTo(Patched.STALE);
        assertThat(metadata(shard.get("a").orElseThrow())).isEqualTo("{\"n\":3}");
    }

    @Test
    void patch_vectorThatDoesNotFit_isRefusedAndChangesNothing() {
        shard.upsert(image("a", 0, "{\"n\":1}", null), new float[] {1, 0});

        assertThatThrownBy(() -> patch(1, "{\"metadata\":{\"n\":2},\"vector\":[1,2,3]}"))
                .hasMessage("vector: found 3 components, expected 2");
        assertThat(metadata(shard.get("a").orElseThrow())).isEqualTo("{\"n\":1}");
    }

    @Test
    void patch_metadataThatGrowsForEver_isRefusedInTheEnd_butMayShrink() {
        shard.upsert(image("a", 0, null, null), new float[] {1, 0});
        String long300k = "x".repeat(300_000);
        for (int i = 1; i <= 3; i++) {
            assertThat(patch(i, "{\"metadata\":{\"f" + i + "\":\"" + long300k + "\"}}"))
                    .isEqualTo(Patched.APPLIED);
        }
        assertThat(patch(4, "{\"metadata\":{\"f4\":\"" + long300k + "\"}}"))
                .isEqualTo(Patched.TOO_LARGE);
        assertThat(metadata(shard.get("a").orElseThrow())).doesNotContain("f4").contains("f3");

        assertThat(patch(5, "{\"metadata\":{\"f1\":null,\"f4\":\"" + long300k + "\"}}"))
                .isEqualTo(Patched.APPLIED);
    }

    /** Arrow has no limit for names; JSON's reader has. */
    @Test
    void patch_ofMetadataThatCannotBeRead_changesNothing() {
        shard.upsert(image("a", 0, "{\"" + "n".repeat(60_000) + "\":1}", "t"), new float[] {1, 0});

        assertThat(patch(1, "{\"metadata\":{\"m\":1}}")).isEqualTo(Patched.UNREADABLE);
        assertThat(patch(2, "{\"text\":\"u\"}")).isEqualTo(Patched.APPLIED);
        assertThat(patch(3, "{\"metadata\":null}")).isEqualTo(Patched.APPLIED);
        assertThat(patch(4, "{\"metadata\":{\"m\":1}}")).isEqualTo(Patched.APPLIED);
    }

    @Test
    void patch_keepsSparseVectors_ofGrowingAndOfPackedSegments() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        SparseVector[] sparse = new SparseVector[50];
        for (int i = 0; i < sparse.length; i++) {
            int[] indices = random.ints(0, 1 << 20).distinct().limit(9).sorted().toArray();
            float[] values = new float[indices.length];
            for (int j = 0; j < values.length; j++) {
                values[j] = (float) random.nextGaussian();
            }
            sparse[i] = new SparseVector(indices, values);
            shard.upsert(image("p" + i, i, null, null, sparse[i]), unit(i));
        }
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < sparse.length; i++) {
                int offset = sparse.length * (round + 1) + i;
                assertThat(patch("p" + i, offset, "{\"text\":\"round " + round + "\"}"))
                        .isEqualTo(Patched.APPLIED);
            }
        }
        for (int i = 0; i < sparse.length; i++) {
            Hit hit = shard.get("p" + i).orElseThrow();
            assertThat(sparse(hit)).as("seed %d", seed).isEqualTo(sparse[i]);
            assertThat(hit.text()).isEqualTo("round 1");
        }
    }

    private static float[] unit(int i) {
        return new float[] {1, i};
    }

    private static SparseVector sparse(Hit hit) {
        return hit.segment().postings().sparseVector(hit.row());
    }

    private static String metadata(Hit hit) {
        return new String(hit.metadata(), StandardCharsets.UTF_8);
    }

    private Patched patch(long offset, String json) {
        return patch("a", offset, json);
    }

    private Patched patch(String id, long offset, String json) {
        PointPatch patch = PatchJson.read(bytes(json), id);
        return shard.patch(IdHash.of(bytes(id)), image(id, offset, null, null), patch);
    }

    private static RowImage image(String id, long offset, String metadata, String text) {
        return image(id, offset, metadata, text, null);
    }

    private static RowImage image(
            String id, long offset, String metadata, String text, SparseVector sparse) {
        return new RowImage(
                bytes(id),
                0,
                "t-0",
                offset,
                1000 + offset,
                metadata == null ? null : bytes(metadata),
                text == null ? null : bytes(text),
                sparse);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
