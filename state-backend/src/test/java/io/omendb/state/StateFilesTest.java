package io.omendb.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.schema.CollectionDefinition;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.FieldType;
import io.omendb.schema.Metric;
import io.omendb.state.CheckpointImage.CollectionImage;
import io.omendb.state.CheckpointImage.SegmentImage;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class StateFilesTest {

    @Test
    void checkpointImage_writtenAndRead_isTheSame() {
        CheckpointImage image = image();
        assertThat(CheckpointImage.fromBytes(image.toBytes(), "meta")).isEqualTo(image);
    }

    @Test
    void checkpointImage_anyFlippedByteOrCut_isRefused() {
        byte[] good = image().toBytes();
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= 0x10;
            assertCorrupt(() -> CheckpointImage.fromBytes(bad, "the-file"), "the-file");
            byte[] cut = java.util.Arrays.copyOf(good, i);
            assertCorrupt(() -> CheckpointImage.fromBytes(cut, "the-file"), "the-file");
        }
    }

    @Test
    void checkpointImage_newerVersion_saysSo() {
        byte[] newer = image().toBytes();
        newer[11]++;
        assertCorrupt(() -> CheckpointImage.fromBytes(newer, "f"), "written by a newer OmenDB");
    }

    @Test
    void tombstones_randomBitmaps_areTheSameAndDamageIsSeen() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Map<String, BitSet> dead = new TreeMap<>();
        for (int i = 0; i < 5; i++) {
            BitSet rows = new BitSet();
            for (int n = random.nextInt(200); n > 0; n--) {
                rows.set(random.nextInt(70_000));
            }
            dead.put("segment-" + i, rows);
        }
        byte[] good = TombstoneFile.toBytes(dead);
        assertThat(TombstoneFile.fromBytes(good, "f")).as("seed %d", seed).isEqualTo(dead);
        for (int trial = 0; trial < 200; trial++) {
            byte[] bad = good.clone();
            bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
            assertCorrupt(() -> TombstoneFile.fromBytes(bad, "the-file"), "the-file");
        }
        assertThat(TombstoneFile.fromBytes(TombstoneFile.toBytes(Map.of()), "f")).isEmpty();
    }

    private static void assertCorrupt(Runnable read, String message) {
        assertThatThrownBy(read::run)
                .isInstanceOfSatisfying(
                        OmenException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT))
                .hasMessageContaining(message);
    }

    private static CheckpointImage image() {
        CollectionSchema schema =
                CollectionSchema.of("c", 3, Metric.COSINE)
                        .withFields(Map.of("tags", FieldType.KEYWORDS));
        CollectionDefinition definition =
                new CollectionDefinition(schema, "omen.c", 17, Map.of(0, 5L, 1, 7L));
        return new CheckpointImage(
                new DelegateImage("key_groups", 0, 2, null, -1, List.of(1L, 2L, 3L)),
                List.of(
                        new CollectionImage(
                                definition,
                                List.of(
                                        new SegmentImage(
                                                "s", 10, 1, 99, List.of("manifest.json"))))),
                Map.of("gone", 4L),
                Map.of("omen.c-0", new AppliedPosition(41, 1_700_000_000_000L)));
    }
}
