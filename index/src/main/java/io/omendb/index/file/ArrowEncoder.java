package io.omendb.index.file;

import com.google.flatbuffers.FlatBufferBuilder;
import java.nio.charset.StandardCharsets;
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
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.Precision;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.flatbuf.Type;

/** The flatbuffers of a {@link VectorsFile}, without their framing. */
final class ArrowEncoder {
    static final byte[] MAGIC = "ARROW1".getBytes(StandardCharsets.US_ASCII);
    static final String COLUMN = "vector";

    private static final int NO_METADATA = 0;

    private ArrowEncoder() {}

    static byte[] schemaMessage(ComponentType type, int dimension) {
        FlatBufferBuilder builder = new FlatBufferBuilder();
        int schema = schema(builder, type, dimension);
        return message(builder, MessageHeader.Schema, schema, 0);
    }

    static byte[] batchMessage(int dimension, int rows, long dataBytes, long bodyBytes) {
        FlatBufferBuilder builder = new FlatBufferBuilder();
        // Vectors are built back to front.
        RecordBatch.startNodesVector(builder, 2);
        FieldNode.createFieldNode(builder, (long) rows * dimension, 0);
        FieldNode.createFieldNode(builder, rows, 0);
        int nodes = builder.endVector();
        RecordBatch.startBuffersVector(builder, 3);
        Buffer.createBuffer(builder, 0, dataBytes);
        Buffer.createBuffer(builder, 0, 0);
        Buffer.createBuffer(builder, 0, 0);
        int buffers = builder.endVector();
        int batch = RecordBatch.createRecordBatch(builder, rows, nodes, buffers, 0, 0);
        return message(builder, MessageHeader.RecordBatch, batch, bodyBytes);
    }

    static byte[] footer(
            ComponentType type, int dimension, long batchStart, int headerBytes, long bodyBytes) {
        FlatBufferBuilder builder = new FlatBufferBuilder();
        int schema = schema(builder, type, dimension);
        Footer.startDictionariesVector(builder, 0);
        int dictionaries = builder.endVector();
        Footer.startRecordBatchesVector(builder, 1);
        Block.createBlock(builder, batchStart, headerBytes, bodyBytes);
        int batches = builder.endVector();
        builder.finish(
                Footer.createFooter(
                        builder, MetadataVersion.V5, schema, dictionaries, batches, NO_METADATA));
        return builder.sizedByteArray();
    }

    private static byte[] message(
            FlatBufferBuilder builder, byte headerType, int header, long bodyBytes) {
        builder.finish(
                Message.createMessage(
                        builder, MetadataVersion.V5, headerType, header, bodyBytes, NO_METADATA));
        return builder.sizedByteArray();
    }

    private static int schema(FlatBufferBuilder builder, ComponentType type, int dimension) {
        int itemName = builder.createString("item");
        boolean isFloat = type == ComponentType.FLOAT32;
        int itemType =
                isFloat
                        ? FloatingPoint.createFloatingPoint(builder, Precision.SINGLE)
                        : Int.createInt(builder, Byte.SIZE, type.isSigned());
        // Arrow C++ refuses a field whose list of children is absent rather than empty.
        int none = Field.createChildrenVector(builder, new int[0]);
        int item =
                Field.createField(
                        builder,
                        itemName,
                        false,
                        isFloat ? Type.FloatingPoint : Type.Int,
                        itemType,
                        0,
                        none,
                        NO_METADATA);
        int name = builder.createString(COLUMN);
        int list = FixedSizeList.createFixedSizeList(builder, dimension);
        int items = Field.createChildrenVector(builder, new int[] {item});
        int column =
                Field.createField(
                        builder, name, false, Type.FixedSizeList, list, 0, items, NO_METADATA);
        int fields = Schema.createFieldsVector(builder, new int[] {column});
        return Schema.createSchema(builder, Endianness.Little, fields, NO_METADATA, 0);
    }
}
