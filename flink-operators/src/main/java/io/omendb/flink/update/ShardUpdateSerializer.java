package io.omendb.flink.update;

import io.omendb.flink.update.ShardUpdate.Define;
import io.omendb.flink.update.ShardUpdate.Delete;
import io.omendb.flink.update.ShardUpdate.Drop;
import io.omendb.flink.update.ShardUpdate.Patch;
import io.omendb.flink.update.ShardUpdate.Position;
import io.omendb.flink.update.ShardUpdate.Progress;
import io.omendb.flink.update.ShardUpdate.Upsert;
import io.omendb.flink.update.ShardUpdate.UpsertBatch;
import io.omendb.record.PointPatch;
import io.omendb.record.PointPatch.Part;
import io.omendb.record.SparseVector;
import io.omendb.record.StrictJson;
import io.omendb.schema.CollectionDefinition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.util.InstantiationUtil;
import org.jspecify.annotations.Nullable;

/**
 * The wire form between tasks: a tag byte, then the fields in the order of the record. Byte strings
 * have an int32 length, -1 for null; vectors an int32 length and little-endian floats, moved in one
 * piece. A batch is {@link ColumnsWire}. Strings that repeat in every record (collection, source)
 * are read into one object each.
 */
public final class ShardUpdateSerializer extends TypeSerializer<ShardUpdate> {
    private static final long serialVersionUID = 1;

    private static final int UPSERT = 1;
    private static final int DELETE = 2;
    private static final int PROGRESS = 3;
    private static final int DEFINE = 4;
    private static final int DROP = 5;
    private static final int UPSERT_BATCH = 6;
    private static final int PATCH = 7;
    private static final int INTERNED_MAX = 10_000;

    private transient byte @Nullable [] scratch;
    private final ColumnsWire columns = new ColumnsWire();
    private transient @Nullable Map<String, String> interned;

    @Override
    public void serialize(ShardUpdate update, DataOutputView out) throws IOException {
        if (update instanceof Upsert upsert) {
            out.writeByte(UPSERT);
            out.writeUTF(upsert.collection());
            out.writeLong(upsert.generation());
            out.writeLong(upsert.keyHash());
            writeBytes(upsert.id(), out);
            writePosition(upsert.position(), out);
            writeVector(upsert.vector(), out);
            writeBytes(upsert.metadata(), out);
            writeBytes(upsert.text(), out);
            writeSparse(upsert.sparse(), out);
        } else if (update instanceof UpsertBatch batch) {
            out.writeByte(UPSERT_BATCH);
            out.writeUTF(batch.collection());
            out.writeLong(batch.generation());
            out.writeLong(batch.keyHash());
            writePosition(batch.position(), out);
            columns.write(batch.idHashes(), batch.points(), out);
        } else if (update instanceof Delete delete) {
            out.writeByte(DELETE);
            out.writeUTF(delete.collection());
            out.writeLong(delete.generation());
            out.writeLong(delete.keyHash());
            writeBytes(delete.id(), out);
            writePosition(delete.position(), out);
        } else if (update instanceof Patch patch) {
            out.writeByte(PATCH);
            out.writeUTF(patch.collection());
            out.writeLong(patch.generation());
            out.writeLong(patch.keyHash());
            writePosition(patch.position(), out);
            writePatch(patch.patch(), out);
        } else if (update instanceof Progress progress) {
            out.writeByte(PROGRESS);
            out.writeLong(progress.keyHash());
            writePosition(progress.position(), out);
        } else if (update instanceof Define define) {
            out.writeByte(DEFINE);
            out.writeLong(define.keyHash());
            writeBytes(InstantiationUtil.serializeObject(define.definition()), out);
            out.writeInt(define.mappedTopics().size());
            for (String topic : define.mappedTopics()) {
                out.writeUTF(topic);
            }
        } else if (update instanceof Drop drop) {
            out.writeByte(DROP);
            out.writeLong(drop.keyHash());
            out.writeUTF(drop.collection());
            out.writeLong(drop.generation());
        }
    }

    @Override
    public ShardUpdate deserialize(DataInputView in) throws IOException {
        int tag = in.readByte();
        return switch (tag) {
            case UPSERT ->
                    new Upsert(
                            intern(in.readUTF()),
                            in.readLong(),
                            in.readLong(),
                            requireBytes(in),
                            readPosition(in),
                            readVector(in),
                            readBytes(in),
                            readBytes(in),
                            readSparse(in));
            case UPSERT_BATCH -> readBatch(in);
            case DELETE ->
                    new Delete(
                            intern(in.readUTF()),
                            in.readLong(),
                            in.readLong(),
                            requireBytes(in),
                            readPosition(in));
            case PATCH ->
                    new Patch(
                            intern(in.readUTF()),
                            in.readLong(),
                            in.readLong(),
                            readPosition(in),
                            readPatch(in));
            case PROGRESS -> new Progress(in.readLong(), readPosition(in));
            case DEFINE -> new Define(in.readLong(), readDefinition(in), readTopics(in));
            case DROP -> new Drop(in.readLong(), in.readUTF(), in.readLong());
            default -> throw new IOException("unknown kind of update: " + tag);
        };
    }

    private UpsertBatch readBatch(DataInputView in) throws IOException {
        String collection = intern(in.readUTF());
        long generation = in.readLong();
        long keyHash = in.readLong();
        Position position = readPosition(in);
        long[] idHashes = columns.readHashes(in);
        return new UpsertBatch(
                collection,
                generation,
                keyHash,
                position,
                idHashes,
                columns.readPoints(idHashes.length, in));
    }

    private void writePosition(Position position, DataOutputView out) throws IOException {
        out.writeUTF(position.source());
        out.writeLong(position.offset());
        out.writeLong(position.timestampMs());
    }

    private Position readPosition(DataInputView in) throws IOException {
        return new Position(intern(in.readUTF()), in.readLong(), in.readLong());
    }

    private static void writeBytes(byte @Nullable [] bytes, DataOutputView out) throws IOException {
        if (bytes == null) {
            out.writeInt(-1);
        } else {
            out.writeInt(bytes.length);
            out.write(bytes);
        }
    }

    private static byte @Nullable [] readBytes(DataInputView in) throws IOException {
        int length = in.readInt();
        if (length < 0) {
            return null;
        }
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return bytes;
    }

    private static byte[] requireBytes(DataInputView in) throws IOException {
        byte[] bytes = readBytes(in);
        if (bytes == null) {
            throw new IOException("update without its id");
        }
        return bytes;
    }

    private void writeVector(float[] vector, DataOutputView out) throws IOException {
        int bytes = vector.length * Float.BYTES;
        byte[] buffer = scratch(bytes);
        ByteBuffer.wrap(buffer).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(vector);
        out.writeInt(vector.length);
        out.write(buffer, 0, bytes);
    }

    private float[] readVector(DataInputView in) throws IOException {
        float[] vector = new float[in.readInt()];
        int bytes = vector.length * Float.BYTES;
        byte[] buffer = scratch(bytes);
        in.readFully(buffer, 0, bytes);
        ByteBuffer.wrap(buffer).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(vector);
        return vector;
    }

    /** The number of entries, -1 for no vector; the indices; the values as in a vector. */
    private void writeSparse(@Nullable SparseVector sparse, DataOutputView out) throws IOException {
        if (sparse == null) {
            out.writeInt(-1);
            return;
        }
        out.writeInt(sparse.indices().length);
        for (int index : sparse.indices()) {
            out.writeInt(index);
        }
        writeVector(sparse.values(), out);
    }

    private @Nullable SparseVector readSparse(DataInputView in) throws IOException {
        int entries = in.readInt();
        if (entries < 0) {
            return null;
        }
        int[] indices = new int[entries];
        for (int i = 0; i < entries; i++) {
            indices[i] = in.readInt();
        }
        return new SparseVector(indices, readVector(in));
    }

    /** The fields in their order, strings in UTF-8; of the parts removed a bit each, by ordinal. */
    private void writePatch(PointPatch patch, DataOutputView out) throws IOException {
        writeBytes(utf8(patch.id()), out);
        writeVector(patch.vector(), out);
        writeBytes(patch.metadata() == null ? null : utf8(patch.metadata().toString()), out);
        writeBytes(patch.text() == null ? null : utf8(patch.text()), out);
        writeSparse(patch.sparse(), out);
        int removed = 0;
        for (Part part : patch.removed()) {
            removed |= 1 << part.ordinal();
        }
        out.writeByte(removed);
    }

    private PointPatch readPatch(DataInputView in) throws IOException {
        byte[] id = requireBytes(in);
        float[] vector = readVector(in);
        byte[] metadata = readBytes(in);
        byte[] text = readBytes(in);
        SparseVector sparse = readSparse(in);
        int bits = in.readByte();
        Set<Part> removed = EnumSet.noneOf(Part.class);
        for (Part part : Part.values()) {
            if ((bits & 1 << part.ordinal()) != 0) {
                removed.add(part);
            }
        }
        return new PointPatch(
                new String(id, StandardCharsets.UTF_8),
                vector,
                metadata == null ? null : StrictJson.object(metadata, "metadata"),
                text == null ? null : new String(text, StandardCharsets.UTF_8),
                sparse,
                removed);
    }

    private static byte[] utf8(String value) {
        return value.getBytes(StandardCharsets.UTF_8);
    }

    private static Set<String> readTopics(DataInputView in) throws IOException {
        Set<String> topics = new HashSet<>();
        for (int left = in.readInt(); left > 0; left--) {
            topics.add(in.readUTF());
        }
        return topics;
    }

    private static CollectionDefinition readDefinition(DataInputView in) throws IOException {
        try {
            return InstantiationUtil.deserializeObject(
                    requireBytes(in), CollectionDefinition.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IOException("cannot read a collection's definition", e);
        }
    }

    private byte[] scratch(int bytes) {
        if (scratch == null || scratch.length < bytes) {
            scratch = new byte[bytes];
        }
        return scratch;
    }

    private String intern(String value) {
        if (interned == null) {
            interned = new HashMap<>();
        }
        String known = interned.get(value);
        if (known != null) {
            return known;
        }
        if (interned.size() < INTERNED_MAX) {
            interned.put(value, value);
        }
        return value;
    }

    @Override
    public boolean isImmutableType() {
        return true;
    }

    /** Scratch space is per thread. */
    @Override
    public TypeSerializer<ShardUpdate> duplicate() {
        return new ShardUpdateSerializer();
    }

    @Override
    public ShardUpdate createInstance() {
        return new Progress(0, Position.NONE);
    }

    @Override
    public ShardUpdate copy(ShardUpdate from) {
        return from;
    }

    @Override
    public ShardUpdate copy(ShardUpdate from, ShardUpdate reuse) {
        return from;
    }

    @Override
    public int getLength() {
        return -1;
    }

    @Override
    public ShardUpdate deserialize(ShardUpdate reuse, DataInputView source) throws IOException {
        return deserialize(source);
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
        serialize(deserialize(source), target);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ShardUpdateSerializer;
    }

    @Override
    public int hashCode() {
        return ShardUpdateSerializer.class.hashCode();
    }

    @Override
    public TypeSerializerSnapshot<ShardUpdate> snapshotConfiguration() {
        return new ShardUpdateSerializerSnapshot();
    }
}
