package io.omendb.index.file;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.arrow.flatbuf.Block;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.FixedSizeList;
import org.apache.arrow.flatbuf.FloatingPoint;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.Int;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.Precision;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.flatbuf.Type;

/**
 * Finds the vectors in a {@link VectorsFile} and checks every length and offset on the way. The
 * values themselves are covered by the manifest's checksum.
 */
final class ArrowDecoder {
    private static final int TRAILER_BYTES = Integer.BYTES + ArrowEncoder.MAGIC.length;
    private static final int SIZE_MIN = 8 + TRAILER_BYTES;
    private static final int FRAME_BYTES = 8;

    /** Ours are below 1 KiB; the limit keeps a damaged length from asking for memory. */
    private static final int FLATBUFFER_BYTES_MAX = 1 << 20;

    private final Path file;
    private final FileChannel channel;
    private final long size;

    private ArrowDecoder(Path file, FileChannel channel, long size) {
        this.file = file;
        this.channel = channel;
        this.size = size;
    }

    /**
     * Where the vectors are.
     *
     * @param type of the components
     * @param rows number of vectors
     * @param dimension components per vector
     * @param position byte of the file at which the first one starts
     */
    record Layout(ComponentType type, int rows, int dimension, long position) {}

    static Layout decode(Path file, FileChannel channel) throws IOException {
        ArrowDecoder decoder = new ArrowDecoder(file, channel, channel.size());
        try {
            return decoder.layout();
        } catch (IndexOutOfBoundsException | IllegalArgumentException | ArithmeticException e) {
            // What the flatbuffer accessors and absolute reads throw when an offset leads outside.
            throw new OmenException(
                    ErrorCode.CORRUPT, file + " is damaged: its Arrow metadata is unreadable", e);
        }
    }

    private Layout layout() throws IOException {
        check(size >= SIZE_MIN, "it has " + size + " bytes, fewer than any Arrow file");
        checkMagic(0, "start");
        checkMagic(size - ArrowEncoder.MAGIC.length, "end");
        int footerBytes = read(size - TRAILER_BYTES, Integer.BYTES).getInt(0);
        check(
                footerBytes > 0
                        && footerBytes <= FLATBUFFER_BYTES_MAX
                        && footerBytes <= size - SIZE_MIN,
                "its footer claims " + footerBytes + " bytes");
        long footerStart = size - TRAILER_BYTES - footerBytes;
        Footer footer = Footer.getRootAsFooter(read(footerStart, footerBytes));
        FixedSizeList list = list(footer.schema());
        check(
                footer.recordBatchesLength() == 1,
                "it holds " + footer.recordBatchesLength() + " record batches, expected 1");
        Block block = footer.recordBatches(0);
        long end = Math.addExact(block.offset() + block.metaDataLength(), block.bodyLength());
        check(
                block.offset() >= FRAME_BYTES
                        && block.metaDataLength() > FRAME_BYTES
                        && block.metaDataLength() <= FLATBUFFER_BYTES_MAX
                        && block.bodyLength() >= 0
                        && end <= footerStart,
                "its record batch reaches outside the file");
        return batchLayout(block, type(footer.schema().fields(0).children(0)), list.listSize());
    }

    private Layout batchLayout(Block block, ComponentType type, int dimension) throws IOException {
        ByteBuffer framed = read(block.offset(), block.metaDataLength());
        check(
                framed.getInt(0) == -1 && framed.getInt(4) == block.metaDataLength() - FRAME_BYTES,
                "its record batch message is not framed as its footer says");
        Message message = Message.getRootAsMessage(framed.position(FRAME_BYTES));
        check(
                message.headerType() == MessageHeader.RecordBatch
                        && message.bodyLength() == block.bodyLength(),
                "its record batch is not what its footer says");
        RecordBatch batch = (RecordBatch) message.header(new RecordBatch());
        check(batch != null, "its record batch is empty");
        long rows = batch.length();
        check(
                rows >= 0 && rows <= Integer.MAX_VALUE && batch.compression() == null,
                "its record batch has " + rows + " rows or is compressed");
        long components = rows * dimension;
        check(
                batch.nodesLength() == 2
                        && hasNoNulls(batch.nodes(0), rows)
                        && hasNoNulls(batch.nodes(1), components),
                "its vectors are not " + rows + " x " + dimension + " without nulls");
        check(batch.buffersLength() == 3, "it has " + batch.buffersLength() + " buffers, not 3");
        Buffer data = batch.buffers(2);
        check(
                data.length() == Math.multiplyExact(components, type.bytes())
                        && data.offset() >= 0
                        && data.offset() <= block.bodyLength() - data.length(),
                "its data has " + data.length() + " bytes, not " + rows + " rows of " + dimension);
        long position = block.offset() + block.metaDataLength() + data.offset();
        return new Layout(type, (int) rows, dimension, position);
    }

    private static boolean hasNoNulls(FieldNode node, long length) {
        return node.length() == length && node.nullCount() == 0;
    }

    private FixedSizeList list(Schema schema) {
        check(
                schema != null
                        && schema.endianness() == Endianness.Little
                        && schema.fieldsLength() == 1,
                "its schema is not one little-endian column");
        Field column = schema.fields(0);
        check(
                ArrowEncoder.COLUMN.equals(column.name())
                        && column.typeType() == Type.FixedSizeList
                        && column.childrenLength() == 1,
                "its column is not \"vector\", a fixed-size list");
        FixedSizeList list = (FixedSizeList) column.type(new FixedSizeList());
        check(list != null && list.listSize() >= 1, "its vectors have no components");
        return list;
    }

    private ComponentType type(Field item) {
        if (item.typeType() == Type.FloatingPoint) {
            FloatingPoint type = (FloatingPoint) item.type(new FloatingPoint());
            if (type != null && type.precision() == Precision.SINGLE) {
                return ComponentType.FLOAT32;
            }
        } else if (item.typeType() == Type.Int) {
            Int type = (Int) item.type(new Int());
            if (type != null && type.bitWidth() == Byte.SIZE) {
                return type.isSigned() ? ComponentType.INT8 : ComponentType.UINT8;
            }
        }
        throw damaged("its components are not float32, uint8 or int8");
    }

    private void checkMagic(long position, String where) throws IOException {
        byte[] found = read(position, ArrowEncoder.MAGIC.length).array();
        check(Arrays.equals(found, ArrowEncoder.MAGIC), "no ARROW1 at its " + where);
    }

    private ByteBuffer read(long position, int length) throws IOException {
        ByteBuffer into = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (into.hasRemaining()) {
            int got = channel.read(into, position + into.position());
            check(got >= 0, "it ends early");
        }
        return into.flip();
    }

    private void check(boolean sound, String otherwise) {
        if (!sound) {
            throw damaged(otherwise);
        }
    }

    private OmenException damaged(String how) {
        return OmenException.corrupt(file + " is damaged: " + how);
    }
}
