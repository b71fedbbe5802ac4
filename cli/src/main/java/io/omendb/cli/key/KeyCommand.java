package io.omendb.cli.key;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** API keys of a gateway. */
@Command(
        name = "key",
        mixinStandardHelpOptions = true,
        description = {
            "Give API keys and take them away.",
            "They are kept in a file, as hashes, which the gateway follows: gateway.api_keys in its"
                    + " configuration, see docs/security.md."
        },
        subcommands = {KeyCreateCommand.class, KeyListCommand.class, KeyRevokeCommand.class})
public final class KeyCommand implements Runnable {
    @Spec private @Nullable CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                Objects.requireNonNull(spec).commandLine(),
                "a command is missing: create, list or revoke");
    }
}
