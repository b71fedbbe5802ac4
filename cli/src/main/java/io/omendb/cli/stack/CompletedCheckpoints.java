package io.omendb.cli.stack;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints that earlier runs left on disk. Flink writes {@code {job}/chk-{n}/_metadata} last
 * and in one step, so a checkpoint that has it is complete.
 */
final class CompletedCheckpoints {
    private static final Logger LOG = LoggerFactory.getLogger(CompletedCheckpoints.class);
    private static final String METADATA = "_metadata";

    private CompletedCheckpoints() {}

    /** The newest complete checkpoint below a directory. */
    static Optional<Path> latest(Path directory) {
        if (!Files.isDirectory(directory)) {
            return Optional.empty();
        }
        try (Stream<Path> walk = Files.walk(directory, 3)) {
            List<Path> complete =
                    walk.filter(path -> path.endsWith(METADATA)).collect(Collectors.toList());
            return complete.stream()
                    .max(Comparator.comparing(CompletedCheckpoints::modified))
                    .map(Path::getParent);
        } catch (IOException e) {
            throw new OmenException(
                    ErrorCode.EXTERNAL, "cannot list checkpoints in " + directory + ": " + e, e);
        }
    }

    /**
     * Deletes the checkpoints of jobs before the one whose checkpoint is taken over, and before the
     * one before that: what they shared with those that came after them has gone as these went on,
     * so that they look whole and are not. The last but one may still be.
     */
    static void deleteOthers(Path taken) {
        Path job = taken.getParent();
        Path all = job == null ? null : job.getParent();
        if (job == null || all == null) {
            return;
        }
        try (Stream<Path> walk = Files.walk(all, 2)) {
            Map<Path, List<Path>> byJob =
                    walk.filter(CompletedCheckpoints::isCheckpoint)
                            .filter(folder -> !folder.startsWith(job))
                            .collect(Collectors.groupingBy(Path::getParent));
            Optional<Path> before =
                    byJob.entrySet().stream()
                            .max(Comparator.comparing(other -> newest(other.getValue())))
                            .map(Map.Entry::getKey);
            before.ifPresent(byJob::remove);
            for (List<Path> folders : byJob.values()) {
                for (Path folder : folders) {
                    delete(folder);
                }
            }
        } catch (IOException e) {
            LOG.warn("cannot delete checkpoints of jobs before that of {}", taken, e);
        }
    }

    private static FileTime newest(List<Path> checkpoints) {
        return checkpoints.stream()
                .map(folder -> folder.resolve(METADATA))
                .filter(Files::exists)
                .map(CompletedCheckpoints::modified)
                .max(Comparator.naturalOrder())
                .orElse(FileTime.fromMillis(0));
    }

    private static boolean isCheckpoint(Path path) {
        return path.getFileName().toString().startsWith("chk-") && Files.isDirectory(path);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> walk = Files.walk(folder)) {
            for (Path file : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static FileTime modified(Path path) {
        try {
            return Files.getLastModifiedTime(path);
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot read " + path + ": " + e, e);
        }
    }
}
