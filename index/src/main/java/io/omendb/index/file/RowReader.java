package io.omendb.index.file;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.filter2.compat.FilterCompat;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.MessageColumnIO;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * Reads the fixed columns of a {@link RowsFile}. Parquet meets damage with exceptions of many
 * kinds; every one of them leaves here as CORRUPT, but for those that say that the file could not
 * be read, whatever is in it. Used by one thread.
 */
final class RowReader implements AutoCloseable {
    private final Path file;
    private final ParquetFileReader parquet;
    private final MessageColumnIO columns;
    private @Nullable RecordReader<RowImage> rowGroup;
    private long rowsLeft;

    private RowReader(Path file, ParquetFileReader parquet, MessageColumnIO columns) {
        this.file = file;
        this.parquet = parquet;
        this.columns = columns;
    }

    static RowReader open(Path file) {
        if (!Files.exists(file)) {
            throw OmenException.corrupt(file + " is missing");
        }
        ParquetReadOptions options =
                ParquetReadOptions.builder(new PlainParquetConfiguration())
                        .withCodecFactory(new ZstdCodecs())
                        .usePageChecksumVerification()
                        .build();
        ParquetFileReader parquet = null;
        try {
            parquet = ParquetFileReader.open(new LocalInputFile(file), options);
            MessageType stored = parquet.getFileMetaData().getSchema();
            checkColumns(stored);
            parquet.setRequestedSchema(RowsSchema.FIXED);
            MessageColumnIO columns =
                    new ColumnIOFactory(parquet.getFileMetaData().getCreatedBy())
                            .getColumnIO(RowsSchema.FIXED, stored, true);
            return new RowReader(file, parquet, columns);
        } catch (IOException | RuntimeException e) {
            OmenException failure = failure(file, e);
            if (parquet != null) {
                closeAfter(failure, parquet);
            }
            throw failure;
        }
    }

    /** The next row, or null at the end. */
    @Nullable RowImage next() {
        try {
            while (rowsLeft == 0 || rowGroup == null) {
                PageReadStore pages = parquet.readNextRowGroup();
                if (pages == null) {
                    return null;
                }
                rowsLeft = pages.getRowCount();
                rowGroup = columns.getRecordReader(pages, new RowMaterializer(), FilterCompat.NOOP);
            }
            rowsLeft--;
            return rowGroup.read();
        } catch (IOException | RuntimeException e) {
            throw failure(file, e);
        }
    }

    @Override
    public void close() {
        try {
            parquet.close();
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot close " + file + ": " + e, e);
        }
    }

    private static void checkColumns(MessageType stored) throws IOException {
        for (Type column : RowsSchema.FIXED.getFields()) {
            String name = column.getName();
            if (!stored.containsField(name) || !stored.getType(name).equals(column)) {
                throw new IOException("its schema lacks \"" + column + "\"");
            }
        }
    }

    private static OmenException failure(Path file, Exception cause) {
        for (Throwable next = cause; next != null; next = next.getCause()) {
            if (isUnreadable(next)) {
                return new OmenException(
                        ErrorCode.EXTERNAL, "cannot read " + file + ": " + next, cause);
            }
        }
        return new OmenException(
                ErrorCode.CORRUPT, file + " is damaged: " + firstLine(cause), cause);
    }

    /** No file descriptors left, an interrupted thread, a disk that fails: another try may do. */
    private static boolean isUnreadable(Throwable failure) {
        return failure instanceof FileSystemException
                || failure instanceof FileNotFoundException
                || failure instanceof ClosedChannelException
                || failure.getClass() == IOException.class
                        && "Input/output error".equals(failure.getMessage());
    }

    private static String firstLine(Exception cause) {
        String message = String.valueOf(cause.getMessage());
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }

    private static void closeAfter(OmenException failure, ParquetFileReader parquet) {
        try {
            parquet.close();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }
}
