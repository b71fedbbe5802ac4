package io.omendb.gateway.files;

import io.omendb.OmenException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks twice a second whether files have changed, and has them read again once they have been the
 * same for half a second: what is being written may look whole while its end is missing. Several
 * that belong together are rarely replaced at once: what cannot be read is tried again until it
 * can, and told of once.
 */
public final class FileFollower implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FileFollower.class);
    private static final long PERIOD_MS = 500;

    private final List<Followed> all = new ArrayList<>();
    private @Nullable ScheduledExecutorService thread;

    /** Reads files again. */
    @FunctionalInterface
    public interface Reload {
        /**
         * @throws OmenException if they cannot be read; what was read before stays in use
         */
        void run();
    }

    /**
     * Begins to follow some files.
     *
     * @param what they are, for people
     */
    public synchronized void follow(String what, List<Path> files, Reload reload) {
        Followed followed = new Followed(what, files, reload);
        all.add(followed);
        if (thread == null) {
            thread =
                    Executors.newSingleThreadScheduledExecutor(
                            task -> {
                                Thread started = new Thread(task, "omen-gateway-files");
                                started.setDaemon(true);
                                return started;
                            });
            var unused =
                    thread.scheduleWithFixedDelay(
                            this::look, PERIOD_MS, PERIOD_MS, TimeUnit.MILLISECONDS);
        }
    }

    private void look() {
        List<Followed> followed;
        synchronized (this) {
            followed = List.copyOf(all);
        }
        followed.forEach(Followed::look);
    }

    @Override
    public synchronized void close() {
        if (thread != null) {
            thread.shutdownNow();
            thread = null;
        }
    }

    /** Files that are read together. */
    private static final class Followed {
        private final String what;
        private final List<Path> files;
        private final Reload reload;

        /** Of what is in use; none at first: they may have changed after they were read. */
        private @Nullable List<String> seen;

        private List<String> before = List.of();
        private @Nullable String failure;

        Followed(String what, List<Path> files, Reload reload) {
            this.what = what;
            this.files = List.copyOf(files);
            this.reload = reload;
        }

        void look() {
            List<String> now = states();
            boolean settled = now.equals(before);
            before = now;
            if (!settled || (now.equals(seen) && failure == null)) {
                return;
            }
            try {
                reload.run();
                if (seen != null) {
                    LOG.info("{} were read again: {}", what, files);
                }
                failure = null;
            } catch (Throwable e) { // whatever it is, looking goes on
                String message = String.valueOf(e.getMessage());
                if (!message.equals(failure)) {
                    LOG.error("{} are used as they were before: {}", what, message);
                }
                failure = message;
            }
            seen = now;
        }

        private List<String> states() {
            return files.stream().map(Followed::state).toList();
        }

        private static String state(Path file) {
            try {
                BasicFileAttributes state = Files.readAttributes(file, BasicFileAttributes.class);
                return state.lastModifiedTime() + " " + state.size() + " " + state.fileKey();
            } catch (IOException e) {
                return "unreadable";
            }
        }
    }
}
