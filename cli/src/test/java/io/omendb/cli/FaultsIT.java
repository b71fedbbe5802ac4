package io.omendb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The short form of {@code bench faults}: a Flink cluster of several processes, the job submitted
 * as a jar, so that the job's classes come with it; one TaskManager is killed, then everything.
 */
class FaultsIT {
    private static final long MINUTES_MAX = 10;

    @Test
    void killedInMidStream_nothingIsLostTwiceOrBack(@TempDir Path dir) throws Exception {
        Path log = dir.resolve("faults.log");
        Path json = dir.resolve("faults.json");
        Path home = Path.of("").toAbsolutePath().getParent();
        ProcessBuilder faults =
                new ProcessBuilder(
                                home.resolve("omen").toString(),
                                "bench",
                                "faults",
                                "--kills",
                                "2",
                                "--ids",
                                "1500",
                                "--dir",
                                dir.resolve("data").toString(),
                                "--json",
                                json.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile());
        faults.environment().put("OMEN_HEAP", "1g");
        faults.environment().put("OMEN_JAVA_OPTS", RunningOmen.SHORT_LIVED);
        // It would be made beside the stacks that are killed.
        faults.environment().put("OMEN_STARTUP_ARCHIVE", "off");
        Process process = faults.start();
        try {
            assertThat(process.waitFor(MINUTES_MAX, TimeUnit.MINUTES))
                    .as(RunningOmen.read(log))
                    .isTrue();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as(RunningOmen.read(log)).isZero();
        JsonNode result = new ObjectMapper().readTree(json.toFile());
        assertThat(result.path("kills").asInt()).isEqualTo(2);
        assertThat(result.path("taskmanager_kills").asInt()).isEqualTo(1);
        assertThat(result.path("rows").asInt()).isGreaterThan(500);
        assertThat(result.path("searches").asInt()).as(RunningOmen.read(log)).isPositive();
        for (String fault :
                new String[] {
                    "lost", "duplicated", "resurrected", "wrong", "committed_rolled_back"
                }) {
            assertThat(result.path(fault).asInt(-1)).as(RunningOmen.read(log)).isZero();
        }
        Path unpacked = dir.resolve("data/data/omen-scratch/jobmanager");
        assertThat(filesOf(unpacked, "lib_guava")).as("left by the two killed").hasSizeLessThan(2);
    }

    private static List<Path> filesOf(Path folder, String part) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().contains(part)).toList();
        }
    }
}
