package io.omendb.gateway.shards;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.netty.handler.ssl.NotSslRecordException;
import java.io.IOException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Why a shard could not be reached, in words for those who run it: what gRPC says of it is about
 * its own parts ("io exception"), and the reason is in the cause.
 *
 * @param secured whether this gateway speaks TLS with shards
 */
record Unreachable(boolean secured) {
    private static final String HANDSHAKE = "TLS handshake failed: ";
    private static final String CLOSED =
            "it closed the connection: its process may have ended. Where shards speak TLS"
                    + " (security.ssl.internal.enabled), a gateway needs the cluster's"
                    + " certificates, and this one has none";

    /**
     * The reason.
     *
     * @return null where the failure is not one of the connection
     */
    @Nullable String reason(StatusRuntimeException failure) {
        if (failure.getStatus().getCode() != Status.Code.UNAVAILABLE) {
            return null;
        }
        Throwable cause = failure.getStatus().getCause();
        if (cause == null) {
            return closed(failure.getStatus().getDescription());
        }
        SSLException tls = find(cause, SSLException.class);
        if (tls != null) {
            return HANDSHAKE + handshake(tls, find(cause, CertificateException.class));
        }
        UnknownHostException host = find(cause, UnknownHostException.class);
        if (host != null) {
            return "its host is not known here (" + host.getMessage() + ").";
        }
        IOException io = find(cause, IOException.class);
        return io == null ? null : broken(innermost(io));
    }

    private static String handshake(SSLException tls, @Nullable CertificateException untrusted) {
        String message = String.valueOf(tls.getMessage());
        if (tls instanceof NotSslRecordException) {
            return "it speaks no TLS, and this gateway nothing else; security.ssl.internal.enabled"
                    + " of the TaskManager differs from the gateway's.";
        }
        if (untrusted != null) {
            return "its certificate is not one that this gateway trusts (" + message + ").";
        }
        if (message.contains("certificate") || message.contains("unknown_ca")) {
            return "it does not trust this gateway's certificate (" + message + ").";
        }
        return "protocols or cipher suites may differ (" + message + ").";
    }

    /** Closed by the other side, in order. */
    private @Nullable String closed(@Nullable String description) {
        if (secured || description == null || !description.startsWith("Network closed")) {
            return description;
        }
        return CLOSED + ".";
    }

    /** Closed by the other side, which had more to read or nobody to read it. */
    private String broken(String message) {
        if (!message.contains("reset") && !message.contains("Broken pipe")) {
            return message + ".";
        }
        // Whoever is refused may learn of the end before it learns of the reason.
        return secured
                ? message + "; it may not trust this gateway's certificate."
                : CLOSED + " (" + message + ").";
    }

    private static String innermost(Throwable failure) {
        Throwable inner = failure;
        while (inner.getCause() != null) {
            inner = inner.getCause();
        }
        return inner.getMessage() == null ? inner.toString() : inner.getMessage();
    }

    private static <T extends Throwable> @Nullable T find(Throwable failure, Class<T> type) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (type.isInstance(at)) {
                return type.cast(at);
            }
        }
        return null;
    }
}
