package io.omendb.gateway;

import io.omendb.gateway.tls.TlsFiles;
import java.nio.file.Path;
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
}
