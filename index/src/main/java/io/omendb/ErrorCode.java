package io.omendb;

/** Whose fault an error is and what a client can do about it. */
public enum ErrorCode {
    /** The request could not be read: bad JSON, a field of the wrong type, a missing field. */
    MALFORMED(400),
    /** No API key, or none that holds; send another. */
    UNAUTHENTICATED(401),
    /** It may not be done here, or not with this API key. */
    FORBIDDEN(403),
    /** The thing named does not exist. */
    NOT_FOUND(404),
    /** It exists already, differently. */
    CONFLICT(409),
    /** A limit on size was passed. */
    TOO_LARGE(413),
    /** Readable, but it breaks a rule of the collection: dimension, NaN, unknown operator. */
    INVALID(422),
    /** The server is at its limit; try again later. */
    OVERLOADED(429),
    /** A part needed to answer is not reachable now. */
    UNAVAILABLE(503),
    /** Not finished within the time allowed. */
    TIMEOUT(504),
    /** A stored file is damaged; the message names it. */
    CORRUPT(500),
    /** A resource outside OmenDB failed: disk, broker, port. */
    EXTERNAL(500),
    /** A defect in OmenDB. */
    INTERNAL(500);

    private final int httpStatus;

    ErrorCode(int httpStatus) {
        this.httpStatus = httpStatus;
    }

    /** The HTTP status this code is answered with. */
    public int httpStatus() {
        return httpStatus;
    }
}
