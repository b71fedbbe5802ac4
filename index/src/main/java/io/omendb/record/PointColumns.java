package io.omendb.record;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Many points column by column, without an object a point. Rows with the same id take effect in
 * their order.
 *
 * @param dimension components per vector
 * @param vectors rows x dimension components, row after row; not copied
 * @param ids UTF-8, one a row, none null
 * @param metadata JSON objects in UTF-8, null where a row has none; null where no row has any
 * @param texts UTF-8, as metadata
 * @param sparse null where no row has a sparse vector
 */
@SuppressWarnings("ArrayRecordComponent") // the whole point is one array
public record PointColumns(
        int dimension,
        float[] vectors,
        ByteStrings ids,
        @Nullable ByteStrings metadata,
        @Nullable ByteStrings texts,
        @Nullable SparseColumn sparse) {

    public PointColumns {
        int rows = ids.size();
        if (vectors.length != Math.multiplyExact(rows, dimension)
                || (metadata != null && metadata.size() != rows)
                || (texts != null && texts.size() != rows)
                || (sparse != null && sparse.size() != rows)) {
            throw new IllegalArgumentException("columns of different lengths");
        }
    }

    /** Points without sparse vectors. */
    public PointColumns(
            int dimension,
            float[] vectors,
            ByteStrings ids,
            @Nullable ByteStrings metadata,
            @Nullable ByteStrings texts) {
        this(dimension, vectors, ids, metadata, texts, null);
    }

    /** How many points there are. */
    public int rows() {
        return ids.size();
    }

    /** One of the points, as an object of its own. */
    public Point point(int row) {
        byte[] json = metadata == null ? null : metadata.get(row);
        byte[] text = texts == null ? null : texts.get(row);
        SparseVector entries = sparse == null ? null : sparse.get(row);
        return new Point(
                new String(ids.bytes(), ids.start(row), ids.length(row), StandardCharsets.UTF_8),
                Arrays.copyOfRange(vectors, row * dimension, (row + 1) * dimension),
                json == null ? null : StrictJson.object(json, "metadata"),
                text == null ? null : new String(text, StandardCharsets.UTF_8),
                entries == null ? null : entries.indices(),
                entries == null ? null : entries.values());
    }

    /**
     * Some of the points, in the order given.
     *
     * @param rows their numbers; the first {@code count} are used
     */
    public PointColumns select(int[] rows, int count) {
        float[] selected = new float[count * dimension];
        for (int i = 0; i < count; i++) {
            System.arraycopy(vectors, rows[i] * dimension, selected, i * dimension, dimension);
        }
        return new PointColumns(
                dimension,
                selected,
                ids.select(rows, count),
                metadata == null ? null : metadata.select(rows, count),
                texts == null ? null : texts.select(rows, count),
                sparse == null ? null : sparse.select(rows, count));
    }
}
