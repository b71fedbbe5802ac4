package io.omendb.state;

import io.omendb.OmenException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * The dead rows of a checkpoint's segments, written anew with every checkpoint:
 *
 * <pre>
 * magic     int32 "OMTS"
 * version   int32, 1
 * segments  int32
 * each:     id (modified UTF-8, 2-byte length), words int32, then that many int64 of the row bitmap, row 0 in bit 0
 * checksum  int32: CRC-32C of everything before
 * </pre>
 *
 * All numbers are big-endian.
 */
final class TombstoneFile {
    private static final int MAGIC = 0x4f4d5453;
    private static final int VERSION = 1;

    private TombstoneFile() {}

    static byte[] toBytes(Map<String, BitSet> deadBySegment) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(MAGIC);
            out.writeInt(VERSION);
            out.writeInt(deadBySegment.size());
            for (Map.Entry<String, BitSet> segment : deadBySegment.entrySet()) {
                long[] words = segment.getValue().toLongArray();
                out.writeUTF(segment.getKey());
                out.writeInt(words.length);
                for (long word : words) {
                    out.writeLong(word);
                }
            }
            out.writeInt(checksum(bytes.toByteArray(), bytes.size()));
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    static Map<String, BitSet> fromBytes(byte[] bytes, String name) {
        int body = bytes.length - Integer.BYTES;
        if (body < 0 || ByteBuffer.wrap(bytes).getInt(body) != checksum(bytes, body)) {
            throw OmenException.corrupt(name + ": tombstones are damaged");
        }
        Map<String, BitSet> dead = new TreeMap<>();
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            if (in.readInt() != MAGIC) {
                throw OmenException.corrupt(name + ": not a tombstone file");
            }
            int version = in.readInt();
            if (version > VERSION) {
                throw OmenException.corrupt(
                        name + ": written by a newer OmenDB, format " + version);
            }
            int segments = in.readInt();
            for (int i = 0; i < segments; i++) {
                String id = in.readUTF();
                long[] words = new long[in.readInt()];
                for (int w = 0; w < words.length; w++) {
                    words[w] = in.readLong();
                }
                dead.put(id, BitSet.valueOf(words));
            }
        } catch (IOException e) {
            throw OmenException.corrupt(name + ": tombstones end too early");
        }
        return dead;
    }

    private static int checksum(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
