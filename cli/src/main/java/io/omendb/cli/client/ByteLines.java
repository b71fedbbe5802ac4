package io.omendb.cli.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a stream as they are: whoever decodes them first puts a question mark where they are
 * not UTF-8, and two ids fall together. Used by one thread.
 */
final class ByteLines implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 16;

    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int at;
    private int end;

    ByteLines(InputStream in) {
        this.in = in;
    }

    /** The next line without its line feed; null after the last. */
    byte @Nullable [] next() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        boolean any = false;
        while (at < end || fill()) {
            any = true;
            int feed = at;
            while (feed < end && buffer[feed] != '\n') {
                feed++;
            }
            line.write(buffer, at, feed - at);
            at = feed;
            if (feed < end) {
                at++;
                return line.toByteArray();
            }
        }
        return any ? line.toByteArray() : null;
    }

    private boolean fill() throws IOException {
        at = 0;
        end = Math.max(0, in.read(buffer));
        return end > 0;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
