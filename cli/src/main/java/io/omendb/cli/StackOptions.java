package io.omendb.cli;

import io.omendb.cli.stack.StackConfig;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of commands that start a stack; the command line wins over the file. */
final class StackOptions {

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "YAML configuration, see docs/configuration.md.")
    private @Nullable Path config;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "Port of the gateway, 0 for any free one (default: 8080).")
    private @Nullable Integer port;

    @Option(
            names = "--grpc-port",
            paramLabel = "PORT",
            description = "Port of the gateway for gRPC, 0 for any free one (default: none).")
    private @Nullable Integer grpcPort;

    @Option(names = "--dir", paramLabel = "DIR", description = "Where everything is kept.")
    private @Nullable Path directory;

    StackConfig resolve(Path directoryDefault) {
        StackConfig resolved =
                config == null
                        ? StackConfig.DEFAULT.withDirectory(directoryDefault)
                        : StackConfig.read(config);
        if (port != null) {
            resolved = resolved.withPort(port);
        }
        if (grpcPort != null) {
            resolved = resolved.withGateway(resolved.gateway().withGrpcPort(grpcPort));
        }
        return directory == null ? resolved : resolved.withDirectory(directory);
    }

    boolean hasDirectory() {
        return directory != null || config != null;
    }
}
