package io.omendb.index.file;

import java.util.zip.CRC32C;

/**
 * What a file must be byte for byte, as far as its length and checksum tell.
 *
 * @param bytes length of the file
 * @param crc32c CRC-32C (Castagnoli) of all its bytes
 */
public record FileDigest(long bytes, int crc32c) {

    static FileDigest of(byte[] content) {
        CRC32C crc = new CRC32C();
        crc.update(content);
        return new FileDigest(content.length, (int) crc.getValue());
    }

    /** The checksum as eight lower-case hexadecimal digits. */
    public String hex() {
        return String.format("%08x", crc32c);
    }
}
