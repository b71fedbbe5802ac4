package io.omendb.gateway.arrow;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Columns that become one Arrow IPC stream of one record batch, uncompressed: any reader of Arrow
 * takes it. Used by one thread; owns the memory of its columns until it is closed.
 */
public final class ArrowTable implements AutoCloseable {
    private final BufferAllocator allocator = new RootAllocator();
    private final List<FieldVector> columns = new ArrayList<>();

    /** Makes a column. */
    @FunctionalInterface
    public interface Maker<V extends FieldVector> {
        V make(BufferAllocator allocator);
    }

    /** Adds a column after those there are. */
    public <V extends FieldVector> V add(Maker<V> maker) {
        V column = maker.make(allocator);
        columns.add(column);
        return column;
    }

    /**
     * The stream.
     *
     * @param rows how many rows every column has
     * @param metadata of the schema
     */
    public byte[] write(int rows, Map<String, String> metadata) {
        columns.forEach(column -> column.setValueCount(rows));
        Schema schema = new Schema(columns.stream().map(FieldVector::getField).toList(), metadata);
        long bytes = columns.stream().mapToLong(FieldVector::getBufferSize).sum();
        ByteArrayOutputStream out =
                new ByteArrayOutputStream(Math.toIntExact(bytes + 1024L * (1 + columns.size())));
        // The root does not own the columns: the table does.
        VectorSchemaRoot root = new VectorSchemaRoot(schema, columns, rows);
        try (ArrowStreamWriter writer = new ArrowStreamWriter(root, null, out)) {
            writer.start();
            writer.writeBatch();
            writer.end();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return out.toByteArray();
    }

    @Override
    public void close() {
        columns.forEach(FieldVector::close);
        columns.clear();
        allocator.close();
    }
}
