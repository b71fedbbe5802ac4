package io.omendb.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What {@code --json} writes. */
final class JsonReport {
    private JsonReport() {}

    /**
     * Writes a report.
     *
     * @param file null where none is wanted
     * @throws OmenException EXTERNAL if it cannot be written
     */
    static void write(@Nullable Path file, JsonNode report) {
        if (file == null) {
            return;
        }
        try {
            Files.writeString(file, report.toPrettyString() + "\n");
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot write " + file + ": " + e, e);
        }
    }
}
