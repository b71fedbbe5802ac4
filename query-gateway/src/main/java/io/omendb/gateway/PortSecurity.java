package io.omendb.gateway;

import io.omendb.OmenException;
import io.omendb.gateway.access.KeyRing;
import io.omendb.gateway.files.FileFollower;
import io.omendb.gateway.tls.ServerTls;
import io.omendb.gateway.tls.TlsFiles;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The keys and certificates that a gateway's ports are guarded by, as the files have them now. */
final class PortSecurity implements AutoCloseable {
    private final KeyRing keys;
    private final @Nullable ServerTls tls;
    private final FileFollower follower;

    private PortSecurity(KeyRing keys, @Nullable ServerTls tls, FileFollower follower) {
        this.keys = keys;
        this.tls = tls;
        this.follower = follower;
    }

    /**
     * Reads the files, and follows them.
     *
     * @throws OmenException NOT_FOUND, EXTERNAL, MALFORMED or INVALID naming the file
     */
    static PortSecurity open(GatewaySecurity security) {
        Path keyFile = security.apiKeys();
        TlsFiles tlsFiles = security.tls();
        KeyRing keys = keyFile == null ? KeyRing.none() : KeyRing.of(keyFile);
        ServerTls tls = tlsFiles == null ? null : ServerTls.open(tlsFiles);
        FileFollower follower = new FileFollower();
        if (keyFile != null) {
            follower.follow("API keys", List.of(keyFile), keys::reload);
        }
        if (tlsFiles != null && tls != null) {
            follower.follow("certificates", tlsFiles.paths(), tls::reload);
        }
        return new PortSecurity(keys, tls, follower);
    }

    KeyRing keys() {
        return keys;
    }

    /** Null where there is none. */
    @Nullable ServerTls tls() {
        return tls;
    }

    @Override
    public void close() {
        follower.close();
    }
}
