package io.omendb.gateway.tls;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files that TLS needs, all PEM.
 *
 * @param certificate the gateway's, first, and those that lead from it to one that clients trust
 * @param key its private key, PKCS#8 or PKCS#1, not encrypted
 * @param clientCa certificates of which one must have signed a client's; null to take clients
 *     without one
 */
public record TlsFiles(Path certificate, Path key, @Nullable Path clientCa) {

    /** All of them. */
    public List<Path> paths() {
        List<Path> paths = new ArrayList<>(List.of(certificate, key));
        if (clientCa != null) {
            paths.add(clientCa);
        }
        return paths;
    }
}
