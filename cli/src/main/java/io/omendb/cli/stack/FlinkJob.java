package io.omendb.cli.stack;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.connectors.ingest.IngestionJob;
import io.omendb.flink.discovery.JobShardDirectory;
import io.omendb.protocol.ShardDirectory;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.RecoveryClaimMode;
import org.apache.flink.runtime.executiongraph.ErrorInfo;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.util.SerializedValue;

/**
 * A Flink cluster in this process that runs the ingestion job, continued from its latest
 * checkpoint.
 */
final class FlinkJob implements StackJob {
    private static final int MAX_PARALLELISM = 128;

    private final MiniCluster cluster;
    private final JobID job;

    private FlinkJob(MiniCluster cluster, JobID job) {
        this.cluster = cluster;
        this.job = job;
    }

    static FlinkJob start(StackConfig config, String bootstrapServers) throws InterruptedException {
        Path checkpoints = FlinkSettings.checkpoints(config);
        Configuration flink = new Configuration();
        FlinkSettings.of(config).forEach(flink::setString);
        MiniCluster cluster =
                new MiniCluster(
                        new MiniClusterConfiguration.Builder()
                                .setConfiguration(flink)
                                .setNumTaskManagers(1)
                                .setNumSlotsPerTaskManager(config.parallelism())
                                .build());
        try {
            cluster.start();
            JobGraph graph = graph(config, bootstrapServers, flink);
            Optional<Path> latest = CompletedCheckpoints.latest(checkpoints);
            latest.ifPresent(
                    path ->
                            graph.setSavepointRestoreSettings(
                                    SavepointRestoreSettings.forPath(
                                            path.toUri().toString(),
                                            false,
                                            RecoveryClaimMode.CLAIM)));
            cluster.submitJob(graph).get();
            latest.ifPresent(CompletedCheckpoints::deleteOthers);
            return new FlinkJob(cluster, graph.getJobID());
        } catch (InterruptedException e) {
            cluster.closeAsync();
            throw e;
        } catch (Exception e) {
            cluster.closeAsync();
            throw new OmenException(
                    ErrorCode.EXTERNAL, "Flink did not start: " + FailureMessage.of(e), e);
        }
    }

    @Override
    public URI restAddress() {
        return cluster.getRestAddress().join();
    }

    @Override
    public ShardDirectory shards() {
        return JobShardDirectory.open(
                request ->
                        cluster.deliverCoordinationRequestToCoordinator(
                                job, IngestionJob.VECTORS_UID, new SerializedValue<>(request)));
    }

    @Override
    public Optional<String> failure() throws InterruptedException {
        try {
            JobStatus status = cluster.getJobStatus(job).get();
            if (!status.isGloballyTerminalState()) {
                return Optional.empty();
            }
            ErrorInfo failure = cluster.getArchivedExecutionGraph(job).get().getFailureInfo();
            return Optional.of(
                    failure == null
                            ? "the job is " + status
                            : FailureMessage.innermost(failure.getExceptionAsString()));
        } catch (ExecutionException e) {
            return Optional.of(FailureMessage.of(e));
        }
    }

    @Override
    public void close() {
        try {
            cluster.close();
        } catch (Exception e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            throw new OmenException(
                    ErrorCode.EXTERNAL, "Flink did not stop: " + FailureMessage.of(e), e);
        }
    }

    private static JobGraph graph(
            StackConfig config, String bootstrapServers, Configuration flink) {
        StreamExecutionEnvironment environment =
                StreamExecutionEnvironment.getExecutionEnvironment(flink);
        environment.setParallelism(config.parallelism());
        environment.setMaxParallelism(MAX_PARALLELISM);
        IngestionJob.build(environment, config.ingestion(bootstrapServers));
        StreamGraph graph = environment.getStreamGraph();
        graph.setJobName(IngestionJob.NAME);
        return graph.getJobGraph();
    }
}
