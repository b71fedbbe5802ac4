package io.omendb.gateway.grpc;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import io.omendb.v1.CollectionServiceGrpc;
import io.omendb.v1.WriteServiceGrpc;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The threads of a gRPC server. Calls that write may wait for Kafka for seconds, and have threads
 * of their own, so that searches and health checks do not wait with them. What waits for a thread
 * is bounded by the calls: of each, gRPC has one task in line at a time, which also keeps the
 * messages of a stream in order. Safe for use by any thread.
 */
public final class CallThreads implements AutoCloseable {
    private static final int THREADS = 16;
    private static final Set<String> WRITING = writingMethods();

    private final ExecutorService others = threads("omen-gateway-grpc-");
    private final ExecutorService writing = threads("omen-gateway-grpc-write-");

    private static Set<String> writingMethods() {
        Set<String> names = new HashSet<>();
        WriteServiceGrpc.getServiceDescriptor()
                .getMethods()
                .forEach(method -> names.add(method.getFullMethodName()));
        names.add(CollectionServiceGrpc.getCreateCollectionMethod().getFullMethodName());
        names.add(CollectionServiceGrpc.getDropCollectionMethod().getFullMethodName());
        return names;
    }

    private static ExecutorService threads(String name) {
        AtomicInteger number = new AtomicInteger();
        return Executors.newFixedThreadPool(
                THREADS,
                task -> {
                    Thread thread = new Thread(task, name + number.getAndIncrement());
                    thread.setDaemon(true);
                    return thread;
                });
    }

    /**
     * For calls that do not write. Of these only a scroll of a collection that is not known waits,
     * for five seconds at most.
     */
    Executor others() {
        return others;
    }

    /** For what may wait. */
    public Executor writing() {
        return writing;
    }

    /** Which calls run on which of them. */
    ServerCallExecutorSupplier byMethod() {
        return new ServerCallExecutorSupplier() {
            @Override
            public <Q, A> @Nullable Executor getExecutor(ServerCall<Q, A> call, Metadata headers) {
                return WRITING.contains(call.getMethodDescriptor().getFullMethodName())
                        ? writing
                        : null; // where it is
            }
        };
    }

    /** Begins nothing more; what is under way goes on. */
    @Override
    public void close() {
        others.shutdown();
        writing.shutdown();
    }
}
