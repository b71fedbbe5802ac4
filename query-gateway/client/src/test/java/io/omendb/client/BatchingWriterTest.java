package io.omendb.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.omendb.client.OmenClientException.Reason;
import io.omendb.client.StubServer.Reply;
import io.omendb.client.StubServer.Request;
import io.omendb.client.point.Point;
import io.omendb.client.point.Written;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class BatchingWriterTest {
    private static final WriterOptions PATIENT =
            WriterOptions.DEFAULT.withLinger(Duration.ofMinutes(10));

    private final CountDownLatch gate = new CountDownLatch(1);
    private StubServer server;
    private OmenClient client;
    private OmenCollection c;

    @BeforeEach
    void start() throws IOException {
        server = StubServer.start().always(BatchingWriterTest::accept);
        client =
                OmenClient.builder(server.url())
                        .retries(
                                RetryPolicy.DEFAULT.withBackoff(
                                        Duration.ofMillis(1), Duration.ofMillis(2)))
                        .connect();
        c = client.collection("c");
    }

    @AfterEach
    void stop() {
        gate.countDown();
        client.close();
        server.close();
    }

    private static Reply accept(Request request) {
        JsonNode json = request.json();
        int size = json.has("points") ? json.path("points").size() : json.path("ids").size();
        return Reply.of(202, "{'accepted':" + size + ",'tokens':['omen.c-0:" + size + "']}");
    }

    private static List<String> ids(Request request) {
        List<String> ids = new ArrayList<>();
        request.json().path("points").forEach(point -> ids.add(point.path("id").asText()));
        request.json().path("ids").forEach(id -> ids.add(id.asText()));
        return ids;
    }

    private static OmenClientException failure(CompletableFuture<Written> write) {
        ExecutionException failure = catchThrowableOfType(ExecutionException.class, write::get);
        return (OmenClientException) failure.getCause();
    }

    @Test
    void byCount_byBytesAndByTime_batchesAreSent() throws Exception {
        WriterOptions one = PATIENT.withInFlight(1);
        try (BatchingWriter writer = c.writer(one.withBatchPoints(3))) {
            List<CompletableFuture<Written>> writes = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                writes.add(writer.upsert(Point.of("p" + i, i)));
            }
            assertThat(writes.get(5).get().tokens()).hasSize(1);
            assertThat(server.requests())
                    .extracting(BatchingWriterTest::ids)
                    .containsExactly(List.of("p0", "p1", "p2"), List.of("p3", "p4", "p5"));
            assertThat(server.last().target()).isEqualTo("/collections/c/points?wait=false");
        }
        int bytes = 2 * Json.write(Point.of("p0", 0)).length;
        try (BatchingWriter writer = c.writer(one.withBatchBytes(bytes).withSearchable())) {
            writer.upsert(Point.of("p0", 0)).isDone();
            assertThat(writer.upsert(Point.of("p1", 1)).get().accepted()).isEqualTo(2);
            assertThat(server.last().target()).isEqualTo("/collections/c/points?wait=true");
        }
        try (BatchingWriter writer = c.writer(one.withLinger(Duration.ofMillis(1)))) {
            assertThat(writer.upsert(Point.of("p0", 0)).get().accepted()).isEqualTo(1);
        }
    }

    @Test
    void upsertsAndDeletes_ofOneId_stayInOrder() {
        try (BatchingWriter writer = c.writer(PATIENT)) {
            var first = writer.upsert(Point.of("a", 1));
            var second = writer.upsert(Point.of("a", 2));
            var third = writer.delete("a");
            var fourth = writer.upsert(Point.of("a", 3));
            writer.flush();
            assertThat(List.of(first, second, third, fourth)).allMatch(CompletableFuture::isDone);
        }
        assertThat(server.requests())
                .extracting(Request::body)
                .containsExactly(
                        "{\"points\":[{\"id\":\"a\",\"vector\":[1.0]},{\"id\":\"a\",\"vector\":[2.0]}]}",
                        "{\"ids\":[\"a\"]}",
                        "{\"points\":[{\"id\":\"a\",\"vector\":[3.0]}]}");
    }

    @Test
    void badPoints_failAloneAndTheOthersAreWritten() throws Exception {
        server.inTurn(
                Reply.of(
                        422,
                        Reply.problemJson(
                                422,
                                "INVALID",
                                "Nothing was written",
                                ",'errors':[{'index':1,'detail':'bad one'},{'index':3,'detail':'bad three'}]")),
                Reply.of(202, "{'accepted':2,'tokens':['omen.c-0:1']}"));
        List<CompletableFuture<Written>> writes = new ArrayList<>();
        BatchingWriter writer = c.writer(PATIENT.withInFlight(1));
        for (int i = 0; i < 4; i++) {
            writes.add(writer.upsert(Point.of("p" + i, i)));
        }
        assertThatThrownBy(writer::flush)
                .isInstanceOf(OmenClientException.class)
                .hasMessageStartingWith("2 writes failed; the first: ");
        writer.flush(); // told once
        writer.close();

        assertThat(writes.get(0).get().accepted()).isEqualTo(2);
        assertThat(writes.get(2)).isCompleted();
        assertThat(failure(writes.get(1))).hasMessage("422 INVALID: bad one");
        assertThat(failure(writes.get(3)).detail()).isEqualTo("bad three");
        assertThat(ids(server.last())).containsExactly("p0", "p2");
        assertThat(server.requests()).hasSize(2);
    }

    @Test
    void allBad_failAllAndTheLaneGoesOn() throws Exception {
        server.inTurn(
                Reply.of(
                        422,
                        Reply.problemJson(
                                422,
                                "INVALID",
                                "Nothing was written",
                                ",'errors':[{'index':0,'detail':'bad'}]")),
                Reply.problem(404, "NOT_FOUND", "Collection c does not exist."),
                Reply.of(202, "{'accepted':1,'tokens':[]}"));
        BatchingWriter writer = c.writer(PATIENT.withBatchPoints(1).withInFlight(1));
        assertThat(failure(writer.upsert(Point.of("a", 1))).status()).isEqualTo(422);
        assertThat(failure(writer.upsert(Point.of("a", 1))).status()).isEqualTo(404);
        assertThat(writer.upsert(Point.of("a", 1)).get().accepted()).isEqualTo(1);
        assertThatThrownBy(writer::close).hasMessageContaining("2 writes failed");
        writer.close();
    }

    @Test
    void moreThanTheBuffer_blocksUntilThereIsRoom() throws Exception {
        server.always(request -> accept(request).after(gate));
        try (BatchingWriter writer =
                c.writer(PATIENT.withBatchPoints(1).withInFlight(1).withBufferBytes(60))) {
            AtomicInteger taken = new AtomicInteger();
            Thread producer =
                    new Thread(
                            () -> {
                                for (int i = 0; i < 50; i++) {
                                    var unused = writer.upsert(Point.of("p" + i, i));
                                    taken.incrementAndGet();
                                }
                            });
            producer.start();
            Await.until(
                    "the producer waits for room",
                    () -> producer.getState() == Thread.State.WAITING && taken.get() > 0);
            assertThat(taken.get()).isLessThanOrEqualTo(3);
            gate.countDown();
            producer.join();
            writer.flush();
            assertThat(server.requests()).hasSize(50);
        }
    }

    @Test
    void waitingForRoom_canBeInterrupted() throws Exception {
        server.always(request -> accept(request).after(gate));
        BatchingWriter writer =
                c.writer(PATIENT.withBatchPoints(1).withInFlight(1).withBufferBytes(1));
        var first = writer.upsert(Point.of("a", 1));
        CompletableFuture<Reason> seen = new CompletableFuture<>();
        Thread producer =
                new Thread(
                        () -> {
                            OmenClientException failure =
                                    catchThrowableOfType(
                                            OmenClientException.class,
                                            () -> writer.upsert(Point.of("b", 1)));
                            assertThat(Thread.currentThread().isInterrupted()).isTrue();
                            seen.complete(failure.reason());
                        });
        producer.start();
        Await.until("it waits", () -> producer.getState() == Thread.State.WAITING);
        producer.interrupt();
        assertThat(seen.get()).isEqualTo(Reason.INTERRUPTED);
        gate.countDown();
        writer.close();
        assertThat(first).isCompleted();
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void inFlight_isBoundedAndUsed() throws Exception {
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        server.always(
                request -> {
                    most.accumulateAndGet(now.incrementAndGet(), Math::max);
                    Reply reply = accept(request);
                    return exchange -> {
                        // Before the client can hear of it and send the next.
                        gate.await();
                        now.decrementAndGet();
                        reply.to(exchange);
                    };
                });
        try (BatchingWriter writer = c.writer(PATIENT.withBatchPoints(1).withInFlight(3))) {
            for (int i = 0; i < 60; i++) {
                var unused = writer.upsert(Point.of("p" + i, i));
            }
            Await.until("three are under way", () -> now.get() == 3);
            gate.countDown();
        }
        assertThat(server.requests()).hasSize(60);
        assertThat(most.get()).isEqualTo(3);
    }

    @Test
    void close_flushesAndEndsItsThread() throws Exception {
        BatchingWriter writer = c.writer(PATIENT);
        var write = writer.upsert(Point.of("a", 1));
        assertThat(threads()).hasSize(1);
        writer.close();
        assertThat(write.get().accepted()).isEqualTo(1);
        assertThat(threads()).isEmpty();
        writer.close();
        assertThat(
                        catchThrowableOfType(
                                        OmenClientException.class,
                                        () -> writer.upsert(Point.of("a", 1)))
                                .reason())
                .isEqualTo(Reason.CLOSED);
    }

    @Test
    void close_thatTakesTooLong_failsWhatIsLeft() throws Exception {
        server.always(request -> accept(request).after(gate));
        BatchingWriter writer =
                c.writer(
                        PATIENT.withBatchPoints(1)
                                .withInFlight(1)
                                .withCloseTimeout(Duration.ofMillis(50)));
        var underWay = writer.upsert(Point.of("a", 1));
        var waits = writer.upsert(Point.of("b", 1));
        Await.until("one is under way", () -> server.requests().size() == 1);
        OmenClientException failure =
                catchThrowableOfType(OmenClientException.class, writer::close);
        assertThat(failure.reason()).isEqualTo(Reason.CLOSED);
        assertThat(failure(underWay).reason()).isEqualTo(Reason.CLOSED);
        assertThat(failure(waits).reason()).isEqualTo(Reason.CLOSED);
        Await.until("the thread has ended", () -> threads().isEmpty());
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.equals("omen-writer-c"))
                .toList();
    }

    /** Many writes of few ids, while the server is now and then away and some points are bad. */
    @Test
    void random_writes_endAsTheLastGoodOneOfEachId() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Random faults = new Random(seed + 1);
        Map<String, Double> stored = new HashMap<>();
        server.always(
                request -> {
                    synchronized (stored) {
                        return faults.nextInt(8) == 0
                                ? Reply.problem(503, "UNAVAILABLE", "away")
                                : apply(request, stored);
                    }
                });
        Map<String, Double> expected = new HashMap<>();
        List<CompletableFuture<Written>> good = new ArrayList<>();
        List<CompletableFuture<Written>> bad = new ArrayList<>();
        OmenClient stubborn =
                OmenClient.builder(server.url())
                        .retries(
                                RetryPolicy.DEFAULT
                                        .withAttemptsMax(100)
                                        .withBackoff(Duration.ofMillis(1), Duration.ofMillis(2)))
                        .connect();
        try (stubborn) {
            WriterOptions options =
                    WriterOptions.DEFAULT
                            .withBatchPoints(7)
                            .withLinger(Duration.ofMillis(1))
                            .withBufferBytes(2_000);
            BatchingWriter writer = stubborn.collection("c").writer(options);
            for (int i = 0; i < 1_500; i++) {
                String id = "p" + random.nextInt(20);
                int kind = random.nextInt(20);
                if (kind == 0) {
                    bad.add(writer.upsert(Point.of(id, -1)));
                } else if (kind < 5) {
                    good.add(writer.delete(id));
                    expected.remove(id);
                } else {
                    good.add(writer.upsert(Point.of(id, i)));
                    expected.put(id, (double) i);
                }
                if (random.nextInt(250) == 0) {
                    var unused = catchThrowableOfType(OmenClientException.class, writer::flush);
                    synchronized (stored) {
                        assertThat(stored).as("seed %d", seed).isEqualTo(expected);
                    }
                }
            }
            var unused = catchThrowableOfType(OmenClientException.class, writer::close);
        }
        assertThat(stored).as("seed %d", seed).isEqualTo(expected);
        assertThat(good).as("seed %d", seed).allMatch(write -> !write.isCompletedExceptionally());
        assertThat(bad)
                .as("seed %d", seed)
                .allSatisfy(write -> assertThat(failure(write).detail()).isEqualTo("negative"));
    }

    /** All or none, naming the bad ones, as the contract has it. */
    private static Reply apply(Request request, Map<String, Double> stored) {
        List<String> errors = new ArrayList<>();
        JsonNode points = request.json().path("points");
        for (int i = 0; i < points.size() && errors.size() < 20; i++) {
            if (points.get(i).at("/vector/0").asDouble() < 0) {
                errors.add("{'index':" + i + ",'detail':'negative'}");
            }
        }
        if (!errors.isEmpty()) {
            return Reply.of(
                    422,
                    Reply.problemJson(
                            422, "INVALID", "Nothing was written", ",'errors':" + errors));
        }
        points.forEach(
                point -> stored.put(point.path("id").asText(), point.at("/vector/0").asDouble()));
        request.json().path("ids").forEach(id -> stored.remove(id.asText()));
        return accept(request);
    }
}
