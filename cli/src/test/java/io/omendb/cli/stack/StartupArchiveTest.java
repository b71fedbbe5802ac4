package io.omendb.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartupArchiveTest {
    @TempDir Path dir;
    private final Map<String, String> environment = new HashMap<>();

    @Test
    void classes_ofSeveralLists_eachOnceInTheirOrder() throws Exception {
        Path first =
                Files.writeString(
                        dir.resolve("1"),
                        """
                        # NOTE: Do not modify this file.
                        java/lang/Object id: 0
                        java/lang/String
                        b/Loaded id: 7 super: 0 source: file:/a.jar
                        @lambda-proxy a/A run ()La/R;
                        @cp java/lang/String 1 2
                        a/Half""");
        Path second = Files.writeString(dir.resolve("2"), "java/lang/String id: 3\na/A id: 4\n");
        assertThat(StartupArchive.classes(List.of(first, second)))
                .containsExactly(
                        "java/lang/Object",
                        "java/lang/String",
                        "@lambda-proxy a/A run ()La/R;",
                        "a/A");
    }

    /** The launcher's part of it, alone: the whole of it would build. */
    @Test
    void launcher_archive_usedWhereItIsNewerThanTheJar() throws Exception {
        String script = Files.readString(Path.of("..", "omen"));
        String part =
                script.substring(
                        script.indexOf("archive=${OMEN"),
                        script.indexOf("# The JVM's first words"));
        Path jar = Files.createFile(dir.resolve("omendb-cli.jar"));
        Path archive = dir.resolve("startup.jsa");
        String list = "-XX:DumpLoadedClassList=" + archive + ".%p.classes";
        String use = "-XX:SharedArchiveFile=" + archive + " -Xlog:cds=off -Xlog:cds+dynamic=off";
        assertThat(flags(part, jar, archive.toString(), "up")).isEqualTo(list);
        assertThat(flags(part, jar, archive.toString(), "status")).isEmpty();
        assertThat(flags(part, jar, "off", "up")).isEmpty();
        assertThat(flags(part, jar, dir.resolve("no/startup.jsa").toString(), "up")).isEmpty();
        Files.writeString(archive, "classes");
        Files.setLastModifiedTime(jar, FileTime.from(Instant.now().minusSeconds(60)));
        assertThat(flags(part, jar, archive.toString(), "up")).isEqualTo(use);
        assertThat(flags(part, jar, archive.toString(), "status")).isEqualTo(use);
        // Of another build.
        Files.setLastModifiedTime(archive, FileTime.from(Instant.now().minusSeconds(120)));
        assertThat(flags(part, jar, archive.toString(), "up")).isEqualTo(list);
        assertThat(flags(part, jar, archive.toString(), "status")).isEmpty();
        // Neither serves from a checkpoint, nor says how it is used, what a start loads.
        assertThat(flags(part, jar, archive.toString(), "up --from chk-7")).isEmpty();
        assertThat(flags(part, jar, archive.toString(), "up --help")).isEmpty();
        // None could be made.
        Files.writeString(archive, "");
        assertThat(flags(part, jar, archive.toString(), "up")).isEmpty();
        Files.setLastModifiedTime(jar, FileTime.from(Instant.now().minusSeconds(200_000)));
        Files.setLastModifiedTime(archive, FileTime.from(Instant.now().minusSeconds(100_000)));
        assertThat(flags(part, jar, archive.toString(), "up")).isEqualTo(list);
        // A heap whose references are of another size.
        Files.writeString(archive, "classes");
        assertThat(flags(part, jar, archive.toString(), "up")).isEqualTo(use);
        for (String heap : List.of("32g", "100g", "40000m")) {
            environment.put("OMEN_HEAP", heap);
            assertThat(flags(part, jar, archive.toString(), "up")).as(heap).isEmpty();
        }
        environment.put("OMEN_HEAP", "8g");
        assertThat(flags(part, jar, archive.toString(), "up")).isEqualTo(use);
        environment.put("OMEN_JAVA_OPTS", "-Da=b -XX:+UseZGC");
        assertThat(flags(part, jar, archive.toString(), "up")).isEmpty();
    }

    private String flags(String part, Path jar, String archive, String command) throws Exception {
        Path script =
                Files.writeString(
                        dir.resolve("part"),
                        "set -u; home=/nowhere settings= flags=() jar="
                                + jar
                                + "\n"
                                + part
                                + "\necho ${flags[*]:-}\n");
        ProcessBuilder builder =
                new ProcessBuilder("bash", "-c", "bash " + script + " " + command)
                        .redirectErrorStream(true);
        builder.environment().remove("OMEN_HEAP");
        builder.environment().remove("OMEN_JAVA_OPTS");
        builder.environment().putAll(environment);
        builder.environment().put("OMEN_STARTUP_ARCHIVE", archive);
        Process process = builder.start();
        String output =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return output;
    }
}
