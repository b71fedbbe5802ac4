package io.omendb.index.background;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The threads of a process of one's own as Linux has them: by number, and with the first fifteen
 * bytes of their names.
 */
public final class OwnThreads {
    /** As much of a name as the kernel keeps. */
    private static final int NAME_BYTES = 15;

    private final Path tasks;

    /**
     * Those of a process.
     *
     * @param process its id
     */
    public OwnThreads(long process) {
        this.tasks = Path.of("/proc", Long.toString(process), "task");
    }

    /**
     * The numbers of all.
     *
     * @throws IOException where there is no such list
     */
    public Set<Integer> all() throws IOException {
        return new HashSet<>(named(List.of("")));
    }

    /**
     * The numbers of those whose names begin with one of these.
     *
     * @throws IOException where there is no such list
     */
    public List<Integer> named(List<String> prefixes) throws IOException {
        List<Integer> found = new ArrayList<>();
        try (DirectoryStream<Path> listed = Files.newDirectoryStream(tasks)) {
            for (Path task : listed) {
                try {
                    String name = Files.readString(task.resolve("comm")).strip();
                    if (prefixes.stream().anyMatch(prefix -> begins(name, prefix))) {
                        found.add(Integer.valueOf(String.valueOf(task.getFileName())));
                    }
                } catch (IOException e) {
                    // It has ended meanwhile: the read fails with ESRCH or the file is gone.
                    continue;
                }
            }
        }
        return found;
    }

    private static boolean begins(String name, String prefix) {
        return name.startsWith(prefix.substring(0, Math.min(NAME_BYTES, prefix.length())));
    }

    /**
     * Nanoseconds that each of these threads ran, or waited for a processor, since it was started.
     * One that has ended is left out.
     *
     * @throws IOException where the kernel does not count that
     */
    public Map<Integer, Long> busyNanos(List<Integer> threads) throws IOException {
        Map<Integer, Long> busy = new HashMap<>();
        boolean counted = threads.isEmpty();
        for (int thread : threads) {
            Path task = tasks.resolve(Integer.toString(thread));
            try {
                String[] counts = Files.readString(task.resolve("schedstat")).strip().split(" ");
                long ran = Long.parseLong(counts[0]);
                // One that was just started may not have run yet, but not all of them.
                counted |= ran > 0;
                busy.put(thread, ran + Long.parseLong(counts[1]));
            } catch (IOException e) {
                if (Files.exists(task)) {
                    throw e;
                }
            }
        }
        if (!counted && !busy.isEmpty()) {
            throw new IOException("the kernel does not count what threads do");
        }
        return busy;
    }
}
