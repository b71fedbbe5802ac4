package io.omendb.gateway.http;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.gateway.shards.SearchLimit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the requests, and the bytes of their bodies, that are worked on at a time. What does not
 * fit is refused at once: a queue would only make it late. Answers are made before anybody knows
 * how fast they will be read, so that while too many of their bytes wait to be sent, it is further
 * requests that are refused. Safe for use by any thread.
 */
public final class Admission {
    private final int requestsMax;
    private final long bytesMax;
    private final long answerBytesMax;
    private final SearchLimit searches;
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong answerBytes = new AtomicLong();

    /** One that bounds neither searches by themselves nor answers. */
    public Admission(int requestsMax, long bytesMax) {
        this(requestsMax, bytesMax, Long.MAX_VALUE, SearchLimit.none());
    }

    /**
     * One that bounds all of it.
     *
     * @param answerBytesMax bytes of answers that are made and not sent from which on requests are
     *     refused
     */
    public Admission(int requestsMax, long bytesMax, long answerBytesMax, SearchLimit searches) {
        this.searches = searches;
        this.requestsMax = requestsMax;
        this.bytesMax = bytesMax;
        this.answerBytesMax = answerBytesMax;
    }

    /** Bounds the searches among the requests. */
    public SearchLimit searches() {
        return searches;
    }

    /** Requests worked on now. */
    public int inFlight() {
        return requests.get();
    }

    /**
     * Admits a request; the place is to be closed.
     *
     * @throws OmenException OVERLOADED where a limit is reached
     */
    public Place enter(long bodyBytes) {
        Place place = new Place();
        try {
            if (requests.incrementAndGet() > requestsMax) {
                throw full(requestsMax + " requests");
            }
            if (answerBytes.get() > answerBytesMax) {
                throw full(answerBytesMax + " bytes of answers that are not sent yet");
            }
            place.add(bodyBytes);
            return place;
        } catch (OmenException e) {
            place.close();
            throw e;
        }
    }

    private static OmenException full(String most) {
        return new OmenException(
                ErrorCode.OVERLOADED,
                "The gateway is working on as many requests as it takes ("
                        + most
                        + "); try again in a moment.");
    }

    /** What an admitted request takes up. */
    public final class Place implements AutoCloseable {
        private long held;
        private long sending;
        private boolean left;

        private Place() {}

        /**
         * Takes up more, as where a body turns out to be larger.
         *
         * @throws OmenException OVERLOADED where that is too much beside the other requests
         */
        public synchronized void add(long bodyBytes) {
            if (left) {
                return;
            }
            held += bodyBytes;
            long all = bytes.addAndGet(bodyBytes);
            // A single body may be as large as it likes, else it could never be sent.
            if (all > bytesMax && all > held) {
                throw full(bytesMax + " bytes of bodies, or of vectors made of texts");
            }
        }

        /** Says how large the answer is, which is held until the place is closed. */
        public synchronized void sends(long bytesOfAnswer) {
            if (!left) {
                sending += bytesOfAnswer;
                answerBytes.addAndGet(bytesOfAnswer);
            }
        }

        /** Bytes of the answer, as far as they are known. */
        public synchronized long sending() {
            return sending;
        }

        @Override
        public synchronized void close() {
            if (!left) {
                left = true;
                bytes.addAndGet(-held);
                answerBytes.addAndGet(-sending);
                requests.decrementAndGet();
            }
        }
    }
}
