package io.omendb.gateway.console;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A file that comes with the gateway, with the headers that keep a browser strict.
 *
 * <p>A browser asks every time whether its copy is still good, because names carry no version and a
 * console older than its gateway would misread it; the answer is then a 304 without a body.
 */
final class StaticFile {
    /** Everything from this origin, nothing inline, and no HTML made from strings. */
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
                    + " connect-src 'self'; base-uri 'none'; form-action 'none';"
                    + " frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types"
                    + " 'none'";

    private static final int ETAG_BYTES = 16;

    private final byte[] bytes;
    private final MediaType type;
    private final String etag;

    private StaticFile(byte[] bytes, MediaType type, String etag) {
        this.bytes = bytes;
        this.type = type;
        this.etag = etag;
    }

    /**
     * Reads a file from the class path.
     *
     * @param resource absolute name
     */
    static StaticFile load(String resource, MediaType type) {
        try (InputStream in = StaticFile.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(resource + " is not packaged with the gateway");
            }
            byte[] bytes = in.readAllBytes();
            return new StaticFile(bytes, type, etag(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(resource, e);
        }
    }

    private static String etag(byte[] bytes) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return '"' + HexFormat.of().formatHex(digest, 0, ETAG_BYTES) + '"';
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    HttpResponse answer(RequestHeaders request) {
        return isKnownTo(request)
                ? HttpResponse.of(headers(HttpStatus.NOT_MODIFIED).build())
                : HttpResponse.of(
                        headers(HttpStatus.OK).contentType(type).build(), HttpData.wrap(bytes));
    }

    /** Weak validators, which proxies make of strong ones, compare as equal (RFC 9110, 13.1.2). */
    private boolean isKnownTo(RequestHeaders request) {
        return Arrays.stream(request.get(HttpHeaderNames.IF_NONE_MATCH, "").split(",", -1))
                .map(String::trim)
                .map(tag -> tag.startsWith("W/") ? tag.substring(2) : tag)
                .anyMatch(tag -> tag.equals(etag) || tag.equals("*"));
    }

    private ResponseHeadersBuilder headers(HttpStatus status) {
        return ResponseHeaders.builder(status)
                .set(HttpHeaderNames.ETAG, etag)
                .set(HttpHeaderNames.CACHE_CONTROL, "no-cache")
                .set(HttpHeaderNames.CONTENT_SECURITY_POLICY, POLICY)
                .set(HttpHeaderNames.X_CONTENT_TYPE_OPTIONS, "nosniff")
                .set(HttpHeaderNames.REFERRER_POLICY, "no-referrer")
                .set(HttpHeaderNames.CROSS_ORIGIN_RESOURCE_POLICY, "same-origin");
    }
}
