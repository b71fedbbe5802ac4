package io.omendb.gateway.http;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestHeaders;

/**
 * Keeps pages of other sites from using a gateway through the browser of somebody who can reach it:
 * a browser sends them off to any address, also to 127.0.0.1, and says where they come from (Fetch
 * Metadata, {@code Sec-Fetch-Site}). Following a link to the console is not such a use.
 */
final class CrossSite {
    private CrossSite() {}

    static boolean isRefused(HttpMethod method, RequestHeaders headers) {
        if (!"cross-site".equals(headers.get("sec-fetch-site"))) {
            return false;
        }
        return method != HttpMethod.GET || !"navigate".equals(headers.get("sec-fetch-mode"));
    }

    static Problem refusal() {
        return Problem.of(
                HttpStatus.FORBIDDEN,
                "Sec-Fetch-Site: found cross-site; pages of other sites may not use this gateway"
                        + " through a browser.");
    }
}
