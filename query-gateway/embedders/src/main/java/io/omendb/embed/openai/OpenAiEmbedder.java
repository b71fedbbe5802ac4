package io.omendb.embed.openai;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.embed.Embedder;
import io.omendb.embed.batch.BatchQueue;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/** Asks an endpoint, a batch a request, a few requests at a time. Never blocks. */
final class OpenAiEmbedder implements Embedder {
    private static final int THREADS = 2;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    private final Endpoint endpoint;
    private final RandomGenerator random;
    private final ExecutorService threads;
    private final HttpClient http;
    private final BatchQueue queue;

    private OpenAiEmbedder(Endpoint endpoint, RandomGenerator random, ExecutorService threads) {
        this.endpoint = endpoint;
        this.random = random;
        this.threads = threads;
        this.http =
                HttpClient.newBuilder()
                        .executor(threads)
                        .connectTimeout(CONNECT_TIMEOUT)
                        // A key must not follow a redirection to somewhere else.
                        .followRedirects(HttpClient.Redirect.NEVER)
                        // Small servers stumble over the offer to upgrade a plain connection.
                        .version(
                                endpoint.isEncrypted()
                                        ? HttpClient.Version.HTTP_2
                                        : HttpClient.Version.HTTP_1_1)
                        .build();
        this.queue =
                new BatchQueue(
                        endpoint.name(),
                        new BatchQueue.Bounds(
                                endpoint.batchSize(), endpoint.requests(), endpoint.textsMax()),
                        this::ask);
    }

    static OpenAiEmbedder open(Endpoint endpoint, RandomGenerator random) {
        AtomicInteger number = new AtomicInteger();
        ExecutorService threads =
                Executors.newFixedThreadPool(
                        THREADS,
                        work -> {
                            Thread thread =
                                    new Thread(
                                            work,
                                            "omen-embed-"
                                                    + endpoint.name()
                                                    + "-"
                                                    + number.getAndIncrement());
                            thread.setDaemon(true);
                            return thread;
                        });
        return new OpenAiEmbedder(endpoint, random, threads);
    }

    @Override
    public int dimension() {
        return endpoint.dimension();
    }

    @Override
    public CompletionStage<List<float[]>> embed(List<String> texts) {
        return queue.submit(texts);
    }

    private CompletionStage<List<float[]>> ask(List<String> texts) {
        return new Exchange(endpoint, http, threads, random, () -> request(texts), texts.size())
                .start();
    }

    private HttpRequest request(List<String> texts) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("model", endpoint.model());
        texts.forEach(body.putArray("input")::add);
        if (endpoint.askDimension()) {
            body.put("dimensions", endpoint.dimension());
        }
        HttpRequest.Builder request =
                HttpRequest.newBuilder(endpoint.uri())
                        .timeout(Duration.ofMillis(endpoint.timeoutMs()))
                        .header("content-type", "application/json")
                        .header("accept", "application/json")
                        .POST(
                                HttpRequest.BodyPublishers.ofByteArray(
                                        body.toString().getBytes(StandardCharsets.UTF_8)));
        if (endpoint.apiKey() != null) {
            request.header("authorization", "Bearer " + endpoint.apiKey());
        }
        return request.build();
    }

    @Override
    public void close() {
        queue.close();
        threads.shutdown();
    }
}
