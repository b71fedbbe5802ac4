package io.omendb.gateway.http;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the requests, and the bytes of their bodies, that are worked on at a time. What does not
 * fit is refused at once: a queue would only make it late. Safe for use by any thread.
 */
public final class Admission {
    private final int requestsMax;
    private final long bytesMax;
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();

    public Admission(int requestsMax, long bytesMax) {
        this.requestsMax = requestsMax;
        this.bytesMax = bytesMax;
    }

    /** Requests worked on now. */
    public int inFlight() {
        return requests.get();
    }

    /**
     * Admits a request; {@link #leave} must follow.
     *
     * @throws OmenException OVERLOADED where a limit is reached
     */
    void enter(long bodyBytes) {
        boolean fits = requests.incrementAndGet() <= requestsMax;
        // A single body may be as large as it likes, else it could never be sent.
        long before = bytes.getAndAdd(bodyBytes);
        if (!fits || (before > 0 && before + bodyBytes > bytesMax)) {
            leave(bodyBytes);
            throw new OmenException(
                    ErrorCode.OVERLOADED,
                    "The gateway is working on as many requests as it takes ("
                            + (fits ? bytesMax + " bytes of bodies" : requestsMax + " requests")
                            + "); try again in a moment.");
        }
    }

    void leave(long bodyBytes) {
        bytes.addAndGet(-bodyBytes);
        requests.decrementAndGet();
    }
}
