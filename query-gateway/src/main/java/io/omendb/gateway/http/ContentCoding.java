package io.omendb.gateway.http;

import com.github.luben.zstd.ZstdInputStream;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestHeaders;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** How a body may be compressed on its way here. */
enum ContentCoding {
    GZIP {
        @Override
        InputStream open(InputStream in) throws IOException {
            return new GZIPInputStream(in, BUFFER_BYTES);
        }
    },
    ZSTD {
        @Override
        InputStream open(InputStream in) throws IOException {
            // Without the bound a frame of a few bytes makes the decoder set aside 128 MiB.
            return new ZstdInputStream(in).setLongMax(ZSTD_WINDOW_LOG_MAX);
        }
    };

    private static final int BUFFER_BYTES = 64 << 10;

    /** 8 MiB, as RFC 9659 has it. */
    private static final int ZSTD_WINDOW_LOG_MAX = 23;

    abstract InputStream open(InputStream in) throws IOException;

    /** The coding of a request's body; null where there is none. */
    static @Nullable ContentCoding of(RequestHeaders headers) {
        String name = headers.get(HttpHeaderNames.CONTENT_ENCODING, "").trim();
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "", "identity" -> null;
            case "gzip", "x-gzip" -> GZIP;
            case "zstd" -> ZSTD;
            default ->
                    throw Problem.of(
                            HttpStatus.UNSUPPORTED_MEDIA_TYPE,
                            "content-encoding: found \""
                                    + name
                                    + "\", expected gzip, zstd or none");
        };
    }

    /**
     * Undoes the coding.
     *
     * @param bytesMax bytes the result may have
     * @param place takes up what the result does
     * @throws OmenException TOO_LARGE as soon as it is larger, whatever follows; MALFORMED where it
     *     cannot be read
     */
    byte[] decode(byte[] body, long bytesMax, Admission.Place place) {
        ByteArrayOutputStream decoded = new ByteArrayOutputStream(Math.max(32, body.length));
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream in = open(new ByteArrayInputStream(body))) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                if (decoded.size() + (long) n > bytesMax) {
                    throw new OmenException(
                            ErrorCode.TOO_LARGE,
                            "body: found more than "
                                    + bytesMax
                                    + " bytes once decompressed, expected at most that many; send"
                                    + " several smaller requests.");
                }
                place.add(n);
                decoded.write(buffer, 0, n);
            }
        } catch (IOException e) {
            throw new OmenException(
                    ErrorCode.MALFORMED,
                    "body: found bytes that are not "
                            + name().toLowerCase(Locale.ROOT)
                            + " ("
                            + e.getMessage()
                            + "), as content-encoding says they are",
                    e);
        }
        return decoded.toByteArray();
    }
}
