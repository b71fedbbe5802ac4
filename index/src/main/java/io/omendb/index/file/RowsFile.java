package io.omendb.index.file;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.index.background.Pace;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.FieldType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.jspecify.annotations.Nullable;

/**
 * {@code metadata.parquet}: all of a segment's rows but their vectors, a standard Parquet file. Row
 * r of the file is row r of the segment.
 *
 * <pre>
 *   id            string   required
 *   key_group     int32    required   Flink key group of the id
 *   source        string   required   topic-partition, or empty; dictionary-encoded
 *   offset        int64    required   position within the source, or -1
 *   timestamp_ms  int64    required
 *   metadata      string   optional   the whole metadata as a JSON object
 *   text          string   optional
 *   field.NAME    string, int64, double, boolean or list of string, optional: one per declared field
 * </pre>
 *
 * Field columns repeat what {@code metadata} says, typed, so that the file can be queried with
 * pandas, polars or DuckDB; OmenDB itself reads only the fixed columns. Pages are Zstandard
 * compressed and carry a CRC. Parquet is used without a Hadoop installation: no Hadoop file system,
 * codec or configuration is touched.
 */
public final class RowsFile {
    private static final long ROW_GROUP_BYTES = 32L << 20;
    private static final int STEP_MASK = 15;
    private static final int PAGE_BYTES = 1 << 18;

    private RowsFile() {}

    /**
     * Writes a new file and forces it to the disk.
     *
     * @param rowAt asked for rows 0 to {@code rows - 1} in order
     * @throws OmenException EXTERNAL if the file exists or cannot be written
     */
    public static void write(
            Path file, CollectionSchema schema, int rows, IntFunction<RowImage> rowAt) {
        FieldStatistics ignored = new FieldStatistics(schema.fields());
        try {
            writeDigested(file, schema.fields(), rows, rowAt, ignored);
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot write " + file + ": " + e, e);
        }
    }

    static FileDigest writeDigested(
            Path file,
            Map<String, FieldType> fields,
            int rows,
            IntFunction<RowImage> rowAt,
            FieldStatistics statistics)
            throws IOException {
        try (ChecksummedOutput out = ChecksummedOutput.create(file)) {
            RowWriteSupport support = new RowWriteSupport(fields, statistics);
            try (ParquetWriter<RowImage> writer =
                    new Builder(new ParquetOutput(out), support).build()) {
                for (int row = 0; row < rows; row++) {
                    writer.write(rowAt.apply(row));
                    if ((row & STEP_MASK) == 0) {
                        Pace.step();
                    }
                }
            }
            return out.finish();
        }
    }

    /**
     * Reads every row in order.
     *
     * @throws OmenException CORRUPT if the file is missing or damaged, saying what is wrong; rows
     *     before the damage have then reached the sink
     */
    public static void read(Path file, Consumer<RowImage> sink) {
        try (RowReader reader = RowReader.open(file)) {
            for (RowImage row = reader.next(); row != null; row = reader.next()) {
                sink.accept(row);
            }
        }
    }

    private static final class Builder extends ParquetWriter.Builder<RowImage, Builder> {
        private final RowWriteSupport support;

        Builder(OutputFile file, RowWriteSupport support) {
            super(file);
            this.support = support;
            withConf(new PlainParquetConfiguration());
            withCodecFactory(new ZstdCodecs());
            withCompressionCodec(CompressionCodecName.ZSTD);
            withRowGroupSize(ROW_GROUP_BYTES);
            withPageSize(PAGE_BYTES);
            for (String column : RowsSchema.distinctColumns()) {
                withDictionaryEncoding(column, false);
            }
            // Smallest and largest of these say nothing, and would be kept whole.
            withStatisticsEnabled(RowsSchema.METADATA, false);
            withStatisticsEnabled(RowsSchema.TEXT, false);
        }

        @Override
        protected Builder self() {
            return this;
        }

        @Override
        protected WriteSupport<RowImage> getWriteSupport(@Nullable Configuration configuration) {
            return support;
        }

        @Override
        protected WriteSupport<RowImage> getWriteSupport(ParquetConfiguration configuration) {
            return support;
        }
    }
}
