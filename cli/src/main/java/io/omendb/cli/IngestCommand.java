package io.omendb.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.cli.client.GatewayClient;
import io.omendb.cli.client.PointFile;
import io.omendb.connectors.producer.OmenProducer;
import io.omendb.connectors.producer.ProducerOptions;
import io.omendb.protocol.kafka.KafkaSettings;
import io.omendb.record.Point;
import io.omendb.record.PointJson;
import io.omendb.record.PointJson.Vectors;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.SchemaJson;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A file of points into a collection. */
@Command(
        name = "ingest",
        mixinStandardHelpOptions = true,
        description = {
            "Send a file of points to a collection: NDJSON (a point a line), fvecs or bvecs, each"
                    + " also .gz,",
            "or Arrow IPC (.arrow, .arrows, .feather, .ipc; a stream or a file, compressed or"
                    + " not).",
            "Vectors of fvecs and bvecs get their row number as id; Arrow has columns id and"
                    + " vector, more are metadata.",
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
                "Write to the collection's topic itself, many points a record: several times as"
                        + " fast. Every point has a vector then.",
                "Default: through the gateway."
            })
    private @Nullable String kafka;

    @Option(
            names = "--kafka-config",
            paramLabel = "FILE",
            description =
                    "The same with properties of Kafka's clients (security.protocol, sasl.*, ssl.*), for"
                            + " a secured cluster; its bootstrap.servers do without --kafka.")
    private @Nullable String kafkaConfig;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "The gateway (default: http://127.0.0.1:8080).")
    private String url = "http://127.0.0.1:8080";

    @Mixin private AccessOptions access = new AccessOptions();

    @Parameters(paramLabel = "FILE", description = "The file.")
    private Path file = Path.of("");

    @Override
    public Integer call() throws InterruptedException {
        if (batch < 1) {
            throw OmenException.malformed("--batch: found " + batch + ", expected at least 1");
        }
        if (kafka != null && kafka.isBlank()) {
            // What was meant is not the gateway: a variable that is not set, perhaps.
            throw OmenException.malformed(
                    "--kafka: found nothing, expected Kafka's bootstrap servers");
        }
        KafkaSettings settings = KafkaSettings.of(kafka, kafkaConfig);
        long start = System.nanoTime();
        long sent = settings == null ? throughGateway() : throughKafka(settings);
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
        GatewayClient client = new GatewayClient(access.to(url));
        String points = GatewayClient.collection(collection) + "/points";
        // Says so before a long file is read, if there is no such collection.
        JsonNode found = client.send("GET", GatewayClient.collection(collection), null);
        long sent = 0;
        try (PointFile input = PointFile.open(file, Vectors.OR_TEXT, () -> schema(found));
                ProgressBar bar = progress(input)) {
            List<String> places = new ArrayList<>();
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            Optional<Point> point = input.next();
            while (point.isPresent()) {
                places.add(file + ", " + input.place());
                body.writeBytes(PointJson.write(point.get()));
                body.write('\n');
                point = input.next();
                if (places.size() == batch || point.isEmpty()) {
                    JsonNode written =
                            client.send(
                                    "POST",
                                    points,
                                    "application/x-ndjson",
                                    body.toByteArray(),
                                    places::get);
                    requireAll(places.size(), written);
                    sent += places.size();
                    bar.stepTo(sent);
                    places.clear();
                    body.reset();
                }
            }
        } catch (OmenException e) {
            throw after(sent, "", e);
        }
        return sent;
    }

    /** Only a gateway's word counts, not that of whatever else answered. */
    private static void requireAll(int points, JsonNode written) {
        if (written.path("accepted").asInt(-1) != points) {
            throw new OmenException(
                    ErrorCode.EXTERNAL,
                    "no gateway's answer to "
                            + points
                            + " points: found "
                            + written
                            + ", expected accepted: "
                            + points);
        }
    }

    private CollectionSchema schema(JsonNode answered) {
        return SchemaJson.readAnswered(collection, (ObjectNode) answered);
    }

    /** What was written before stays: whoever reads of a failure wants to know. */
    private static OmenException after(long sent, String about, OmenException failure) {
        return sent == 0
                ? failure
                : new OmenException(
                        failure.code(),
                        String.format(
                                Locale.ROOT,
                                "after %s%,d points were written (writing them again changes"
                                        + " nothing): %s",
                                about,
                                sent,
                                failure.getMessage()),
                        failure);
    }

    private long throughKafka(KafkaSettings settings) {
        long sent = 0;
        try (OmenProducer producer =
                        OmenProducer.open(
                                settings.clientConfig(), collection, ProducerOptions.DEFAULT);
                PointFile input =
                        PointFile.open(
                                file, Vectors.REQUIRED, () -> producer.collection().schema());
                ProgressBar bar = progress(input)) {
            for (Optional<Point> point = input.next(); point.isPresent(); point = input.next()) {
                send(producer, point.get(), input);
                if (++sent % STEP == 0) {
                    bar.stepTo(sent);
                }
            }
            producer.flush();
            bar.stepTo(sent);
        } catch (OmenException e) {
            throw after(sent, "up to ", e);
        }
        return sent;
    }

    private void send(OmenProducer producer, Point point, PointFile input) {
        try {
            var unused = producer.send(point);
        } catch (OmenException e) {
            throw new OmenException(
                    e.code(), file + ", " + input.place() + ": " + e.getMessage(), e);
        }
    }

    private static ProgressBar progress(PointFile input) {
        return new ProgressBarBuilder()
                .setTaskName("ingest")
                .setInitialMax(input.pointsExpected())
                .setUnit(" points", 1)
                .build();
    }
}
