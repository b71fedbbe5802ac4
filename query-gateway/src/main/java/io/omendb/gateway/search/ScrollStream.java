package io.omendb.gateway.search;

import com.google.protobuf.MessageLite;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.omendb.gateway.access.Caller;
import io.omendb.gateway.access.Need;
import io.omendb.gateway.grpc.Calls;
import io.omendb.gateway.grpc.Statuses;
import io.omendb.gateway.shards.Asked;
import io.omendb.protocol.v1.ScrollPosition;
import io.omendb.schema.CollectionDefinition;
import io.omendb.v1.ScrollResponse;
import java.util.concurrent.atomic.AtomicBoolean;

/** Pages of a scroll, each read when the client has taken the one before. */
final class ScrollStream {
    private final Scroller scroller;
    private final Calls calls;
    private final CollectionDefinition collection;
    private final MessageLite request;
    private final ServerCallStreamObserver<ScrollResponse> out;
    private final Asked asked;

    /** Whether a page is being read, or there are no more; whoever sets it owns the rest. */
    private final AtomicBoolean busy = new AtomicBoolean();

    private final Caller caller;
    private volatile ScrollJson next;

    private ScrollStream(
            Scroller scroller,
            Calls calls,
            CollectionDefinition collection,
            MessageLite request,
            ScrollJson first,
            ServerCallStreamObserver<ScrollResponse> out) {
        this.scroller = scroller;
        this.calls = calls;
        this.collection = collection;
        this.request = request;
        this.next = first;
        this.out = out;
        this.asked = Calls.asked(out);
        this.caller = Calls.caller();
    }

    /** Starts; to be called before the call's method returns. */
    static void start(
            Scroller scroller,
            Calls calls,
            CollectionDefinition collection,
            MessageLite request,
            ScrollJson first,
            StreamObserver<ScrollResponse> out) {
        ServerCallStreamObserver<ScrollResponse> call =
                (ServerCallStreamObserver<ScrollResponse>) out;
        ScrollStream stream = new ScrollStream(scroller, calls, collection, request, first, call);
        call.setOnReadyHandler(stream::readNext);
        stream.readNext();
    }

    private void readNext() {
        if (asked.gone().hasHappened() || !out.isReady() || !busy.compareAndSet(false, true)) {
            return;
        }
        ScrollJson page = next;
        calls.answer(
                        Need.READ,
                        request,
                        () -> {
                            caller.check(Need.READ, collection.name());
                            return scroller.page(
                                            collection,
                                            page,
                                            asked.now().deadline(page.timeoutMs()))
                                    .thenApply(found -> found.within(calls.limits().answer()));
                        })
                .whenComplete(
                        (found, failure) -> {
                            if (asked.gone().hasHappened()) {
                                return;
                            }
                            if (failure != null) {
                                out.onError(Statuses.of(failure));
                            } else {
                                send(page, found);
                            }
                        });
    }

    private void send(ScrollJson page, Scroller.Page found) {
        ScrollPosition cursor = found.cursor();
        ScrollResponse.Builder response = ScrollResponse.newBuilder();
        found.points().forEach(point -> response.addPoints(FoundMessages.of(point, page.fields())));
        response.setCursor(cursor == null ? "" : ScrollCursor.write(cursor));
        out.onNext(response.build());
        if (cursor == null) {
            out.onCompleted();
            return;
        }
        next = page.next(found);
        busy.set(false);
        readNext();
    }
}
