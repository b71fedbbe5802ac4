package io.omendb.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What runs that ended badly leave in a stack's directory. */
class StackFilesTest {
    @TempDir Path dir;

    @Test
    void processThatGotTheIdLater_isNotTheStack() throws IOException {
        StackDirectory.Running here =
                StackDirectory.Running.here("http://a", "b:1", "http://f", null);
        try (StackDirectory held = StackDirectory.lock(dir)) {
            held.announce(here);
            assertThat(StackDirectory.running(dir)).hasValue(here);
            assertThat(here.process()).hasValue(ProcessHandle.current());
            held.announce(
                    new StackDirectory.Running(
                            here.pid(),
                            here.startedMs() - 3_600_000,
                            here.url(),
                            here.bootstrapServers(),
                            here.flink(),
                            null,
                            false));
            assertThat(StackDirectory.running(dir)).isEmpty();
        }
        // As it was written before the time was.
        Files.writeString(
                dir.resolve("running.json"),
                "{\"pid\":"
                        + here.pid()
                        + ",\"url\":\"u\",\"bootstrapServers\":\"b\",\"flink\":\"f\"}");
        assertThat(StackDirectory.running(dir).orElseThrow().url()).isEqualTo("u");
        assertThat(StackDirectory.running(dir).orElseThrow().certificate()).isNull();
    }

    @Test
    void certificateOfTheGateway_isAnnouncedWhereThereIsOne() throws IOException {
        try (StackDirectory held = StackDirectory.lock(dir)) {
            held.announce(StackDirectory.Running.here("http://a", "b:1", "http://f", null));
            assertThat(dir.resolve("running.json"))
                    .as("what an older OmenDB reads")
                    .content()
                    .doesNotContain("certificate");
            StackDirectory.Running secure =
                    StackDirectory.Running.here(
                            "https://a", "b:1", "http://f", Path.of("tls", "gateway.pem"));
            held.announce(secure);
            assertThat(StackDirectory.running(dir)).hasValue(secure);
            assertThat(secure.certificate())
                    .as("for other working directories")
                    .isEqualTo(Path.of("tls", "gateway.pem").toAbsolutePath().toString());
        }
    }

    @Test
    void checkpointsOfEarlierJobs_go_thoseOfTheOneThatIsTakenOver_stay() throws IOException {
        Path taken = checkpoint("job-2", 8, 3_000);
        Path sibling = checkpoint("job-2", 7, 2_000);
        Path before = checkpoint("job-1", 6, 1_500);
        Path old = checkpoint("job-0", 4, 1_000);
        Path unfinished = Files.createDirectories(dir.resolve("job-0/chk-5"));
        Path shared = Files.createDirectories(dir.resolve("job-0/shared"));
        assertThat(CompletedCheckpoints.latest(dir)).hasValue(taken);

        CompletedCheckpoints.deleteOthers(taken);

        assertThat(taken.resolve("_metadata")).exists();
        assertThat(sibling.resolve("_metadata")).exists();
        assertThat(before.resolve("_metadata")).as("may be whole").exists();
        assertThat(old).doesNotExist();
        assertThat(unfinished).doesNotExist();
        assertThat(shared).as("what is taken over may refer to it").exists();
    }

    private Path checkpoint(String job, int number, long modifiedMs) throws IOException {
        Path folder = Files.createDirectories(dir.resolve(job).resolve("chk-" + number));
        Path metadata = Files.writeString(folder.resolve("_metadata"), "m");
        Files.setLastModifiedTime(metadata, FileTime.fromMillis(modifiedMs));
        return folder;
    }
}
