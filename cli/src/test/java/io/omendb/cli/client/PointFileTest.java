package io.omendb.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.record.PointJson.Vectors;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PointFileTest {
    @TempDir Path dir;

    private static String line(int id) {
        return "{\"id\":\"ä" + id + "\",\"vector\":[1]}";
    }

    private List<String> read(Path file) {
        List<String> ids = new ArrayList<>();
        try (PointFile points =
                PointFile.open(
                        file,
                        Vectors.REQUIRED,
                        () -> {
                            throw new AssertionError("not Arrow");
                        })) {
            points.next().ifPresent(point -> ids.add(point.id() + "@" + points.place()));
            for (var point = points.next(); point.isPresent(); point = points.next()) {
                ids.add(point.get().id() + "@" + points.place());
            }
        }
        return ids;
    }

    @Test
    void ndjson_anyLineEnds_andGzip() throws Exception {
        String text = line(0) + "\r\n\n \t\r\n" + line(3) + "\n" + line(4);
        Path plain = Files.writeString(dir.resolve("a.ndjson"), text);
        Path zipped = dir.resolve("a.ndjson.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(zipped))) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        assertThat(read(plain)).containsExactly("ä0@line 1", "ä3@line 4", "ä4@line 5");
        assertThat(read(zipped)).isEqualTo(read(plain));
        assertThat(read(Files.writeString(dir.resolve("empty.ndjson"), ""))).isEmpty();
    }

    /** Longer than what is read at once. */
    @Test
    void ndjson_longLines() throws Exception {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 3; i++) {
            text.append("{\"id\":\"").append(i).append("\",\"vector\":[1],\"text\":\"");
            text.append("x".repeat(100_000 + i)).append("\"}\n");
        }
        assertThat(read(Files.writeString(dir.resolve("long.ndjson"), text.toString())))
                .containsExactly("0@line 1", "1@line 2", "2@line 3");
    }

    /** Decoded with question marks, both ids would be one. */
    @Test
    void ndjson_thatIsNotUtf8_namesTheLine() throws Exception {
        Path latin = dir.resolve("latin.ndjson");
        Files.write(
                latin,
                "{\"id\":\"cafe\",\"vector\":[1]}\n{\"id\":\"café\",\"vector\":[1]}\n"
                        .getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> read(latin))
                .isInstanceOfSatisfying(
                        OmenException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED))
                .hasMessageContaining("latin.ndjson, line 2: ")
                .hasMessageContaining("UTF-8");
    }
}
