package io.omendb.gateway.grpc;

import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.omendb.gateway.http.AccessLine;
import io.omendb.gateway.http.AccessLog;
import io.omendb.gateway.http.RequestId;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One call from its first byte to its last: its meter, and its line in the access log. A stream is
 * one call, however many messages it has. Told by the transport, on threads of its choice.
 */
final class CallTrace extends ServerStreamTracer {
    /** Stands for paths that are no method, which clients can make up without end. */
    static final String UNKNOWN = "unknown";

    static final Context.Key<String> REQUEST_ID = Context.key("omen-request-id");
    private static final Context.Key<CallTrace> CURRENT = Context.key("omen-call-trace");
    static final Metadata.Key<String> REQUEST_ID_HEADER =
            Metadata.Key.of(RequestId.HEADER.toString(), Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> USER_AGENT =
            Metadata.Key.of("user-agent", Metadata.ASCII_STRING_MARSHALLER);
    private static final int ID_CHARS = 16;

    private final String path;
    private final String requestId;
    private final String userAgent;
    private final CallAnswered answered;
    private final long startMs = System.currentTimeMillis();
    private final long startNanos = System.nanoTime();
    private final AtomicLong requestBytes = new AtomicLong();
    private final AtomicLong responseBytes = new AtomicLong();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile @Nullable ServerCallInfo<?, ?> call;
    private volatile String key = "";

    private CallTrace(String path, Metadata headers, CallAnswered answered) {
        this.path = path;
        this.answered = answered;
        String sent = headers.get(REQUEST_ID_HEADER);
        this.requestId = sent != null && RequestId.isPlain(sent) ? sent : newId();
        String agent = headers.get(USER_AGENT);
        this.userAgent = agent == null ? "" : agent;
    }

    /** Traces every call of a server. */
    static ServerStreamTracer.Factory of(CallAnswered answered) {
        return new ServerStreamTracer.Factory() {
            @Override
            public ServerStreamTracer newServerStreamTracer(String path, Metadata headers) {
                return new CallTrace(path, headers, answered);
            }
        };
    }

    private static String newId() {
        return UUID.randomUUID().toString().replace("-", "").substring(0, ID_CHARS);
    }

    @Override
    public Context filterContext(Context context) {
        return context.withValues(REQUEST_ID, requestId, CURRENT, this);
    }

    /** Notes the name of the key of the call that is being served on this thread. */
    static void calledBy(String key) {
        CallTrace current = CURRENT.get();
        if (current != null) {
            current.key = key;
        }
    }

    @Override
    public void serverCallStarted(ServerCallInfo<?, ?> started) {
        call = started;
    }

    @Override
    public void inboundWireSize(long bytes) {
        requestBytes.addAndGet(bytes);
    }

    @Override
    public void outboundWireSize(long bytes) {
        responseBytes.addAndGet(bytes);
    }

    @Override
    public void streamClosed(Status status) {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        long nanos = System.nanoTime() - startNanos;
        answered.accept(call == null ? UNKNOWN : path, status.getCode().name(), nanos);
        if (AccessLog.isOn()) {
            AccessLog.write(
                    new AccessLine(
                            startMs,
                            requestId,
                            client(),
                            key,
                            "grpc",
                            "POST",
                            "/" + path,
                            status.getCode().name(),
                            requestBytes.get(),
                            responseBytes.get(),
                            nanos,
                            userAgent));
        }
    }

    private String client() {
        ServerCallInfo<?, ?> started = call;
        SocketAddress address =
                started == null
                        ? null
                        : started.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
        return address instanceof InetSocketAddress internet
                ? internet.getAddress().getHostAddress()
                : "";
    }
}
