package io.omendb.gateway.chroma;

/** Errors in Chroma's words that say that the client is at fault, or asks for too much. */
final class Refusals {
    private static final int NOT_IMPLEMENTED = 501;

    private Refusals() {}

    /** Runs a reader that may refuse. */
    static void chroma(Runnable reader) {
        try {
            reader.run();
        } catch (ChromaException e) {
            int status = e.status().code();
            boolean refusal = (status >= 400 && status < 500) || status == NOT_IMPLEMENTED;
            if (!refusal || e.getMessage() == null || e.getMessage().isBlank()) {
                throw new AssertionError("not a refusal: " + status + " " + e.getMessage(), e);
            }
        }
    }
}
