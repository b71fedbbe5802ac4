package io.omendb.protocol.catalogue;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/**
 * The header {@code omen-generation} of a Kafka record: the generation of the collection that it
 * was written for, in decimal digits. A job that knows an older one only has to read the catalogue
 * further before it can tell whose the record is. Records that others write have none.
 */
public final class GenerationHeader {
    public static final String NAME = "omen-generation";

    private static final int DIGITS_MAX = 18;

    private GenerationHeader() {}

    /** The header of records for a generation. */
    public static Header of(long generation) {
        return new RecordHeader(
                NAME, Long.toString(generation).getBytes(StandardCharsets.US_ASCII));
    }

    /**
     * The generation that a record was written for.
     *
     * @param headers by name
     * @return 0 where it does not say, or nothing that could be one
     */
    public static long in(Map<String, byte[]> headers) {
        byte[] digits = headers.get(NAME);
        if (digits == null || digits.length > DIGITS_MAX) {
            return 0;
        }
        long generation = 0;
        for (byte digit : digits) {
            if (digit < '0' || digit > '9') {
                return 0;
            }
            generation = 10 * generation + digit - '0';
        }
        return generation;
    }
}
