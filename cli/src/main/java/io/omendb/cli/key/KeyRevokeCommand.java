package io.omendb.cli.key;

import io.omendb.gateway.access.KeyFileEditor;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Takes a key away. */
@Command(
        name = "revoke",
        mixinStandardHelpOptions = true,
        description = {
            "Take an API key out of a file.",
            "Gateways that follow it refuse the key within about a second."
        })
final class KeyRevokeCommand implements Callable<Integer> {
    @Parameters(paramLabel = "NAME", description = "The name of the key.")
    private String name = "";

    @Option(
            names = "--file",
            required = true,
            paramLabel = "FILE",
            description = "The file of keys.")
    private Path file = Path.of("");

    @Override
    public Integer call() {
        KeyFileEditor.remove(file, name);
        System.out.println("key " + name + " is no longer in " + file);
        return 0;
    }
}
