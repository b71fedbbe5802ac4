package io.omendb.client.tls;

import java.security.SignatureException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * Why no connection by TLS came about, for people. Nothing was done of the request, and asking
 * again does not help.
 *
 * @param what a sentence without a full stop
 */
public record TlsFailure(Kind kind, String what) {

    /** What the parties did not agree about. */
    public enum Kind {
        /** Nobody that is trusted speaks for the server's certificate. */
        UNTRUSTED,
        /** The server's certificate, or one that speaks for it, is not valid now. */
        EXPIRED,
        /** The server's certificate is for other hosts. */
        WRONG_HOST,
        /** The server ended it, such as for want of a client's certificate. */
        REFUSED,
        /** Anything else, such as a server that does not speak TLS. */
        OTHER
    }

    /** Newer JDKs put the name of the alert before what they always said. */
    private static final Pattern NAMED = Pattern.compile("^\\([a-z_]+\\) ");

    private static final String ALERT = "Received fatal alert: ";
    private static final Pattern NOT_TLS =
            Pattern.compile("Un(supported or un)?recognized SSL message.*");

    /** Where a connection ended while the handshake was under way: that is lost, like any other. */
    private static final Pattern LOST =
            Pattern.compile("Remote host terminated the handshake|.*close_notify.*");

    /** The JVM has no exception of its own for it. */
    private static final Pattern HOST =
            Pattern.compile("No (subject alternative|name matching).*", Pattern.DOTALL);

    private static final Pattern CERTIFICATE_ALERT =
            Pattern.compile(".*(certificate|unknown_ca|handshake_failure).*");

    /** What a failed request says of TLS; empty where it failed for something else. */
    public static Optional<TlsFailure> of(@Nullable Throwable failure) {
        SSLException tls = first(failure, SSLException.class);
        if (tls == null) {
            return Optional.empty();
        }
        TlsFailure ofCertificate = ofCertificate(tls);
        if (ofCertificate != null) {
            return Optional.of(ofCertificate);
        }
        String message = NAMED.matcher(String.valueOf(tls.getMessage())).replaceFirst("");
        if (NOT_TLS.matcher(message).matches()) {
            return Optional.of(
                    new TlsFailure(
                            Kind.OTHER, "what answers there does not speak TLS: is it http://?"));
        }
        // After the handshake it is a connection that broke, as any other may.
        if (!(tls instanceof SSLHandshakeException) || LOST.matcher(message).matches()) {
            return Optional.empty();
        }
        return Optional.of(
                message.startsWith(ALERT)
                        ? refused(message.substring(ALERT.length()))
                        : new TlsFailure(Kind.OTHER, message));
    }

    private static @Nullable TlsFailure ofCertificate(SSLException tls) {
        // From the most telling to the least: each may be the cause of those below it.
        CertificateExpiredException expired = first(tls, CertificateExpiredException.class);
        if (expired != null) {
            return new TlsFailure(
                    Kind.EXPIRED,
                    "the server's certificate has expired (" + expired.getMessage() + ")");
        }
        CertificateNotYetValidException early = first(tls, CertificateNotYetValidException.class);
        if (early != null) {
            return new TlsFailure(
                    Kind.EXPIRED,
                    "the server's certificate is not valid yet (" + early.getMessage() + ")");
        }
        // A CA of the name that is looked for, but not the one: its signature is another.
        if (first(tls, CertPathBuilderException.class) != null
                || first(tls, SignatureException.class) != null) {
            return new TlsFailure(
                    Kind.UNTRUSTED,
                    "the server's certificate is not trusted: no trusted CA has signed it");
        }
        CertificateException other = first(tls, CertificateException.class);
        if (other == null) {
            return null;
        }
        String message = String.valueOf(other.getMessage());
        return HOST.matcher(message).matches()
                ? new TlsFailure(
                        Kind.WRONG_HOST, "the server's certificate is for another host: " + message)
                : new TlsFailure(Kind.OTHER, "the server's certificate is refused: " + message);
    }

    private static TlsFailure refused(String alert) {
        return new TlsFailure(
                Kind.REFUSED,
                "the server refused the connection ("
                        + alert
                        + ")"
                        + (CERTIFICATE_ALERT.matcher(alert).matches()
                                ? ": it may want a client certificate that it trusts"
                                : ""));
    }

    private static <T extends Throwable> @Nullable T first(
            @Nullable Throwable failure, Class<T> type) {
        for (Throwable next = failure; next != null; next = next.getCause()) {
            if (type.isInstance(next)) {
                return type.cast(next);
            }
        }
        return null;
    }
}
