package io.omendb.index.file;

import java.nio.charset.StandardCharsets;
import org.apache.parquet.column.Dictionary;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.io.api.RecordMaterializer;
import org.jspecify.annotations.Nullable;

/** Puts a row together from the columns of {@link RowsSchema#FIXED}, in their order. */
final class RowMaterializer extends RecordMaterializer<RowImage> {
    private static final byte[] NO_ID = {};

    private final Bytes id = new Bytes();
    private final Number keyGroup = new Number();
    private final Source source = new Source();
    private final Number offset = new Number();
    private final Number timestampMs = new Number();
    private final Bytes metadata = new Bytes();
    private final Bytes text = new Bytes();
    private final Row row = new Row(id, keyGroup, source, offset, timestampMs, metadata, text);

    @Override
    public RowImage getCurrentRecord() {
        byte[] idBytes = id.value;
        return new RowImage(
                idBytes == null ? NO_ID : idBytes,
                (int) keyGroup.value,
                source.value,
                offset.value,
                timestampMs.value,
                metadata.value,
                text.value);
    }

    @Override
    public GroupConverter getRootConverter() {
        return row;
    }

    private final class Row extends GroupConverter {
        private final Converter[] columns;

        Row(Converter... columns) {
            this.columns = columns;
        }

        @Override
        public Converter getConverter(int column) {
            return columns[column];
        }

        @Override
        public void start() {
            metadata.value = null;
            text.value = null;
        }

        @Override
        public void end() {}
    }

    private static final class Bytes extends PrimitiveConverter {
        private byte @Nullable [] value;

        @Override
        public void addBinary(Binary binary) {
            value = binary.getBytes();
        }
    }

    private static final class Number extends PrimitiveConverter {
        private long value;

        @Override
        public void addInt(int number) {
            value = number;
        }

        @Override
        public void addLong(long number) {
            value = number;
        }
    }

    /** A segment has a handful of sources: rows share one string for each. */
    private static final class Source extends PrimitiveConverter {
        private String value = "";
        private String[] names = {};

        @Override
        public boolean hasDictionarySupport() {
            return true;
        }

        @Override
        public void setDictionary(Dictionary dictionary) {
            names = new String[dictionary.getMaxId() + 1];
            for (int i = 0; i < names.length; i++) {
                names[i] = text(dictionary.decodeToBinary(i));
            }
        }

        @Override
        public void addValueFromDictionary(int code) {
            value = names[code];
        }

        /** Where Parquet gave up the dictionary because it would not have been smaller. */
        @Override
        public void addBinary(Binary binary) {
            value = text(binary);
        }

        private static String text(Binary binary) {
            return new String(binary.getBytesUnsafe(), StandardCharsets.UTF_8).intern();
        }
    }
}
