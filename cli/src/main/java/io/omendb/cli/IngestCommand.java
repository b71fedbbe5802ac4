package io.omendb.cli;

import io.omendb.OmenException;
import io.omendb.cli.client.GatewayClient;
import io.omendb.cli.client.PointFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A file of points into a collection. */
@Command(
        name = "ingest",
        mixinStandardHelpOptions = true,
        description = {
            "Send a file of points to a collection: NDJSON (a point a line), fvecs or bvecs, each also .gz.",
            "Vectors of fvecs and bvecs get their row number as id."
        })
final class IngestCommand implements Callable<Integer> {
    @Option(
            names = "--collection",
            required = true,
            paramLabel = "NAME",
            description = "The collection; it must exist.")
    private String collection = "";

    @Option(names = "--batch", paramLabel = "N", description = "Points per request (default: 500).")
    private int batch = 500;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "The gateway (default: http://127.0.0.1:8080).")
    private String url = "http://127.0.0.1:8080";

    @Parameters(paramLabel = "FILE", description = "The file.")
    private Path file = Path.of("");

    @Override
    public Integer call() throws InterruptedException {
        GatewayClient client = new GatewayClient(url);
        String points = GatewayClient.collection(collection) + "/points";
        if (batch < 1) {
            throw OmenException.malformed("--batch: found " + batch + ", expected at least 1");
        }
        // Says so before a long file is read, if there is no such collection.
        client.send("GET", GatewayClient.collection(collection), null);
        long start = System.nanoTime();
        long sent = 0;
        try (PointFile input = PointFile.open(file);
                ProgressBar bar =
                        new ProgressBarBuilder()
                                .setTaskName("ingest")
                                .setInitialMax(input.pointsExpected())
                                .setUnit(" points", 1)
                                .build()) {
            Optional<String> line = input.next();
            while (line.isPresent()) {
                StringBuilder body = new StringBuilder();
                int inBatch = 0;
                for (; inBatch < batch && line.isPresent(); line = input.next()) {
                    body.append(line.get()).append('\n');
                    inBatch++;
                }
                client.send(
                        "POST",
                        points,
                        "application/x-ndjson",
                        body.toString().getBytes(StandardCharsets.UTF_8));
                sent += inBatch;
                bar.stepTo(sent);
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(
                Locale.ROOT,
                "%,d points in %.1f s, %,.0f points/s%n",
                sent,
                seconds,
                sent / seconds);
        return 0;
    }
}
