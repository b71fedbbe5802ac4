package io.omendb.flink.discovery;

import io.omendb.protocol.ShardAddress;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.operators.coordination.CoordinationRequest;
import org.apache.flink.runtime.operators.coordination.CoordinationRequestHandler;
import org.apache.flink.runtime.operators.coordination.CoordinationResponse;
import org.apache.flink.runtime.operators.coordination.OperatorCoordinator;
import org.apache.flink.runtime.operators.coordination.OperatorEvent;
import org.jspecify.annotations.Nullable;

/**
 * Runs in the job manager and knows where the subtasks of a vector operator answer queries. Holds
 * nothing worth a checkpoint: subtasks announce themselves whenever they start. Events come on the
 * job manager's main thread, requests may come on others.
 */
public final class ShardCoordinator implements OperatorCoordinator, CoordinationRequestHandler {
    private final Context context;
    private final Map<Integer, ShardAddress> bySubtask = new ConcurrentSkipListMap<>();

    private ShardCoordinator(Context context) {
        this.context = context;
    }

    /** Makes the coordinator of one operator. */
    public record Factory(OperatorID operatorId) implements Provider {
        @Override
        public OperatorID getOperatorId() {
            return operatorId;
        }

        @Override
        public OperatorCoordinator create(Context context) {
            return new ShardCoordinator(context);
        }
    }

    @Override
    public void handleEventFromOperator(int subtask, int attemptNumber, OperatorEvent event) {
        if (event instanceof ShardAddressEvent announced) {
            bySubtask.put(subtask, announced.address());
        }
    }

    @Override
    public CompletableFuture<CoordinationResponse> handleCoordinationRequest(
            CoordinationRequest request) {
        if (request instanceof ShardAddressesRequest) {
            return CompletableFuture.completedFuture(
                    new ShardAddressesResponse(
                            context.currentParallelism(), new ArrayList<>(bySubtask.values())));
        }
        return CompletableFuture.failedFuture(
                new IllegalArgumentException("unknown request " + request.getClass().getName()));
    }

    @Override
    public void executionAttemptFailed(int subtask, int attemptNumber, @Nullable Throwable reason) {
        ShardAddress known = bySubtask.get(subtask);
        if (known != null && known.attempt() <= attemptNumber) {
            bySubtask.remove(subtask);
        }
    }

    @Override
    public void subtaskReset(int subtask, long checkpointId) {
        bySubtask.remove(subtask);
    }

    @Override
    public void resetToCheckpoint(long checkpointId, byte @Nullable [] checkpointData) {
        bySubtask.clear();
    }

    @Override
    public void checkpointCoordinator(long checkpointId, CompletableFuture<byte[]> resultFuture) {
        resultFuture.complete(new byte[0]);
    }

    @Override
    public void start() {}

    @Override
    public void close() {
        bySubtask.clear();
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) {}

    @Override
    public void executionAttemptReady(int subtask, int attemptNumber, SubtaskGateway gateway) {}
}
