package io.omendb.cli;

import io.omendb.OmenException;
import io.omendb.cli.client.GatewayClient;
import io.omendb.cli.client.PointFile;
import io.omendb.connectors.producer.OmenProducer;
import io.omendb.record.Point;
import io.omendb.record.PointJson;
import io.omendb.record.PointJson.Vectors;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A file of points into a collection. */
@Command(
        name = "ingest",
        mixinStandardHelpOptions = true,
        description = {
            "Send a file of points to a collection: NDJSON (a point a line), fvecs or bvecs, each also .gz.",
            "Vectors of fvecs and bvecs get their row number as id.",
            "Where the collection has an embedder, points of NDJSON may have a text and no vector."
        })
final class IngestCommand implements Callable<Integer> {
    private static final int STEP = 1_000;

    @Option(
            names = "--collection",
            required = true,
            paramLabel = "NAME",
            description = "The collection; it must exist.")
    private String collection = "";

    @Option(names = "--batch", paramLabel = "N", description = "Points per request (default: 500).")
    private int batch = 500;

    @Option(
            names = "--kafka",
            paramLabel = "HOST:PORT",
            description = {
                "Write to the collection's topic itself, many points a record: several times as fast. Every point has a vector then.",
                "Default: through the gateway."
            })
    private @Nullable String kafka;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "The gateway (default: http://127.0.0.1:8080).")
    private String url = "http://127.0.0.1:8080";

    @Parameters(paramLabel = "FILE", description = "The file.")
    private Path file = Path.of("");

    @Override
    public Integer call() throws InterruptedException {
        if (batch < 1) {
            throw OmenException.malformed("--batch: found " + batch + ", expected at least 1");
        }
        long start = System.nanoTime();
        long sent = kafka == null ? throughGateway() : throughKafka(kafka);
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(
                Locale.ROOT,
                "%,d points in %.1f s, %,.0f points/s%n",
                sent,
                seconds,
                sent / seconds);
        return 0;
    }

    private long throughGateway() throws InterruptedException {
        GatewayClient client = new GatewayClient(url);
        String points = GatewayClient.collection(collection) + "/points";
        // Says so before a long file is read, if there is no such collection.
        client.send("GET", GatewayClient.collection(collection), null);
        long sent = 0;
        try (PointFile input = PointFile.open(file, Vectors.OR_TEXT);
                ProgressBar bar = progress(input)) {
            Optional<Point> point = input.next();
            while (point.isPresent()) {
                ByteArrayOutputStream body = new ByteArrayOutputStream();
                int inBatch = 0;
                for (; inBatch < batch && point.isPresent(); point = input.next()) {
                    body.writeBytes(PointJson.write(point.get()));
                    body.write('\n');
                    inBatch++;
                }
                client.send("POST", points, "application/x-ndjson", body.toByteArray());
                sent += inBatch;
                bar.stepTo(sent);
            }
        }
        return sent;
    }

    private long throughKafka(String brokers) {
        long sent = 0;
        try (OmenProducer producer = OmenProducer.open(brokers, collection);
                PointFile input = PointFile.open(file, Vectors.REQUIRED);
                ProgressBar bar = progress(input)) {
            for (Optional<Point> point = input.next(); point.isPresent(); point = input.next()) {
                var unused = producer.send(point.get());
                if (++sent % STEP == 0) {
                    bar.stepTo(sent);
                }
            }
            producer.flush();
            bar.stepTo(sent);
        }
        return sent;
    }

    private static ProgressBar progress(PointFile input) {
        return new ProgressBarBuilder()
                .setTaskName("ingest")
                .setInitialMax(input.pointsExpected())
                .setUnit(" points", 1)
                .build();
    }
}
