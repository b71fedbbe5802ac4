package io.omendb.state;

import com.dynatrace.hash4j.hashing.HashStream64;
import com.dynatrace.hash4j.hashing.Hashing;
import io.omendb.index.segment.Segment;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A digest of rows by key group that does not depend on their order: the sum, modulo 2^64, of the
 * XXH3 hash of each row's id, vector, metadata and text.
 */
final class ContentDigest {
    private final String name;
    private final long generation;
    private final Map<Integer, Long> sums = new TreeMap<>();
    private final Map<Integer, Set<Long>> ids = new HashMap<>();
    private final HashStream64 stream = Hashing.xxh3_64().hashStream();
    private long rows;

    ContentDigest(String name, long generation) {
        this.name = name;
        this.generation = generation;
    }

    /**
     * Adds a row that is alive.
     *
     * @return false if a row of this id was added before
     */
    boolean add(Segment segment, int row, float[] vector) {
        byte[] id = segment.rows().id(row);
        int keyGroup = segment.rows().keyGroup(row);
        segment.vectors().read(row, 1, vector, 0);
        stream.reset().putByteArray(id).putFloatArray(vector);
        put(segment.rows().metadata(row));
        put(segment.rows().text(row));
        sums.merge(keyGroup, stream.getAsLong(), Long::sum);
        rows++;
        long idHash = Hashing.xxh3_64().hashBytesToLong(id);
        return ids.computeIfAbsent(keyGroup, group -> new HashSet<>()).add(idHash);
    }

    private void put(byte @Nullable [] bytes) {
        stream.putBoolean(bytes != null);
        if (bytes != null) {
            stream.putByteArray(bytes);
        }
    }

    CheckpointVerification.Content content() {
        Map<Integer, String> keyGroups = new TreeMap<>();
        long all = 0;
        for (Map.Entry<Integer, Long> sum : sums.entrySet()) {
            keyGroups.put(sum.getKey(), hex(sum.getValue()));
            all += sum.getValue();
        }
        return new CheckpointVerification.Content(name, generation, rows, hex(all), keyGroups);
    }

    private static String hex(long digest) {
        return String.format(Locale.ROOT, "%016x", digest);
    }
}
