package io.omendb.gateway.http;

import com.linecorp.armeria.common.RequestContext;
import com.linecorp.armeria.common.RequestHeaders;
import io.netty.util.AsciiString;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The name of a request, in its answer, its problem document and the access log: what the client
 * sent as {@code x-request-id}, or one made here.
 */
public final class RequestId {
    public static final AsciiString HEADER = AsciiString.cached("x-request-id");

    /** What may be repeated in headers, JSON and logs as it is. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9._:/+=@~-]{1,128}");

    private RequestId() {}

    static String of(RequestContext context, @Nullable RequestHeaders headers) {
        String sent = headers == null ? null : headers.get(HEADER);
        return sent != null && isPlain(sent) ? sent : context.id().text();
    }

    /** Whether a client's name for its request may be repeated as it is. */
    public static boolean isPlain(String sent) {
        return PLAIN.matcher(sent).matches();
    }
}
