package io.omendb.cli.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.omendb.state.CheckpointVerification;
import io.omendb.state.StoredCheckpoint;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Reads every byte of a checkpoint and says what is wrong. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description = {
            "Read every byte of a checkpoint or native savepoint: checksums, row counts, ids alive"
                    + " twice; and print a digest of the content.",
            "Exits 1 if something is wrong, saying what."
        })
@SuppressWarnings("NullAway.Init") // picocli sets the spec and required parameters
public final class VerifyCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final double MEGA = 1e6;

    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "CHECKPOINT", description = "Its folder, such as …/chk-42.")
    private Path checkpoint;

    @Option(names = "--json", description = "Print one JSON object, with digests by key group.")
    private boolean json;

    @Option(
            names = "--scratch",
            paramLabel = "DIR",
            description =
                    "Where segments are copied for a while; needs as much room as the checkpoint.")
    private @Nullable Path scratch;

    @Override
    public Integer call() throws JsonProcessingException {
        PrintWriter out = spec.commandLine().getOut();
        CheckpointVerification found = verify();
        if (json) {
            out.println(JSON.writeValueAsString(found));
        } else {
            print(found, out);
        }
        out.flush();
        return found.problems().isEmpty() ? 0 : 1;
    }

    private CheckpointVerification verify() {
        try (ScratchFolder folder = ScratchFolder.create(scratch)) {
            StoredCheckpoint stored = StoredCheckpoint.open(checkpoint);
            return stored.verify(folder.path(), file -> {});
        }
    }

    private static void print(CheckpointVerification found, PrintWriter out) {
        for (CheckpointVerification.Content content : found.collections()) {
            out.printf(
                    Locale.ROOT,
                    "%s: %,d rows in %d key groups, content digest %s%n",
                    content.name(),
                    content.rows(),
                    content.keyGroups().size(),
                    content.digest());
        }
        for (String problem : found.problems()) {
            out.println(problem);
        }
        out.printf(
                Locale.ROOT,
                "%s: %,d files, %.1f MB read%n",
                found.problems().isEmpty() ? "sound" : found.problems().size() + " problem(s)",
                found.files(),
                found.bytes() / MEGA);
    }
}
