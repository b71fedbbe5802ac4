package io.omendb.index.segment;

import io.omendb.index.column.BytesColumn;
import io.omendb.index.column.FieldColumns;
import io.omendb.index.column.IntColumn;
import io.omendb.index.column.LongColumn;
import io.omendb.index.file.RowImage;
import io.omendb.schema.FieldType;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything of a segment's rows but the vectors, in columns. Written by one thread in row order; a
 * reader may look at any row below a row count it learnt through a volatile field written after the
 * append.
 */
public final class SegmentRows {
    private final BytesColumn ids = new BytesColumn();
    private final IntColumn keyGroups = new IntColumn();
    private final IntColumn sources = new IntColumn();
    private final LongColumn offsets = new LongColumn();
    private final LongColumn timestamps = new LongColumn();
    private final BytesColumn metadata = new BytesColumn();
    private final BytesColumn texts = new BytesColumn();
    private final FieldColumns fields;

    /** Few: one per Kafka partition. */
    private volatile String[] sourceNames = new String[0];

    SegmentRows(Map<String, FieldType> declared) {
        this.fields = new FieldColumns(declared);
    }

    void append(int row, RowImage image) {
        ids.set(row, image.id());
        keyGroups.set(row, image.keyGroup());
        sources.set(row, sourceCode(image.source()));
        offsets.set(row, image.offset());
        timestamps.set(row, image.timestampMs());
        metadata.set(row, image.metadata());
        texts.set(row, image.text());
        fields.append(row, image.metadata());
    }

    /** The row in full. */
    public RowImage image(int row) {
        return new RowImage(
                id(row),
                keyGroups.get(row),
                source(row),
                offsets.get(row),
                timestamps.get(row),
                metadata.get(row),
                texts.get(row));
    }

    /** The id's UTF-8 bytes. */
    public byte[] id(int row) {
        byte[] id = ids.get(row);
        if (id == null) {
            throw new IllegalStateException("row " + row + " has no id");
        }
        return id;
    }

    public String idString(int row) {
        return new String(id(row), StandardCharsets.UTF_8);
    }

    public boolean hasId(int row, byte[] id) {
        return ids.equalTo(row, id);
    }

    public int keyGroup(int row) {
        return keyGroups.get(row);
    }

    public String source(int row) {
        return sourceNames[sources.get(row)];
    }

    public long offset(int row) {
        return offsets.get(row);
    }

    /** Kafka's timestamp, in milliseconds since the epoch. */
    public long timestampMs(int row) {
        return timestamps.get(row);
    }

    /** Metadata JSON or null. */
    public byte @Nullable [] metadata(int row) {
        return metadata.get(row);
    }

    /** Text or null. */
    public byte @Nullable [] text(int row) {
        return texts.get(row);
    }

    public FieldColumns fields() {
        return fields;
    }

    /** Heap bytes of all columns. */
    public long bytes() {
        return ids.bytes()
                + keyGroups.bytes()
                + sources.bytes()
                + offsets.bytes()
                + timestamps.bytes()
                + metadata.bytes()
                + texts.bytes()
                + fields.bytes();
    }

    private int sourceCode(String source) {
        String[] names = sourceNames;
        for (int i = 0; i < names.length; i++) {
            if (names[i].equals(source)) {
                return i;
            }
        }
        String[] grown = Arrays.copyOf(names, names.length + 1);
        grown[names.length] = source;
        sourceNames = grown;
        return names.length;
    }
}
