package io.omendb.connectors.format;

import io.omendb.OmenException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/** How the value of a Kafka record holds a point, or a change of one. */
public enum RecordFormat {
    /** One JSON point; its {@code id}, where there, must equal the record's key. */
    JSON,
    /**
     * Little-endian float32 components; the id is the key, metadata a JSON object in header {@code
     * omen-metadata}.
     */
    F32,
    /** Many points: an Arrow IPC stream, see {@link io.omendb.record.arrow.ArrowPoints}; no key. */
    ARROW,
    /** A change of a point that is there: {@link io.omendb.record.PatchJson}; the id is the key. */
    PATCH;

    /** Header that names a record's format. */
    public static final String FORMAT_HEADER = "omen-format";

    /**
     * The format of a record.
     *
     * @param headers the record's; of several with one name the last
     * @param otherwise for records without header {@code omen-format}
     * @throws OmenException MALFORMED if the header names none
     */
    public static RecordFormat of(Map<String, byte[]> headers, RecordFormat otherwise) {
        byte[] named = headers.get(FORMAT_HEADER);
        if (named == null) {
            return otherwise;
        }
        for (RecordFormat format : values()) {
            if (Arrays.equals(format.header, named)) {
                return format;
            }
        }
        return ofName(new String(named, StandardCharsets.UTF_8));
    }

    /** Header that holds the metadata of an {@link #F32} record. */
    public static final String METADATA_HEADER = "omen-metadata";

    private final byte[] header = apiName().getBytes(StandardCharsets.US_ASCII);

    /** Its name in headers and configurations. */
    public String apiName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The format of a name.
     *
     * @throws OmenException MALFORMED if there is none
     */
    public static RecordFormat ofName(String name) {
        for (RecordFormat format : values()) {
            if (format.apiName().equals(name)) {
                return format;
            }
        }
        throw OmenException.malformed(
                "header "
                        + FORMAT_HEADER
                        + ": found \""
                        + name
                        + "\", expected json, f32, arrow or patch");
    }
}
