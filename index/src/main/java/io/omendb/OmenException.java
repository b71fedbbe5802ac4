package io.omendb;

import org.jspecify.annotations.Nullable;

/** The one exception of OmenDB: what was wrong, what was expected, and whose fault it is. */
public final class OmenException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final ErrorCode code;

    public OmenException(ErrorCode code, String message) {
        this(code, message, null);
    }

    public OmenException(ErrorCode code, String message, @Nullable Throwable cause) {
        super(message, cause, true, !isRefusal(code));
        this.code = code;
    }

    /**
     * A refusal tells of the load or of who asks, not of a place in the code, and many are made
     * when there is most to do, or when somebody tries keys.
     */
    private static boolean isRefusal(ErrorCode code) {
        return code == ErrorCode.OVERLOADED
                || code == ErrorCode.UNAUTHENTICATED
                || code == ErrorCode.FORBIDDEN;
    }

    public static OmenException malformed(String message) {
        return new OmenException(ErrorCode.MALFORMED, message);
    }

    public static OmenException invalid(String message) {
        return new OmenException(ErrorCode.INVALID, message);
    }

    public static OmenException corrupt(String message) {
        return new OmenException(ErrorCode.CORRUPT, message);
    }

    public ErrorCode code() {
        return code;
    }
}
