package io.omendb.gateway.write;

import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.omendb.OmenException;
import io.omendb.gateway.access.Need;
import io.omendb.gateway.collections.KnownCollections;
import io.omendb.gateway.grpc.Calls;
import io.omendb.gateway.grpc.Statuses;
import io.omendb.gateway.shards.Asked;
import io.omendb.gateway.shards.Deadline;
import io.omendb.record.Point;
import io.omendb.schema.CollectionDefinition;
import io.omendb.v1.UpsertRequest;
import io.omendb.v1.UpsertResponse;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One stream of messages with points. They go to Kafka in order as they arrive, a few ahead of its
 * acknowledgements, and are answered in order. After the first refusal nothing more is written.
 *
 * <p>gRPC calls the observer's methods one at a time; answers are sent by the chain of stages, also
 * one at a time.
 */
final class UpsertStream implements StreamObserver<UpsertRequest> {
    static final Metadata.Key<String> ACCEPTED_MESSAGES =
            Metadata.Key.of("omen-accepted-messages", Metadata.ASCII_STRING_MARSHALLER);
    static final Metadata.Key<String> ACCEPTED_POINTS =
            Metadata.Key.of("omen-accepted-points", Metadata.ASCII_STRING_MARSHALLER);

    /** Messages that may be ahead of Kafka's acknowledgements. */
    private static final int AHEAD_MAX = 8;

    private final KnownCollections collections;
    private final Writes writes;
    private final Calls calls;
    private final ServerCallStreamObserver<UpsertResponse> out;
    private final Asked asked;
    private CompletableFuture<Void> answered = CompletableFuture.completedFuture(null);

    /** Done when every message so far has been handed to Kafka; fails with the first refusal. */
    private CompletableFuture<Void> handedOver = CompletableFuture.completedFuture(null);

    private volatile boolean ended;
    private @Nullable String collection;

    /** Of messages that were answered; changed by the chain of stages alone. */
    private long messages;

    private long points;
    private boolean refused;

    private UpsertStream(
            KnownCollections collections,
            Writes writes,
            Calls calls,
            ServerCallStreamObserver<UpsertResponse> out) {
        this.collections = collections;
        this.writes = writes;
        this.calls = calls;
        this.out = out;
        this.asked = Calls.asked(out);
    }

    static UpsertStream open(
            KnownCollections collections,
            Writes writes,
            Calls calls,
            StreamObserver<UpsertResponse> out) {
        ServerCallStreamObserver<UpsertResponse> call =
                (ServerCallStreamObserver<UpsertResponse>) out;
        UpsertStream stream = new UpsertStream(collections, writes, calls, call);
        call.disableAutoRequest();
        call.request(AHEAD_MAX);
        return stream;
    }

    @Override
    public void onNext(UpsertRequest message) {
        if (ended) {
            return;
        }
        CompletableFuture<Writes.Written> written =
                calls.answer(Need.WRITE, message, () -> write(message, asked.now()));
        if (written.isCompletedExceptionally()) {
            ended = true; // what follows it has no place in the order any more
        }
        answered =
                answered.thenCombine(
                        written,
                        (before, acknowledged) -> {
                            answer(acknowledged);
                            return null;
                        });
        answered.whenComplete(
                (nothing, failure) -> {
                    if (failure != null) {
                        refuse(failure);
                    }
                });
    }

    private CompletableFuture<Writes.Written> write(UpsertRequest message, Asked now) {
        int timeoutMs =
                message.hasTimeoutMs() ? message.getTimeoutMs() : calls.limits().timeoutMs();
        calls.limits().checkTimeoutMs(timeoutMs);
        Deadline deadline = now.deadline(timeoutMs);
        String name = collection(message);
        Calls.check(Need.WRITE, name);
        CollectionDefinition into = collections.require(name);
        CompletableFuture<ReadyPoints<Point>> ready =
                writes.ready(
                        into,
                        WriteForm.POINT,
                        PointMessages.read(message.getPointsList(), calls.limits().batchPoints()),
                        deadline);
        CompletableFuture<Writes.Written> written = inTurn(into, ready);
        return message.getWait()
                ? written.thenCompose(done -> writes.searchable(into, done, deadline))
                : written;
    }

    /**
     * Hands points to Kafka after those of the messages before, also if their vectors were made
     * sooner. Where nothing is waited for that happens at once and on this thread, which thereby
     * keeps the client from sending more than Kafka takes.
     */
    private CompletableFuture<Writes.Written> inTurn(
            CollectionDefinition into, CompletableFuture<ReadyPoints<Point>> ready) {
        CompletableFuture<ReadyPoints<Point>> turn =
                handedOver.thenCombine(ready, (before, own) -> own);
        turn.whenComplete(
                (own, failure) -> {
                    if (failure != null) {
                        ready.thenAccept(ReadyPoints::release);
                    }
                });
        // Of a future: what is handed over may be acknowledged much later.
        CompletableFuture<CompletableFuture<Writes.Written>> writing =
                turn.isDone()
                        ? turn.thenApply(points -> writes.write(into, points))
                        : turn.thenApplyAsync(
                                points -> writes.write(into, points), calls.blocking());
        handedOver = writing.thenApply(begun -> null);
        return writing.thenCompose(acknowledged -> acknowledged);
    }

    private String collection(UpsertRequest message) {
        if (!message.getCollection().isEmpty()) {
            collection = message.getCollection();
        }
        if (collection == null) {
            throw OmenException.malformed(
                    "collection: found nothing in the first message, expected a name");
        }
        return collection;
    }

    private synchronized void answer(Writes.Written written) {
        if (asked.gone().hasHappened()) {
            return;
        }
        messages++;
        points += written.count();
        UpsertResponse.Builder response = UpsertResponse.newBuilder().setAccepted(written.count());
        written.tokens().forEach(token -> response.addTokens(token.toString()));
        out.onNext(response.build());
        out.request(1);
    }

    /** Comes after the answers to all messages before, which the order of the stages sees to. */
    private synchronized void refuse(Throwable failure) {
        if (refused || asked.gone().hasHappened()) {
            return;
        }
        refused = true;
        ended = true;
        StatusRuntimeException status = Statuses.of(failure);
        Metadata trailers = Objects.requireNonNullElseGet(status.getTrailers(), Metadata::new);
        trailers.put(ACCEPTED_MESSAGES, Long.toString(messages));
        trailers.put(ACCEPTED_POINTS, Long.toString(points));
        out.onError(
                status.getStatus()
                        .withDescription(
                                "messages["
                                        + messages
                                        + "]: "
                                        + status.getStatus().getDescription()
                                        + " (accepted before: "
                                        + messages
                                        + " messages with "
                                        + points
                                        + " points)")
                        .asRuntimeException(trailers));
    }

    @Override
    public void onError(Throwable cancelled) {
        ended = true; // the client has gone; what Kafka has, it keeps
    }

    @Override
    public void onCompleted() {
        answered.thenRun(
                () -> {
                    if (!asked.gone().hasHappened()) {
                        out.onCompleted();
                    }
                });
    }
}
