package io.omendb.gateway.http;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestHeaders;
import io.netty.util.AsciiString;

/**
 * Keeps pages of other sites from using a gateway through the browser of somebody who can reach it:
 * a browser sends their requests to any address, also to 127.0.0.1, and says where they come from:
 * by {@code Sec-Fetch-Site} (Fetch Metadata) to this machine and over TLS, else by {@code Origin},
 * which it sends with every request that is no plain reading. Following a link is no such use.
 */
final class CrossSite {
    private static final AsciiString SITE = HttpHeaderNames.of("sec-fetch-site");
    private static final AsciiString MODE = HttpHeaderNames.of("sec-fetch-mode");

    private CrossSite() {}

    static boolean isRefused(HttpMethod method, RequestHeaders headers) {
        String site = headers.get(SITE);
        if (site != null) {
            return site.equals("cross-site")
                    && (method != HttpMethod.GET || !"navigate".equals(headers.get(MODE)));
        }
        String origin = headers.get(HttpHeaderNames.ORIGIN);
        return origin != null && !origin.endsWith("://" + headers.authority());
    }

    static Problem refusal() {
        return Problem.of(
                HttpStatus.FORBIDDEN,
                "Found a request of a page of another site (Sec-Fetch-Site, Origin), expected one of"
                        + " this gateway's own pages or of a program.");
    }
}
