package io.omendb.gateway;

import io.omendb.gateway.tls.TlsFiles;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who may use a gateway, and how what they say is kept from others. Its files are read again when
 * they change.
 *
 * @param apiKeys the file that lists the keys; null where none is wanted
 * @param tls null for none
 */
public record GatewaySecurity(@Nullable Path apiKeys, @Nullable TlsFiles tls) {
    /** Everybody may do everything, and the network sees it. */
    public static final GatewaySecurity NONE = new GatewaySecurity(null, null);

    /**
     * What an operator should know of a gateway that others may reach.
     *
     * @param host address that it listens on
     */
    public Optional<String> warning(String host) {
        if (isLoopback(host)) {
            return Optional.empty();
        }
        if (apiKeys == null) {
            return Optional.of(
                    "warning: whoever reaches it may read, write and drop everything; see"
                            + " gateway.api_keys in docs/security.md");
        }
        if (tls == null) {
            return Optional.of(
                    "warning: API keys travel in plain text, unless a proxy in front of it speaks"
                            + " TLS; see gateway.tls in docs/security.md");
        }
        return Optional.empty();
    }

    /**
     * Whether nobody elsewhere can reach it, and everybody who can may do everything, by any name:
     * with TLS it has those of its certificate.
     *
     * @param host address that it listens on
     */
    boolean isForThisMachine(String host) {
        return apiKeys == null && tls == null && isLoopback(host);
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
