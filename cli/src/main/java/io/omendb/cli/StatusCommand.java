package io.omendb.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.cli.client.GatewayClient;
import io.omendb.cli.stack.StackConfig;
import io.omendb.cli.stack.StackDirectory;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Says what runs and what it holds. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description =
                "Show the OmenDB that runs on a directory. Exit code 0 if it is ready, 1 if not.")
final class StatusCommand implements Callable<Integer> {
    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Its directory (default: omen-data).")
    private Path directory = StackConfig.DIRECTORY_DEFAULT;

    @Mixin private AccessOptions access = new AccessOptions();

    @Override
    public Integer call() throws InterruptedException {
        Optional<StackDirectory.Running> running = StackDirectory.running(directory);
        if (running.isEmpty()) {
            System.out.println(
                    StackDirectory.holder(directory)
                            .map(
                                    process ->
                                            "OmenDB is starting on "
                                                    + directory
                                                    + ", process "
                                                    + process.pid())
                            .orElse("no OmenDB runs on " + directory));
            return 1;
        }
        StackDirectory.Running found = running.get();
        GatewayClient client = new GatewayClient(access.to(found));
        boolean ready = client.isReady();
        System.out.println("process  " + found.pid());
        System.out.println("gateway  " + found.url() + (ready ? "  ready" : "  not ready"));
        System.out.println("kafka    " + found.bootstrapServers());
        if (!ready) {
            return 1;
        }
        try {
            printCollections(client);
        } catch (OmenException e) {
            if (e.code() != ErrorCode.UNAUTHENTICATED && e.code() != ErrorCode.FORBIDDEN) {
                throw e;
            }
            // That it is ready was the question.
            System.out.println("\nno collections are shown: " + e.getMessage());
        }
        return 0;
    }

    private static void printCollections(GatewayClient client) throws InterruptedException {
        JsonNode collections = client.send("GET", "/collections", null).path("collections");
        System.out.printf(
                Locale.ROOT,
                "%n%-24s %12s %10s %9s%n",
                "collection",
                "vectors",
                "dimension",
                "segments");
        for (JsonNode listed : collections) {
            String name = listed.path("name").asText();
            JsonNode full = client.send("GET", GatewayClient.collection(name), null);
            System.out.printf(
                    Locale.ROOT,
                    "%-24s %,12d %10d %9d%n",
                    name,
                    full.path("vectors").asLong(),
                    full.path("dimension").asInt(),
                    full.path("segments").asInt());
        }
    }
}
