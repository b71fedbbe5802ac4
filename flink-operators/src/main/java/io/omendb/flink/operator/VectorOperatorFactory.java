package io.omendb.flink.operator;

import io.omendb.flink.discovery.ShardCoordinator;
import io.omendb.flink.update.ShardUpdate;
import io.omendb.schema.CollectionDefinition;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.operators.coordination.OperatorCoordinator;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.CoordinatedOperatorFactory;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.jspecify.annotations.Nullable;

/**
 * Makes vector operators and the coordinator that knows where they answer.
 *
 * @param <T> what the operator is said to emit; it emits nothing
 */
public final class VectorOperatorFactory<T> extends AbstractStreamOperatorFactory<T>
        implements OneInputStreamOperatorFactory<ShardUpdate, T>, CoordinatedOperatorFactory<T> {
    private static final long serialVersionUID = 1;

    private final @Nullable CollectionDefinition collection;

    /** Of operators that learn of their collections from the stream. */
    public VectorOperatorFactory() {
        this(null);
    }

    /** Of operators that hold one collection, which each of them knows before its first update. */
    public VectorOperatorFactory(@Nullable CollectionDefinition collection) {
        this.collection = collection;
    }

    @Override
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // the signature is Flink's
    public <O extends StreamOperator<T>> O createStreamOperator(
            StreamOperatorParameters<T> parameters) {
        OperatorID operatorId = parameters.getStreamConfig().getOperatorID();
        return (O)
                new VectorOperator<T>(
                        parameters,
                        collection,
                        parameters
                                .getOperatorEventDispatcher()
                                .getOperatorEventGateway(operatorId));
    }

    @Override
    public OperatorCoordinator.Provider getCoordinatorProvider(
            String operatorName, OperatorID operatorId) {
        return new ShardCoordinator.Factory(operatorId);
    }

    @Override
    @SuppressWarnings("rawtypes")
    public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader classLoader) {
        return VectorOperator.class;
    }
}
