package io.omendb.cli.stack;

import io.omendb.connectors.broker.SharedClasses;
import io.omendb.index.background.Niceness;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An archive of the classes that a start loads, checked and laid out as the JVM has them in memory
 * (class-data sharing): reading them from their jars takes half of a start. {@code ./omen} uses the
 * archive where there is one; where there is none it has {@code up} and its broker list their
 * classes, and the archive is made of these lists once all is up, by a process of the lowest
 * priority, for the next start.
 */
public final class StartupArchive implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StartupArchive.class);

    /** What follows the archive's path in that of a list. */
    private static final String LIST_SUFFIX = ".%p.classes";

    private static final String PID = "pid";
    private static final String PART_SUFFIX = ".part";
    private static final long STOP_MS = 10_000;

    /** Exit codes above this one tell the signal that ended a process, such as a Ctrl-C. */
    private static final int SIGNALLED = 128;

    private final Path archive;
    private final String classPath;
    private final Thread maker;

    /**
     * @param archive where it will be; the lists lie beside it
     * @param classPath of all processes that will use it: theirs may go on after it
     */
    StartupArchive(Path archive, String classPath) {
        this.archive = archive;
        this.classPath = classPath;
        this.maker = new Thread(this::make, "startup-archive");
        maker.setDaemon(true);
    }

    /**
     * Begins to make it of what this process and its children have loaded by now, if they were told
     * to list that.
     *
     * @param home where {@code ./omen} is; plugins, which may be others the next time, are
     *     elsewhere
     */
    public static Optional<StartupArchive> begin(Path home) {
        String prefix = home.resolve("cli/target").toString();
        List<String> classPath =
                Stream.of(System.getProperty("java.class.path").split(":"))
                        .takeWhile(entry -> entry.startsWith(prefix))
                        .toList();
        Optional<StartupArchive> archive =
                classPath.isEmpty()
                        ? Optional.empty()
                        : listed().map(
                                        path ->
                                                new StartupArchive(
                                                        path, String.join(":", classPath)));
        archive.ifPresent(made -> made.maker.start());
        return archive;
    }

    /** The archive that this process lists its classes for. */
    private static Optional<Path> listed() {
        return SharedClasses.flags().stream()
                .filter(flag -> flag.startsWith(SharedClasses.LIST) && flag.endsWith(LIST_SUFFIX))
                .map(
                        flag ->
                                Path.of(
                                        flag.substring(
                                                SharedClasses.LIST.length(),
                                                flag.length() - LIST_SUFFIX.length())))
                .findFirst();
    }

    private void make() {
        try {
            Collection<String> classes = classes(lists());
            if (classes.isEmpty()) {
                return;
            }
            dump(classes);
            // Of those that have ended meanwhile, such as the one that started this one.
            lists();
        } catch (IOException | UncheckedIOException e) {
            LOG.info("no archive for faster starts: {}", e.toString());
        } catch (InterruptedException e) {
            // Closed: the next start lists its classes again.
            Thread.currentThread().interrupt();
        }
    }

    /** Lists of processes that live, which are this one and its children, and no others. */
    private List<Path> lists() throws IOException {
        List<Path> lists = new ArrayList<>();
        // The JVM writes %p as this and the number.
        String start = archive.getFileName() + "." + PID;
        String end = LIST_SUFFIX.substring(LIST_SUFFIX.lastIndexOf('.'));
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder(), start + "*" + end)) {
            for (Path list : found) {
                String name = list.getFileName().toString();
                String pid = name.substring(start.length(), name.length() - end.length());
                Optional<ProcessHandle> lister =
                        pid.matches("[0-9]{1,10}")
                                ? ProcessHandle.of(Long.parseLong(pid))
                                : Optional.empty();
                if (lister.isEmpty()) {
                    // Of one that was killed.
                    Files.deleteIfExists(list);
                } else if (isOurs(lister.get())) {
                    lists.add(list);
                }
            }
        }
        return lists;
    }

    private static boolean isOurs(ProcessHandle lister) {
        ProcessHandle self = ProcessHandle.current();
        return lister.equals(self) || self.descendants().anyMatch(lister::equals);
    }

    /**
     * What the lists name, in their order, each once: classes without the numbers that are of one
     * list, and what lambdas are made with. Not those that a class loader of its own had loaded,
     * nor what is resolved in constant pools (newer JVMs list that, and are strict about its
     * order).
     */
    static Collection<String> classes(List<Path> lists) throws IOException {
        Set<String> classes = new LinkedHashSet<>();
        for (Path list : lists) {
            String text = Files.readString(list, StandardCharsets.ISO_8859_1);
            // The last line of one who still writes may be half of it.
            text.substring(0, text.lastIndexOf('\n') + 1)
                    .lines()
                    .filter(line -> !line.startsWith("#") && !line.contains("source:"))
                    .filter(line -> !line.startsWith("@") || line.startsWith("@lambda"))
                    .map(line -> line.startsWith("@") ? line : line.split(" ", 2)[0])
                    .forEach(classes::add);
        }
        return classes;
    }

    /** Makes the archive, and leaves an empty one where that fails: it would fail again. */
    void dump(Collection<String> classes) throws IOException, InterruptedException {
        Path part = archive.resolveSibling(archive.getFileName() + "." + pid() + PART_SUFFIX);
        Path list = part.resolveSibling(part.getFileName() + ".classes");
        try {
            Files.write(list, classes, StandardCharsets.ISO_8859_1);
            int exit = run(command(list, part));
            if (exit > SIGNALLED) {
                return;
            }
            if (exit != 0) {
                LOG.info("no archive for faster starts: the JVM ended with {}", exit);
                Files.write(part, new byte[0]);
            }
            Files.move(part, archive, StandardCopyOption.ATOMIC_MOVE);
            LOG.debug("{} entries in {}", classes.size(), archive);
        } finally {
            Files.deleteIfExists(list);
            Files.deleteIfExists(part);
        }
    }

    private int run(List<String> command) throws IOException, InterruptedException {
        Process running =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try {
            return running.waitFor();
        } finally {
            running.destroyForcibly();
        }
    }

    private List<String> command(Path list, Path part) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xshare:dump", "-Xmx1g"));
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("--add-"))
                .forEach(command::add);
        command.addAll(
                List.of(
                        "-XX:SharedClassListFile=" + list,
                        SharedClasses.ARCHIVE + part,
                        "-cp",
                        classPath));
        return Niceness.command(Niceness.MAX, command);
    }

    private Path folder() {
        Path parent = archive.toAbsolutePath().getParent();
        return parent == null ? archive.toAbsolutePath() : parent;
    }

    private static long pid() {
        return ProcessHandle.current().pid();
    }

    /** Ends what still runs; an archive that is not complete is none. */
    @Override
    public void close() {
        maker.interrupt();
        try {
            maker.join(STOP_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try {
            for (Path list : lists()) {
                Files.deleteIfExists(list);
            }
        } catch (IOException e) {
            LOG.debug("left: {}", e.toString());
        }
    }
}
