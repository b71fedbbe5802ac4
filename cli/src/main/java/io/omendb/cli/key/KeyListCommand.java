package io.omendb.cli.key;

import io.omendb.gateway.access.ApiKey;
import io.omendb.gateway.access.KeyFile;
import io.omendb.gateway.access.Permission;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Says which keys there are. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "Say which API keys a file has, and what they allow.")
final class KeyListCommand implements Callable<Integer> {
    private static final String ROW = "%-20s  %-26s  %-24s  %s%n";

    @Option(
            names = "--file",
            required = true,
            paramLabel = "FILE",
            description = "The file of keys.")
    private Path file = Path.of("");

    @Override
    public Integer call() {
        List<ApiKey> keys = KeyFile.read(file);
        System.out.printf(Locale.ROOT, ROW, "NAME", "ALLOW", "COLLECTIONS", "EXPIRES");
        for (ApiKey key : keys) {
            System.out.printf(
                    Locale.ROOT,
                    ROW,
                    key.name(),
                    key.allow().stream().map(Permission::label).collect(Collectors.joining(",")),
                    String.join(",", key.scope().patterns()),
                    expiry(key));
        }
        return 0;
    }

    private static String expiry(ApiKey key) {
        Instant expires = key.expires();
        if (expires == null) {
            return "never";
        }
        return Instant.now().isBefore(expires) ? expires.toString() : expires + " (has ended)";
    }
}
