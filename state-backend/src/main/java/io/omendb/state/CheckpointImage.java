package io.omendb.state;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.omendb.OmenException;
import io.omendb.schema.CollectionDefinition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What one subtask's checkpoint holds: the table of contents that makes sense of its files. Stored
 * as the meta handle of the {@code IncrementalRemoteKeyedStateHandle}:
 *
 * <pre>
 * byte  0  magic    8 bytes, ASCII "OMENCKPT"
 * byte  8  version  int32, big-endian, {@value #VERSION}
 * byte 12  length   int32, big-endian: bytes of JSON
 * byte 16  JSON     this record, UTF-8
 * then     checksum int32, big-endian: CRC-32C of everything before
 * </pre>
 *
 * @param delegate how to rebuild the delegate's handle; null where it had none
 * @param collections every collection with its segments
 * @param dropped highest dropped generation by collection name
 * @param applied how far each source was applied
 */
record CheckpointImage(
        @Nullable DelegateImage delegate,
        List<CollectionImage> collections,
        Map<String, Long> dropped,
        Map<String, AppliedPosition> applied) {

    static final int VERSION = 2;

    private static final byte[] MAGIC = {'O', 'M', 'E', 'N', 'C', 'K', 'P', 'T'};
    private static final int HEADER_BYTES = 16;
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    /**
     * A collection in a checkpoint.
     *
     * @param definition the collection
     * @param segments its segments, oldest first
     */
    record CollectionImage(CollectionDefinition definition, List<SegmentImage> segments) {}

    /**
     * A segment in a checkpoint.
     *
     * @param id the segment's id, also its folder's name
     * @param rows rows stored
     * @param dead of those, how many were dead
     * @param bytes bytes of its files
     * @param files its files' names
     */
    record SegmentImage(String id, int rows, int dead, long bytes, List<String> files) {}

    byte[] toBytes() {
        try {
            byte[] json = JSON.writeValueAsBytes(this);
            ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES + json.length + Integer.BYTES);
            bytes.put(MAGIC).putInt(VERSION).putInt(json.length).put(json);
            bytes.putInt(checksum(bytes.array(), HEADER_BYTES + json.length));
            return bytes.array();
        } catch (IOException e) {
            throw new IllegalStateException("checkpoint image is not JSON", e);
        }
    }

    /**
     * Reads an image.
     *
     * @param name the file's name for errors
     * @throws OmenException CORRUPT if it is not one, is damaged, or was written by a newer version
     */
    static CheckpointImage fromBytes(byte[] bytes, String name) {
        if (bytes.length < HEADER_BYTES + Integer.BYTES
                || !Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw OmenException.corrupt(name + ": not an OmenDB checkpoint");
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes, MAGIC.length, bytes.length - MAGIC.length);
        int version = buffer.getInt();
        if (version > VERSION) {
            throw OmenException.corrupt(
                    name
                            + ": written by a newer OmenDB, format "
                            + version
                            + ", this one reads "
                            + VERSION);
        }
        int length = buffer.getInt();
        if (length != bytes.length - HEADER_BYTES - Integer.BYTES) {
            throw OmenException.corrupt(
                    name
                            + ": found "
                            + bytes.length
                            + " bytes, expected "
                            + (HEADER_BYTES + Integer.BYTES + (long) length));
        }
        if (ByteBuffer.wrap(bytes).getInt(HEADER_BYTES + length)
                != checksum(bytes, HEADER_BYTES + length)) {
            throw OmenException.corrupt(name + ": checksum does not match");
        }
        try {
            return JSON.readValue(bytes, HEADER_BYTES, length, CheckpointImage.class);
        } catch (IOException e) {
            throw OmenException.corrupt(name + ": " + e.getMessage());
        }
    }

    private static int checksum(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
