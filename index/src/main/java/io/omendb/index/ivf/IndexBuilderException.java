package io.omendb.index.ivf;

/** A builder other than the processor failed. Nothing is lost: the processor can do its work. */
public final class IndexBuilderException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public IndexBuilderException(String message) {
        super(message);
    }

    public IndexBuilderException(String message, Throwable cause) {
        super(message, cause);
    }
}
