package io.omendb.connectors.ingest;

import io.omendb.OmenException;
import java.util.Locale;

/**
 * What becomes of a job whose checkpoint wants records that Kafka has deleted. One whose topic
 * began anew stops either way.
 */
public enum MissingRecords {
    /** It stops, and says what is missing. */
    FAIL,
    /** It goes on with the oldest record there is; a warning says what is missing. */
    SKIP;

    /** Its word in a configuration. */
    public String apiName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The choice of a configuration's word.
     *
     * @throws OmenException INVALID if it is none
     */
    public static MissingRecords ofName(String name) {
        for (MissingRecords choice : values()) {
            if (choice.apiName().equals(name)) {
                return choice;
            }
        }
        throw OmenException.invalid(
                "missing_records: found \"" + name + "\", expected \"fail\" or \"skip\"");
    }
}
