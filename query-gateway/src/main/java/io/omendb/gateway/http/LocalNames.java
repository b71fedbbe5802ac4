package io.omendb.gateway.http;

import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestHeaders;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The names that a gateway of one machine alone has there. A request by any other comes from a page
 * whose host name has come to lead to this machine (DNS rebinding), which makes the page one of the
 * gateway's own to the browser. Names without a dot, {@code *.localhost} and {@code *.internal} no
 * public name server answers for. Immutable.
 */
public final class LocalNames {
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+");

    private final String own;

    private LocalNames(String own) {
        this.own = own;
    }

    /** Those of this machine; finding its own name may take a while. */
    public static LocalNames ofThisMachine() {
        try {
            return new LocalNames(
                    InetAddress.getLocalHost().getHostName().toLowerCase(Locale.ROOT));
        } catch (UnknownHostException e) {
            return new LocalNames("localhost");
        }
    }

    /** Whether a request names the gateway as only a foreign name server would. */
    boolean isForeign(RequestHeaders headers) {
        // Not get(AUTHORITY): of a request over HTTP/1 that has none, only a host.
        String host = host(Objects.requireNonNullElse(headers.authority(), ""));
        return host.indexOf('.') >= 0
                && !ADDRESS.matcher(host).matches()
                && !host.endsWith(".localhost")
                && !host.endsWith(".internal")
                && !host.equals(own);
    }

    /** Without the port and the last dot; empty for an IPv6 address. */
    private static String host(String authority) {
        if (authority.startsWith("[")) {
            return "";
        }
        int port = authority.indexOf(':');
        String host =
                (port < 0 ? authority : authority.substring(0, port)).toLowerCase(Locale.ROOT);
        return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    }

    static Problem refusal() {
        return Problem.of(
                HttpStatus.FORBIDDEN,
                "host: found a name of another site, expected localhost or an address: this gateway"
                        + " wants no API keys and is for this machine only. A proxy in front has to"
                        + " send such a host, or the gateway to want keys (docs/security.md).");
    }
}
