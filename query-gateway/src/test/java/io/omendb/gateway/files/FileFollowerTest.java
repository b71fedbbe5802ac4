package io.omendb.gateway.files;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.omendb.OmenException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that change, in each of the ways in which files do. */
class FileFollowerTest {
    @TempDir Path folder;

    /** What was read, in order. */
    private final BlockingQueue<String> read = new LinkedBlockingQueue<>();

    /** One that is read together with another, which has to say the same. */
    private void readBoth(Path first, Path second) {
        String text = text(first);
        if (!text.equals(text(second))) {
            read.add("no pair");
            throw OmenException.invalid("the files do not belong together");
        }
        read.add(text);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String next() throws InterruptedException {
        return String.valueOf(read.poll(30, SECONDS));
    }

    /** As deployments replace files: their readers see all of it or nothing. */
    private static void replace(Path file, String text) throws IOException {
        Path whole = Files.writeString(file.resolveSibling(file.getFileName() + ".new"), text);
        Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
    }

    @Test
    void pairThatIsReplaced_isReadOnceItIsOne() throws Exception {
        Path certificate = Files.writeString(folder.resolve("certificate"), "1");
        Path key = Files.writeString(folder.resolve("key"), "1");
        try (FileFollower follower = new FileFollower()) {
            follower.follow("files", List.of(certificate, key), () -> readBoth(certificate, key));
            // They may have changed between the first reading, which is not ours, and now.
            assertThat(next()).isEqualTo("1");

            replace(certificate, "2");
            assertThat(next()).isEqualTo("no pair");
            replace(key, "2");
            String last = next();
            while (last.equals("no pair")) {
                last = next();
            }
            assertThat(last).isEqualTo("2");
        }
    }

    /** As a mounted secret of Kubernetes changes: by a link to another folder. */
    @Test
    void linkThatLeadsElsewhere_andFileThatWasAway_areReadAgain() throws Exception {
        Path old = Files.writeString(Files.createDirectory(folder.resolve("a")).resolve("f"), "1");
        Files.writeString(Files.createDirectory(folder.resolve("b")).resolve("f"), "2");
        Path link = Files.createSymbolicLink(folder.resolve("now"), old.getParent());
        Path file = link.resolve("f");
        try (FileFollower follower = new FileFollower()) {
            follower.follow("files", List.of(file), () -> readBoth(file, file));
            assertThat(next()).isEqualTo("1");

            Path next = Files.createSymbolicLink(folder.resolve("next"), folder.resolve("b"));
            Files.move(next, link, StandardCopyOption.ATOMIC_MOVE);
            assertThat(next()).isEqualTo("2");

            Files.delete(file);
            replace(file, "3");
            assertThat(next()).isEqualTo("3");
        }
    }

    @Test
    void close_endsTheThread() throws Exception {
        Path file = Files.writeString(folder.resolve("f"), "1");
        BlockingQueue<Thread> ran = new LinkedBlockingQueue<>();
        FileFollower follower = new FileFollower();
        follower.follow("files", List.of(file), () -> ran.add(Thread.currentThread()));
        Thread thread = Objects.requireNonNull(ran.poll(30, SECONDS));
        assertThat(thread.getName()).isEqualTo("omen-gateway-files");
        follower.close();
        thread.join(SECONDS.toMillis(30));
        assertThat(thread.isAlive()).isFalse();
        follower.close();
    }
}
