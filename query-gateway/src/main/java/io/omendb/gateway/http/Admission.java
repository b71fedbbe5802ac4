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
    /** One of so many requests worked on at a time is none that writes. */
    private static final int READS_SHARE = 4;

    private final int requestsMax;
    private final long bytesMax;
    private final long answerBytesMax;
    private final SearchLimit searches;
    private final int writesMax;
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger writes = new AtomicInteger();
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
        this.writesMax = Math.max(1, requestsMax - requestsMax / READS_SHARE);
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

    /** Admits a request that writes nothing; see {@link #enter(long, boolean)}. */
    public Place enter(long bodyBytes) {
        return enter(bodyBytes, false);
    }

    /**
     * Admits a request; the place is to be closed.
     *
     * @param writing whether it waits for Kafka: while that does not answer, such requests are not
     *     to take the room of all others
     * @throws OmenException OVERLOADED where a limit is reached
     */
    public Place enter(long bodyBytes, boolean writing) {
        Place place = new Place(writing);
        try {
            if (requests.incrementAndGet() > requestsMax) {
                throw full(requestsMax + " requests");
            }
            if (writing && writes.get() > writesMax) {
                throw full(writesMax + " writes");
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
        private long expected;
        private boolean left;

        private final boolean writing;

        private Place(boolean writing) {
            this.writing = writing;
            if (writing) {
                writes.incrementAndGet();
            }
        }

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

        /**
         * Says how large the answer may become, before anything of it is there; what is held
         * instead once it is, {@link #sends} says.
         *
         * @throws OmenException OVERLOADED where that is too much beside the other answers
         */
        public synchronized void expects(long bytesOfAnswer) {
            if (left) {
                return;
            }
            expected += bytesOfAnswer;
            sending += bytesOfAnswer;
            long all = answerBytes.addAndGet(bytesOfAnswer);
            // A single answer may be as large as it likes, else it could never be had.
            if (all > answerBytesMax && all > sending) {
                throw full(answerBytesMax + " bytes of answers");
            }
        }

        /** Says how large the answer is, which is held until the place is closed. */
        public synchronized void sends(long bytesOfAnswer) {
            if (!left) {
                long more = bytesOfAnswer - expected;
                expected = 0;
                sending += more;
                answerBytes.addAndGet(more);
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
                if (writing) {
                    writes.decrementAndGet();
                }
            }
        }
    }
}
