package io.omendb.cli;

import io.omendb.OmenException;
import io.omendb.bench.BenchCommand;
import io.omendb.cli.checkpoint.InspectCommand;
import io.omendb.cli.checkpoint.VerifyCommand;
import io.omendb.cli.key.KeyCommand;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The omen program. Exits 0 only on success, 1 on failure with one clear line, 2 on a wrong command
 * line.
 */
@Command(
        name = "omen",
        mixinStandardHelpOptions = true,
        version = "omen 0.1.0-SNAPSHOT",
        description = "A streaming vector store: vectors are searchable the moment they arrive.",
        subcommands = {
            DemoCommand.class,
            UpCommand.class,
            DownCommand.class,
            StatusCommand.class,
            IngestCommand.class,
            SearchCommand.class,
            InspectCommand.class,
            VerifyCommand.class,
            GatewayCommand.class,
            KeyCommand.class,
            BenchCommand.class,
            CommandLine.HelpCommand.class
        })
public final class Omen implements Runnable {
    @Spec private @Nullable CommandSpec spec;

    public static void main(String[] args) {
        System.exit(run(args));
    }

    static int run(String... args) {
        IExecutionExceptionHandler oneLine =
                (failure, command, parsed) -> {
                    if (!(failure instanceof OmenException)) {
                        throw failure;
                    }
                    command.getErr().println("omen: " + failure.getMessage());
                    return command.getCommandSpec().exitCodeOnExecutionException();
                };
        return new CommandLine(new Omen())
                .setExecutionExceptionHandler(oneLine)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(args);
    }

    @Override
    public void run() {
        throw new ParameterException(
                Objects.requireNonNull(spec).commandLine(), "a command is missing");
    }
}
