package io.omendb.gateway.operations;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;

/** A file that comes with the gateway. */
final class Page {
    private final byte[] bytes;
    private final MediaType type;

    private Page(byte[] bytes, MediaType type) {
        this.bytes = bytes;
        this.type = type;
    }

    static Page load(String name, MediaType type) {
        try (InputStream in = Page.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is not packaged with the gateway");
            }
            return new Page(in.readAllBytes(), type);
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        }
    }

    CompletableFuture<HttpResponse> answer() {
        return CompletableFuture.completedFuture(HttpResponse.of(HttpStatus.OK, type, bytes));
    }
}
