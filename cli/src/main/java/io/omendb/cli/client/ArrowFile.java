package io.omendb.cli.client;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.record.Point;
import io.omendb.record.PointBatch;
import io.omendb.record.arrow.ArrowPoints;
import io.omendb.schema.CollectionSchema;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.compression.CommonsCompressionFactory;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.compression.CompressionCodec;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;

/**
 * Points of an Arrow IPC stream or file, its buffers compressed or not; columns as {@link
 * ArrowPoints} has them. Record batches are read one at a time, and of them some hundred rows.
 */
final class ArrowFile extends PointFile {
    /** How an IPC file begins; a stream does not. */
    private static final byte[] FILE_MAGIC = "ARROW1".getBytes(StandardCharsets.US_ASCII);

    private static final int SLICE_ROWS = 1_000;

    private final Path file;
    private final CollectionSchema schema;
    private final BufferAllocator allocator;
    private final ArrowReader reader;
    private List<Point> slice = List.of();

    /** Of the slice, how many were given out. */
    private int given;

    /** Of the record batch, how many are in slices. */
    private int sliced;

    private long firstOfSlice;

    private ArrowFile(
            Path file, CollectionSchema schema, BufferAllocator allocator, ArrowReader reader) {
        this.file = file;
        this.schema = schema;
        this.allocator = allocator;
        this.reader = reader;
    }

    @SuppressWarnings("resource") // the reader closes the channel, the file the reader
    static ArrowFile open(Path file, CollectionSchema schema) throws IOException {
        FileChannel channel = FileChannel.open(file);
        try {
            boolean isFile = isFile(channel);
            BufferAllocator allocator = new RootAllocator();
            CompressionCodec.Factory codecs = CommonsCompressionFactory.INSTANCE;
            ArrowReader reader =
                    isFile
                            ? new ArrowFileReader(channel, allocator, codecs)
                            : new ArrowStreamReader(
                                    Channels.newInputStream(channel), allocator, codecs);
            return new ArrowFile(file, schema, allocator, reader);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static boolean isFile(FileChannel channel) throws IOException {
        ByteBuffer start = ByteBuffer.allocate(FILE_MAGIC.length);
        while (start.hasRemaining() && channel.read(start) >= 0) {
            // Most often all at once.
        }
        channel.position(0);
        return Arrays.equals(start.array(), FILE_MAGIC);
    }

    @Override
    public Optional<Point> next() {
        while (given == slice.size()) {
            if (!readSlice()) {
                return Optional.empty();
            }
        }
        return Optional.of(slice.get(given++));
    }

    private boolean readSlice() {
        try {
            VectorSchemaRoot root = reader.getVectorSchemaRoot();
            firstOfSlice += slice.size();
            slice = List.of();
            given = 0;
            if (sliced == root.getRowCount()) {
                sliced = 0;
                if (!reader.loadNextBatch()) {
                    return false;
                }
            }
            int rows = Math.min(SLICE_ROWS, root.getRowCount() - sliced);
            if (rows > 0) {
                slice = points(root, rows);
                sliced += rows;
            }
            return true;
        } catch (OmenException e) {
            throw e;
        } catch (IOException | RuntimeException | AssertionError e) {
            throw new OmenException(
                    ErrorCode.MALFORMED,
                    file + ": found bytes that cannot be read (" + e + "), expected Arrow IPC",
                    e);
        }
    }

    /** As the gateway reads them: by way of a stream, which is what it takes. */
    private List<Point> points(VectorSchemaRoot root, int rows) throws IOException {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        try (VectorSchemaRoot part = root.slice(sliced, rows);
                ArrowStreamWriter writer =
                        new ArrowStreamWriter(part, reader, Channels.newChannel(stream))) {
            writer.start();
            writer.writeBatch();
            writer.end();
        }
        PointBatch<Point> batch = ArrowPoints.readBatch(stream.toByteArray(), schema, rows);
        if (!batch.bad().isEmpty()) {
            PointBatch.BadPoint bad = batch.bad().get(0);
            throw new OmenException(
                    bad.reason().code(),
                    file
                            + ", row "
                            + (firstOfSlice + bad.index())
                            + ": "
                            + bad.reason().getMessage(),
                    bad.reason());
        }
        return batch.points();
    }

    @Override
    public String place() {
        return "row " + (firstOfSlice + given - 1);
    }

    @Override
    public long pointsExpected() {
        return -1;
    }

    @Override
    public void close() {
        try (allocator) {
            reader.close();
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot close " + file + ": " + e, e);
        }
    }
}
