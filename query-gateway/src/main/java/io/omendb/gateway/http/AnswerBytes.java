package io.omendb.gateway.http;

import io.omendb.ErrorCode;
import io.omendb.OmenException;

/**
 * Adds up what an answer takes as JSON, before any of it is written, so that one of gigabytes is
 * refused while only its points are held. An estimate: digits are not counted. Other forms take
 * less, and are held to the same. Used by one thread at a time.
 */
public final class AnswerBytes {
    /** Of a point: its objects while it is held; names, braces and the distance as JSON. */
    private static final int POINT = 128;

    /** Of a component: a sign, nine digits, a point and a comma. */
    private static final int COMPONENT = 12;

    private final long max;
    private long bytes;

    /** Of an answer of at most so many bytes. */
    public AnswerBytes(long max) {
        this.max = max;
    }

    /** About what a vector takes. */
    static long vector(int components) {
        return (long) COMPONENT * components;
    }

    /**
     * Counts one more point.
     *
     * @param content characters of its id, metadata and text
     * @param components of its vector, if that is answered
     * @throws OmenException TOO_LARGE where the answer becomes larger than allowed
     */
    public void add(long content, int components) {
        bytes += POINT + content + (long) COMPONENT * components;
        if (bytes > max) {
            throw new OmenException(
                    ErrorCode.TOO_LARGE,
                    "answer: found more than "
                            + max
                            + " bytes, expected at most that many; ask for fewer points at a time,"
                            + " by k or limit, or include less of each, such as no vectors");
        }
    }
}
