package io.omendb.gateway.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.Status;
import io.omendb.v1.CollectionServiceGrpc;
import io.omendb.v1.QueryServiceGrpc;
import io.omendb.v1.WriteServiceGrpc;
import org.junit.jupiter.api.Test;

class CallThreadsTest {

    /** Kafka may let any of them wait, also one that was added later. */
    @Test
    void whatWrites_hasThreadsOfItsOwn() {
        try (CallThreads threads = new CallThreads()) {
            ServerCallExecutorSupplier byMethod = threads.byMethod();
            for (MethodDescriptor<?, ?> method :
                    WriteServiceGrpc.getServiceDescriptor().getMethods()) {
                assertThat(byMethod.getExecutor(new Called<>(method), new Metadata()))
                        .as(method.getFullMethodName())
                        .isSameAs(threads.writing());
            }
            for (MethodDescriptor<?, ?> method :
                    QueryServiceGrpc.getServiceDescriptor().getMethods()) {
                assertThat(byMethod.getExecutor(new Called<>(method), new Metadata()))
                        .as(method.getFullMethodName())
                        .isNull();
            }
            MethodDescriptor<?, ?> drop = CollectionServiceGrpc.getDropCollectionMethod();
            assertThat(byMethod.getExecutor(new Called<>(drop), new Metadata()))
                    .isSameAs(threads.writing());
        }
    }

    /** A call that nobody answers. */
    private static final class Called<Q, A> extends ServerCall<Q, A> {
        private final MethodDescriptor<Q, A> method;

        Called(MethodDescriptor<Q, A> method) {
            this.method = method;
        }

        @Override
        public MethodDescriptor<Q, A> getMethodDescriptor() {
            return method;
        }

        @Override
        public void request(int messages) {}

        @Override
        public void sendHeaders(Metadata headers) {}

        @Override
        public void sendMessage(A message) {}

        @Override
        public void close(Status status, Metadata trailers) {}

        @Override
        public boolean isCancelled() {
            return false;
        }
    }
}
