package io.omendb.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;

import io.omendb.cli.Omen;
import io.omendb.connectors.broker.SharedClasses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Of the jars as {@code ./omen} has them on its class path. */
class StartupArchiveIT {
    private static final long PATIENCE_SECONDS = 120;

    @TempDir Path dir;

    @Test
    void dump_ofWhatAProgramLoaded_itsClassesComeFromThere() throws Exception {
        Path target = Path.of("target").toAbsolutePath();
        String classPath = target.resolve("omendb-cli.jar") + ":" + target.resolve("lib") + "/*";
        Path archive = dir.resolve("startup.jsa");
        run(classPath, SharedClasses.LIST + archive + ".%p.classes");
        Collection<String> classes = StartupArchive.classes(List.of(onlyList()));
        assertThat(classes).contains("java/lang/Object", "io/omendb/cli/Omen");
        StartupArchive maker = new StartupArchive(archive, classPath);
        maker.dump(classes);
        assertThat(archive).isNotEmptyFile();
        Path loaded = dir.resolve("loaded.log");
        // As the launcher does it where there are plugins, which come last.
        run(
                classPath + ":" + dir.resolve("plugins") + "/*",
                SharedClasses.ARCHIVE + archive,
                "-Xlog:class+load:file=" + loaded);
        List<String> lines = Files.readAllLines(loaded);
        assertThat(lines)
                .filteredOn(line -> line.contains(" " + Omen.class.getName() + " "))
                .singleElement()
                .asString()
                .contains("shared objects file");
        long shared = lines.stream().filter(line -> line.contains("shared objects file")).count();
        assertThat(shared).as("of " + lines.size()).isGreaterThan(lines.size() * 9L / 10);
        try (Stream<Path> files = Files.list(dir)) {
            assertThat(files.filter(file -> file.toString().contains(".part"))).isEmpty();
        }
    }

    @Test
    void dump_noArchiveCanBeMade_leavesAnEmptyOne() throws Exception {
        Path archive = dir.resolve("startup.jsa");
        // A list that the JVM refuses.
        new StartupArchive(archive, dir.resolve("none.jar").toString())
                .dump(List.of("java/lang/Object id: none"));
        assertThat(archive).isEmptyFile();
    }

    private void run(String classPath, String... flags) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElseThrow());
        command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
        command.addAll(List.of(flags));
        command.addAll(List.of("-cp", classPath, Omen.class.getName(), "--version"));
        Path output = dir.resolve("output.txt");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        try {
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as(Files.readString(output)).isZero();
        assertThat(Files.readString(output)).contains("omen 0.");
    }

    private Path onlyList() throws IOException {
        try (Stream<Path> files = Files.list(dir)) {
            List<Path> lists = files.filter(file -> file.toString().endsWith(".classes")).toList();
            assertThat(lists).hasSize(1);
            assertThat(lists.get(0).getFileName().toString())
                    .matches("startup\\.jsa\\.pid[0-9]+\\.classes");
            return lists.get(0);
        }
    }
}
