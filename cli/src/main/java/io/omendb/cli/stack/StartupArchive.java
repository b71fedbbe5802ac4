package io.omendb.cli.stack;

import io.omendb.connectors.broker.SharedClasses;
import io.omendb.index.background.Niceness;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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

    /** How the JVM writes %p: this and the number. */
    private static final String PID = "pid";

    private static final String LIST_TYPE = "classes";
    private static final long STOP_MS = 10_000;

    /** Exit codes of a process that was hung up on, interrupted, killed or terminated. */
    private static final Set<Integer> STOPPED = Set.of(129, 130, 137, 143);

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
     * Begins to make it, or does nothing and is null, of what this process and its children have
     * loaded by now, if they were told to list that.
     *
     * @param home where {@code ./omen} is; plugins, which may be others the next time, are
     *     elsewhere
     */
    public static @Nullable StartupArchive begin(Path home) {
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
        return archive.orElse(null);
    }

    /** The archive that this process lists its classes for. */
    private static Optional<Path> listed() {
        return SharedClasses.flags().stream()
                .filter(flag -> flag.startsWith(SharedClasses.LIST))
                .map(
                        flag ->
                                Path.of(
                                        flag.substring(
                                                SharedClasses.LIST.length(),
                                                flag.length()
                                                        - SharedClasses.LIST_SUFFIX.length())))
                .findFirst();
    }

    private void make() {
        try {
            List<Path> lists = lists();
            Collection<String> classes = classes(lists);
            for (Path list : lists) {
                // Who still writes it does so into a file without a name.
                Files.deleteIfExists(list);
            }
            if (!classes.isEmpty()) {
                dump(classes);
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.info("no archive for faster starts: {}", e.toString());
        } catch (InterruptedException e) {
            // Closed: the next start lists its classes again.
            Thread.currentThread().interrupt();
        }
    }

    /** Lists of this process and its children. What others left that have ended is deleted. */
    private List<Path> lists() throws IOException {
        List<Path> lists = new ArrayList<>();
        Pattern ofProcess =
                Pattern.compile(
                        Pattern.quote(archive.getFileName() + "." + PID) + "([0-9]{1,10})\\.(.+)");
        try (Stream<Path> files = Files.list(folder())) {
            for (Path file : files.toList()) {
                Matcher name = ofProcess.matcher(file.getFileName().toString());
                if (!name.matches()) {
                    continue;
                }
                Optional<ProcessHandle> process = ProcessHandle.of(Long.parseLong(name.group(1)));
                if (process.isEmpty()) {
                    Files.deleteIfExists(file);
                } else if (name.group(2).equals(LIST_TYPE) && isOurs(process.get())) {
                    lists.add(file);
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

    /** Makes the archive, and leaves an empty one where that fails, as it would again. */
    void dump(Collection<String> classes) throws IOException, InterruptedException {
        Path part =
                archive.resolveSibling(
                        archive.getFileName()
                                + "."
                                + PID
                                + ProcessHandle.current().pid()
                                + ".part");
        Path list = part.resolveSibling(part.getFileName() + "." + LIST_TYPE);
        String jars = jars();
        try {
            Files.write(list, classes, StandardCharsets.ISO_8859_1);
            int exit = run(command(list, part));
            if (STOPPED.contains(exit) || !jars().equals(jars)) {
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

    /** Changes when what is archived is built anew meanwhile. */
    private String jars() throws IOException {
        Path first = Path.of(classPath.split(":", 2)[0]);
        return Files.exists(first) ? Files.getLastModifiedTime(first).toString() : "";
    }

    private static int run(List<String> command) throws IOException, InterruptedException {
        Process running =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try {
            return running.waitFor();
        } finally {
            // Gone before its files are deleted.
            running.destroyForcibly().onExit().join();
        }
    }

    private List<String> command(Path list, Path part) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xshare:dump", "-Xmx1g", "-XX:ErrorFile=/dev/null"));
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

    /** Ends what still runs; an archive that is not complete is none. */
    @Override
    public void close() {
        maker.interrupt();
        try {
            maker.join(STOP_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
