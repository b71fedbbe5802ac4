package io.omendb.connectors.format;

import io.omendb.OmenException;
import java.util.Locale;

/** How the value of a Kafka record holds a point. */
public enum RecordFormat {
    /** One JSON point; its {@code id}, where there, must equal the record's key. */
    JSON,
    /**
     * Little-endian float32 components; the id is the key, metadata a JSON object in header {@code
     * omen-metadata}.
     */
    F32;

    /** Header that names a record's format. */
    public static final String FORMAT_HEADER = "omen-format";

    /** Header that holds the metadata of an {@link #F32} record. */
    public static final String METADATA_HEADER = "omen-metadata";

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
                "header " + FORMAT_HEADER + ": found \"" + name + "\", expected json or f32");
    }
}
