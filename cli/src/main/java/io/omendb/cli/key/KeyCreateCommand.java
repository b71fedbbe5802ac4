package io.omendb.cli.key;

import io.omendb.gateway.access.ApiKey;
import io.omendb.gateway.access.KeyFile;
import io.omendb.gateway.access.KeyFileEditor;
import io.omendb.gateway.access.KeyHash;
import io.omendb.gateway.access.Permission;
import io.omendb.gateway.access.Scope;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a key. */
@Command(
        name = "create",
        mixinStandardHelpOptions = true,
        description = {
            "Make an API key: print it, and add its hash to a file.",
            "It is shown this once; nobody can tell it from the file."
        })
final class KeyCreateCommand implements Callable<Integer> {
    @Parameters(paramLabel = "NAME", description = "What logs and messages call it.")
    private String name = "";

    @Option(
            names = "--file",
            required = true,
            paramLabel = "FILE",
            description = "The file of keys; made if missing.")
    private Path file = Path.of("");

    @Option(
            names = "--allow",
            required = true,
            split = ",",
            paramLabel = "PERMISSION",
            description =
                    "read, write, manage (make and drop collections), monitor (metrics); several with commas.")
    private List<String> allow = List.of();

    @Option(
            names = "--collections",
            split = ",",
            paramLabel = "NAME",
            description =
                    "Which collections, such as products,logs-* (default: all, those to come too).")
    private List<String> collections = List.of("*");

    @Option(
            names = "--expires",
            paramLabel = "DATE",
            description = "When it ends, such as 2027-06-30 (default: never).")
    private @Nullable String expires;

    @Override
    public Integer call() {
        Set<Permission> permissions = EnumSet.noneOf(Permission.class);
        allow.forEach(label -> permissions.add(Permission.ofLabel(label.strip())));
        String key = KeyHash.newKey();
        KeyFileEditor.add(
                file,
                new ApiKey(
                        name,
                        KeyHash.of(key),
                        permissions,
                        new Scope(collections.stream().map(String::strip).toList()),
                        expires == null ? null : KeyFile.instant(expires)));
        System.err.println("key " + name + " is in " + file + "; it is shown this once:");
        System.out.println(key);
        return 0;
    }
}
